variable "name" {
  description = "The bucket's name. All of AWS shares one space of names, so it should hold the account."
  type        = string
}

variable "folder" {
  description = "The folder with the pages, as in ../../../storefront."
  type        = string

  validation {
    condition     = alltrue([for page in ["index.html", "404.html"] : fileexists("${var.folder}/${page}")])
    error_message = "There is no ${var.folder}/index.html, or no 404.html. folder is that of the pages: storefront."
  }
}

variable "distributions" {
  description = "ARNs of the CloudFront distributions that may read the pages, by a name, as in site."
  type        = map(string)
}

variable "login" {
  description = "How customers sign in, as modules/user-pool puts it out: client, addresses, scopes to ask for."
  type = object({
    client_id     = string
    authorize_url = string
    token_url     = string
    revoke_url    = string
    logout_url    = string
    scopes        = string
  })
}

variable "stripe_publishable_key" {
  description = "Stripe's publishable key, for its card form; null for the form with test payment methods."
  type        = string
  default     = null

  validation {
    # The other key of the pair takes money, and this one is published.
    condition     = var.stripe_publishable_key == null ? true : startswith(var.stripe_publishable_key, "pk_")
    error_message = "stripe_publishable_key begins with pk_. One with sk_ is secret: if it was here, make a new one."
  }
}

variable "name" {
  description = "The pool's name, as in emporium-dev."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.name))
    error_message = "A pool's name has 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "region" {
  description = "The region, as in eu-central-1."
  type        = string
}

variable "account" {
  description = "The account, by its 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account is 12 digits."
  }
}

variable "domain_prefix" {
  description = "What the address of the pages for signing in begins with. A region has each only once."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix))
    error_message = "domain_prefix has 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end."
  }

  validation {
    condition     = !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "domain_prefix must not have aws, amazon or cognito in it: Cognito refuses them."
  }
}

variable "api_name" {
  description = "What comes before the slash in the API's scopes, as in shop of shop/customer."
  type        = string
  default     = "shop"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.api_name))
    error_message = "api_name has lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "sites" {
  description = "Where the storefront is, as in https://shop.example.com: one or several, without a slash at the end."
  type        = list(string)

  validation {
    condition     = length(var.sites) > 0
    error_message = "sites is empty: Cognito would not know where to send a customer who has signed in."
  }

  validation {
    # http is for pages on a developer's computer; Cognito takes it for localhost only.
    condition     = alltrue([for site in var.sites : can(regex("^(https://[^/]+|http://localhost(:[0-9]+)?)$", site))])
    error_message = "A site is https:// and a host, without a path, or http://localhost and a port."
  }
}

variable "pre_token_generation" {
  description = <<-EOT
    The function that the pool asks before it issues a token: `function_name`, and `alias_name` and `alias_arn` of its
    alias. It has five seconds; without its answer, there is no token.
  EOT
  type = object({
    function_name = string
    alias_name    = string
    alias_arn     = string
  })
}

variable "sender" {
  description = "Who sends codes, and the SES identity to do it by; null for Cognito, which sends 50 a day."
  type = object({
    address      = string
    identity_arn = string
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether Cognito refuses to delete the pool, and with it every account."
  type        = bool
}

variable "domain" {
  description = "The domain, as in example.com. SES has it as an identity."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+[.])+[a-z]{2,}$", var.domain))
    error_message = "domain is a name, as in example.com."
  }
}

variable "zone_id" {
  description = "Id of the domain's Route 53 zone."
  type        = string

  validation {
    condition     = can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "zone_id is the id of a hosted zone, as in Z0123456789ABCDEFGHIJ."
  }
}

variable "region" {
  description = "The region that mail is sent from, as in eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written as in eu-central-1."
  }
}

variable "dkim_tokens" {
  description = "The three tokens that SES handed out for the domain."
  type        = list(string)

  validation {
    condition     = length(var.dkim_tokens) == 3
    error_message = "SES hands out three tokens for a domain."
  }
}

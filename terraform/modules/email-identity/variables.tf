variable "name" {
  description = "What the configuration set is called and what other names begin with, as in emporium-dev."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name has 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "sender" {
  description = "The address that mail is from, as in orders@example.com."
  type        = string

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.sender))
    error_message = "sender is an address, as in orders@example.com."
  }

  validation {
    condition     = var.domain == null ? true : endswith(var.sender, "@${var.domain}")
    error_message = "sender is an address of domain: SES sends from a verified identity only."
  }
}

variable "domain" {
  description = "The domain to verify, as in example.com; null to verify the sender's address alone, by a mail to it."
  type        = string
  default     = null
}

variable "zone_id" {
  description = "Id of the domain's Route 53 zone, for its records; null if its DNS is elsewhere (see dkim_records)."
  type        = string
  default     = null

  validation {
    condition     = var.zone_id == null ? true : var.domain != null && can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "zone_id is the id of a hosted zone, as in Z0123456789ABCDEFGHIJ, and needs domain."
  }
}

variable "region" {
  description = "The region that mail is sent from, as in eu-central-1."
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

variable "key_arn" {
  description = "ARN of the KMS key that encrypts feedback at rest. Its policy has to let ses.amazonaws.com use it."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "alarms" {
  description = "`topic_arn`: who hears of alarms. `runbook_url`: where it says what to do."
  type = object({
    topic_arn   = string
    runbook_url = string
  })
}

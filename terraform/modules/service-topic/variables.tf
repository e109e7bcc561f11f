variable "name" {
  description = "The topic's full name, as in emporium-dev-alarms."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", var.name))
    error_message = "A topic's name has 1 to 256 letters, digits, hyphens and underscores."
  }
}

variable "region" {
  description = "The topic's region, as in eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written as in eu-central-1."
  }
}

variable "account" {
  description = "The account for which the services may publish, by its 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account is 12 digits."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts messages at rest. Its policy has to let the publishers use it."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "publishers" {
  description = "Which services may publish, as in cloudwatch.amazonaws.com, and on behalf of which ARN (a pattern)."
  type        = map(string)

  validation {
    condition = length(var.publishers) > 0 && alltrue([
      for service, arn in var.publishers : endswith(service, ".amazonaws.com") && startswith(arn, "arn:")
    ])
    error_message = "publishers maps at least one service, as in cloudwatch.amazonaws.com, to a pattern of ARNs."
  }
}

variable "email" {
  description = "An address that gets every message; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.email == null ? true : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.email))
    error_message = "email is an address, as in operators@example.com, or null."
  }
}

variable "name" {
  description = "The schedule's full name, as in emporium-dev-inventory-expire-reservations."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,55}$", var.name))
    error_message = "A schedule's name has 1 to 55 letters, digits, hyphens and underscores: its role's is 9 longer."
  }
}

variable "description" {
  description = "What the schedule is for."
  type        = string
  default     = ""
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

variable "expression" {
  description = "When: rate(5 minutes)."
  type        = string

  validation {
    condition     = can(regex("^rate\\([1-9][0-9]* (minute|hour|day)s?\\)$", var.expression))
    error_message = "expression is a rate, as in rate(5 minutes): the local cloud knows nothing else."
  }
}

variable "target_arn" {
  description = "ARN of the function's alias."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[^:]+:[^:]+$", var.target_arn))
    error_message = "target_arn is the ARN of a function's alias, not of the function: a rollout would pass it by."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the schedule and its dead-letter queue."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the schedule's role; null for none."
  type        = string
  default     = null
}

variable "name" {
  description = "The bucket's name. All of AWS shares one space of names, so it should hold the account."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lowercase letters, digits and hyphens, with no hyphen at either end."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the objects."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "expire_days" {
  description = "Days after which an object is deleted; null to keep objects."
  type        = number
  default     = null

  validation {
    condition     = var.expire_days == null ? true : var.expire_days >= 1 && floor(var.expire_days) == var.expire_days
    error_message = "expire_days is a whole number from 1 on, or null."
  }
}

variable "noncurrent_days" {
  description = "Days for which a version stays that was overwritten or deleted."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "noncurrent_days is a whole number from 1 on."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the bucket while something is in it."
  type        = bool
}

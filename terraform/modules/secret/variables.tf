variable "name" {
  description = "The secret's full name, as in emporium-dev-payments-stripe-api-key."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,512}$", var.name))
    error_message = "A secret's name has 1 to 512 letters, digits, hyphens and underscores."
  }
}

variable "description" {
  description = "What the secret is."
  type        = string
  default     = ""
}

variable "value" {
  description = "The secret itself. Needed when it is made and when value_version changes; otherwise it may be null."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null

  validation {
    condition     = var.value == null ? true : length(trimspace(var.value)) > 0
    error_message = "The value of a secret is not blank. Leave it out (null) to keep what is there."
  }
}

variable "value_version" {
  description = "A number that goes up when there is a new value: Terraform cannot see that the value itself changed."
  type        = number

  validation {
    condition     = var.value_version >= 1 && floor(var.value_version) == var.value_version
    error_message = "value_version is a whole number from 1 on."
  }
}

variable "deletion_protection" {
  description = "Whether a deleted secret can be restored for 30 days."
  type        = bool
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the secret."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

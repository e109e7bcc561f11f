variable "name" {
  description = "The bucket's name. All of AWS shares one space of names, so it should hold the account."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lowercase letters, digits and hyphens, with no hyphen at either end."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the objects; null for S3's own, which is enough for what is public."
  type        = string

  validation {
    condition     = var.key_arn == null ? true : startswith(var.key_arn, "arn:")
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

variable "distributions" {
  description = "ARNs of CloudFront distributions that may read objects, by a name in lower-case letters, as in site."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.distributions) : can(regex("^[a-z]+$", name))])
    error_message = "A distribution's name here has lower-case letters only, as in site: it becomes part of a policy."
  }

  validation {
    condition = alltrue([
      for arn in values(var.distributions) : can(regex(":cloudfront::[0-9]{12}:distribution/", arn))
    ])
    error_message = "A distribution is named by its ARN, as in arn:aws:cloudfront::123456789012:distribution/E1."
  }
}

variable "upload_origins" {
  description = "Origins whose pages may put objects here, with addresses that were signed for that; none by default."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.upload_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "upload_origins has whole origins, as in https://shop.example.com, without a path and wildcards."
  }
}

variable "queue_arn" {
  description = "ARN of the queue that is told of every object that is put here; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.queue_arn == null ? true : can(regex("^arn:[^:]+:sqs:[^:]+:[0-9]{12}:[^:]+$", var.queue_arn))
    error_message = "queue_arn is the ARN of a queue."
  }
}

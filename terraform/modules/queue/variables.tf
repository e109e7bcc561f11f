variable "name" {
  description = "The queue's full name, as in emporium-dev-orders-watch. Its dead-letter queue is <name>-dead."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,75}$", var.name))
    error_message = "A queue's name has 1 to 75 letters, digits, hyphens and underscores: 80 less -dead."
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

variable "key_arn" {
  description = "ARN of the KMS key that encrypts messages at rest."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "visibility_seconds" {
  description = "How long a received message stays hidden. At least six times the consumer's timeout, as AWS advises."
  type        = number

  validation {
    condition     = var.visibility_seconds >= 0 && var.visibility_seconds <= 43200
    error_message = "visibility_seconds is between 0 and 43200 (12 hours)."
  }
}

variable "consumer_timeout_seconds" {
  description = "The timeout of the function that consumes the queue; 0 if none does."
  type        = number
  default     = 0

  validation {
    condition     = var.consumer_timeout_seconds >= 0 && var.consumer_timeout_seconds <= 900
    error_message = "consumer_timeout_seconds is between 0 and 900, which is all that Lambda allows."
  }
}

variable "max_receives" {
  description = "Receives before a message goes to the dead-letter queue."
  type        = number

  validation {
    condition     = var.max_receives >= 1 && var.max_receives <= 1000
    error_message = "max_receives is between 1 and 1000."
  }
}

variable "retention_days" {
  description = "How long a message is kept. Its age goes on counting on the dead-letter queue, which keeps 14 days."
  type        = number
  default     = 4

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 13
    error_message = "retention_days is between 1 and 13: shorter than the dead-letter queue's 14."
  }
}

variable "topic_arns" {
  description = "ARNs of the topics that may send to the queue."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.topic_arns : can(regex("^arn:[^:]+:sns:[^:]+:[0-9]{12}:[^:*]+$", arn))])
    error_message = "topic_arns are whole ARNs of topics, without wildcards."
  }
}

variable "bucket_arn" {
  description = "ARN of the bucket that may tell the queue of its objects; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_arn == null ? true : can(regex("^arn:[^:]+:s3:::[a-z0-9-]+$", var.bucket_arn))
    error_message = "bucket_arn is a whole ARN of a bucket, without wildcards and without objects."
  }
}

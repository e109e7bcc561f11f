variable "topic_arn" {
  description = "ARN of the topic."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:sns:", var.topic_arn))
    error_message = "topic_arn is the ARN of an SNS topic."
  }
}

variable "queue_arn" {
  description = "ARN of the queue, whose policy has to allow the topic."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:sqs:", var.queue_arn))
    error_message = "queue_arn is the ARN of an SQS queue."
  }
}

variable "dead_letter_arn" {
  description = "ARN of the queue for what cannot be delivered, whose policy has to allow the topic."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:sqs:", var.dead_letter_arn))
    error_message = "dead_letter_arn is the ARN of an SQS queue."
  }
}

variable "types" {
  description = "The event types that the queue wants: values of the message attribute type."
  type        = list(string)

  validation {
    condition     = length(var.types) > 0 && length(var.types) <= 150
    error_message = "types names 1 to 150 event types. Without a type, nothing would be delivered."
  }
}

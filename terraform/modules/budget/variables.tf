variable "name" {
  description = "The budget's name, as in emporium-dev."
  type        = string

  validation {
    condition     = can(regex("^[^:\\\\]{1,100}$", var.name))
    error_message = "A budget's name has 1 to 100 characters, without colons and backslashes."
  }
}

variable "limit_usd" {
  description = "What a month may cost, in US dollars."
  type        = number

  validation {
    condition     = var.limit_usd > 0
    error_message = "limit_usd is more than 0."
  }
}

variable "tags" {
  description = "The tags that a cost has to have, all of them, to count."
  type        = map(string)

  validation {
    condition     = length(var.tags) >= 2
    error_message = "tags are two at least, such as project and stage: AWS takes no conjunction of one."
  }
}

variable "topic_arn" {
  description = "ARN of the topic that hears of it, whose policy has to allow budgets.amazonaws.com."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:sns:", var.topic_arn))
    error_message = "topic_arn is the ARN of an SNS topic."
  }
}

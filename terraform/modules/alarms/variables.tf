variable "prefix" {
  description = "What each alarm's name begins with, before a hyphen and its key in alarms."
  type        = string
}

variable "topic_arn" {
  description = "ARN of the topic that hears of every alarm, when it begins and when it ends."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:sns:", var.topic_arn))
    error_message = "topic_arn is the ARN of an SNS topic."
  }
}

variable "runbook_url" {
  description = "Where the runbook is. An alarm's description ends with it and the anchor of the alarm's section."
  type        = string

  validation {
    condition     = startswith(var.runbook_url, "https://")
    error_message = "runbook_url begins with https://, so that it can be followed from a mail."
  }
}

variable "alarms" {
  description = <<-EOT
    Alarms by the last part of their names.
    `description`: what is wrong when it rings, as a sentence. `runbook`: the anchor of the runbook's section.
    `namespace`, `metric`, `dimensions`: what is measured. `statistic`: Sum, Maximum, ... or a percentile such as p99.
    `period_seconds`, `evaluation_periods`, `datapoints`: how long, how often, and how many of them have to be bad.
    `threshold`, `comparison`, `missing_data`, `unit`: as CloudWatch has them.
  EOT
  type = map(object({
    description        = string
    runbook            = string
    namespace          = string
    metric             = string
    dimensions         = optional(map(string), {})
    statistic          = string
    period_seconds     = number
    threshold          = number
    comparison         = optional(string, "GreaterThanThreshold")
    evaluation_periods = optional(number, 1)
    datapoints         = optional(number)
    missing_data       = optional(string, "notBreaching")
    unit               = optional(string)
  }))

  validation {
    condition     = alltrue([for alarm in var.alarms : can(regex("^[a-z][a-z-]*$", alarm.runbook))])
    error_message = "runbook is an anchor in the runbook, as in function-errors, without the #."
  }

  validation {
    condition = alltrue([
      for alarm in var.alarms :
      can(regex("^(Sum|Average|Maximum|Minimum|SampleCount|p[0-9]{1,2}([.][0-9]+)?)$", alarm.statistic))
    ])
    error_message = "statistic is Sum, Average, Maximum, Minimum, SampleCount, or a percentile such as p99."
  }

  validation {
    condition = alltrue([
      for alarm in var.alarms : contains([10, 20, 30], alarm.period_seconds) || alarm.period_seconds % 60 == 0
    ])
    error_message = "period_seconds is 10, 20, 30 or a multiple of 60."
  }

  validation {
    condition     = alltrue([for alarm in var.alarms : alarm.period_seconds * alarm.evaluation_periods <= 86400])
    error_message = "period_seconds times evaluation_periods is a day (86400) at most."
  }

  validation {
    condition = alltrue([
      for alarm in var.alarms : coalesce(alarm.datapoints, alarm.evaluation_periods) <= alarm.evaluation_periods
    ])
    error_message = "datapoints is at most evaluation_periods."
  }
}

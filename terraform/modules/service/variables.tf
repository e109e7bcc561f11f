variable "folder" {
  description = "The context's folder, as in ../../../services/orders, with its service.yaml."
  type        = string

  validation {
    condition     = fileexists("${var.folder}/service.yaml")
    error_message = "There is no ${var.folder}/service.yaml. folder is a context's folder, as in services/orders."
  }

  validation {
    condition = try(
      yamldecode(file("${var.folder}/service.yaml")).context == basename(abspath(var.folder)), false
    )
    error_message = "The context in ${var.folder}/service.yaml has to be called like its folder."
  }
}

variable "stage" {
  description = "The stage's name, as in dev. It is part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.stage))
    error_message = "A stage's name has 2 to 12 lower-case letters and digits, and begins with a letter."
  }
}

variable "region" {
  description = "The region, as in eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written as in eu-central-1."
  }
}

variable "account" {
  description = "The account, by its 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account is 12 digits."
  }
}

variable "package" {
  description = "The context's zip: its path, its SHA-256 in Base64, and the architecture it was built for."
  type = object({
    path          = string
    sha256_base64 = string
    architecture  = string
  })
}

variable "key_arn" {
  description = "ARN of the stage's KMS key."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "failed_records" {
  description = "The bucket for stream records that could not be handled."
  type        = object({ bucket = string, arn = string })
}

variable "values" {
  description = "What stage/... references stand for, by the part after the slash."
  type        = map(string)
  default     = {}
}

variable "sender" {
  description = "Who mails come from, and the SES identity and configuration set to send them by."
  type = object({
    address               = string
    identity_arn          = string
    configuration_set_arn = optional(string)
  })

  validation {
    condition     = can(regex("^[^@<> ]+@[^@<> ]+$", var.sender.address))
    error_message = "sender.address is a bare address, as in shop@example.com: IAM compares it literally."
  }
}

variable "secrets" {
  description = "Values of the secrets by name. Needed when they are made and when secrets_version changes."
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "secrets_version" {
  description = "A number that goes up when there are new values."
  type        = number
  default     = 1
}

variable "queue_url_base" {
  description = "What comes before a queue's name in its URL, at another endpoint than AWS's own; null for that."
  type        = string
  default     = null
}

variable "operations" {
  description = <<-EOT
    How the stage runs the context.
    `saga_type`, `saga_log_level`: EXPRESS or STANDARD; ALL, ERROR, FATAL or OFF.
    `log_retention_days`, `log_level`, `tracing`: of functions and sagas.
    `reserved_concurrency`, `provisioned_concurrency`: by function.
    `queue_concurrency`: by function that a queue triggers, instead of its trigger's `concurrency`.
    `warm_throughput`: by table, units a second that it takes at once; see modules/table.
    `settings`: by name, instead of what `service.yaml` has, in every function that has the setting.
    `rollout`: all_at_once, weighted (with `weight` and `promoted`) or codedeploy (with `codedeploy_config`).
    `point_in_time_recovery_days`: 0 to 35. `deletion_protection`: of tables and secrets.
    `event_source_batching_seconds`: how long queues and streams wait for a batch to fill.
  EOT
  type = object({
    saga_type               = optional(string, "STANDARD")
    saga_log_level          = optional(string, "ERROR")
    log_retention_days      = number
    log_level               = optional(string, "INFO")
    tracing                 = optional(bool, true)
    reserved_concurrency    = optional(map(number), {})
    provisioned_concurrency = optional(map(number), {})
    queue_concurrency       = optional(map(number), {})
    warm_throughput         = optional(map(object({ read = number, write = number })), {})
    settings                = optional(map(string), {})
    rollout = optional(object({
      kind              = optional(string, "all_at_once")
      weight            = optional(number, 0.1)
      promoted          = optional(string, "")
      codedeploy_config = optional(string, "CodeDeployDefault.LambdaCanary10Percent5Minutes")
    }), {})
    point_in_time_recovery_days   = number
    deletion_protection           = bool
    event_source_batching_seconds = optional(number, 0)
  })

  validation {
    condition     = startswith(var.operations.rollout.codedeploy_config, "CodeDeployDefault.Lambda")
    error_message = "codedeploy_config is one for Lambda, as in CodeDeployDefault.LambdaCanary10Percent5Minutes."
  }

  validation {
    condition     = var.operations.rollout.kind != "codedeploy" || var.alarms.functions
    error_message = "A CodeDeploy rollout goes back when an alarm of the function rings: set alarms.functions to true."
  }

  validation {
    condition = (
      var.operations.event_source_batching_seconds >= 0 && var.operations.event_source_batching_seconds <= 300
    )
    error_message = "event_source_batching_seconds is between 0 and 300."
  }

  validation {
    condition = length(setsubtract(
      concat(keys(var.operations.reserved_concurrency), keys(var.operations.provisioned_concurrency)),
      try(keys(yamldecode(file("${var.folder}/service.yaml")).functions), [])
    )) == 0
    error_message = "reserved_concurrency and provisioned_concurrency name functions of the context only."
  }

  validation {
    condition     = length(setsubtract(keys(var.operations.queue_concurrency), keys(local.consumers))) == 0
    error_message = "queue_concurrency names functions of the context that a queue triggers only."
  }

  validation {
    condition = alltrue([
      for value in values(var.operations.queue_concurrency) : value >= 2 && value <= 1000 && floor(value) == value
    ])
    error_message = "queue_concurrency is a whole number from 2 to 1000: Lambda allows a queue no other."
  }

  validation {
    condition     = length(setsubtract(keys(var.operations.warm_throughput), keys(local.tables))) == 0
    error_message = "warm_throughput names tables of the context only."
  }

  validation {
    condition     = length(setsubtract(keys(var.operations.settings), local.settable)) == 0
    error_message = "settings names settings of the context only, and none that is a reference, as in table/orders."
  }
}

variable "alarms" {
  description = <<-EOT
    `topic_arn`: who hears of alarms. `runbook_url`: the runbook, without an anchor.
    `functions`: whether functions have alarms of their own. `error_threshold`, `throttle_threshold`: per minute.
    `duration_percent`: of the timeout. `concurrency_percent`: of the reserved concurrency.
    `queue_age_seconds`: of messages and of stream records. `saga_failures`: per five minutes.
    An alarm rings when its threshold is exceeded.
  EOT
  type = object({
    topic_arn           = string
    runbook_url         = string
    functions           = optional(bool, true)
    error_threshold     = optional(number, 0)
    throttle_threshold  = optional(number, 0)
    duration_percent    = optional(number, 80)
    concurrency_percent = optional(number, 80)
    queue_age_seconds   = optional(number, 900)
    saga_failures       = optional(number, 0)
  })

  validation {
    condition = alltrue([
      for percent in [var.alarms.duration_percent, var.alarms.concurrency_percent] : percent > 0 && percent <= 100
    ])
    error_message = "duration_percent and concurrency_percent are more than 0 and at most 100."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds every role; null for none."
  type        = string
  default     = null
}

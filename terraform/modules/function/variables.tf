variable "name" {
  description = "The function's full name, as in emporium-dev-orders-place-order. Its role is called the same."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "A function's name has 1 to 64 letters, digits, hyphens and underscores. Shorten the stage's name?"
  }
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
  default     = ""
}

variable "handler" {
  description = "The function's name within its binary, as in place-order."
  type        = string
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

variable "package" {
  description = "The zip: its path, its SHA-256 in Base64, and the architecture it was built for."
  type = object({
    path          = string
    sha256_base64 = string
    architecture  = string
  })

  validation {
    condition     = contains(["arm64", "x86_64"], var.package.architecture)
    error_message = "architecture is arm64 or x86_64."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9+/]{43}=$", var.package.sha256_base64))
    error_message = "sha256_base64 is a SHA-256 in Base64: 43 characters and an equals sign."
  }
}

variable "memory_mb" {
  description = "Memory, which also sets the share of a processor."
  type        = number
  default     = 128

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb is between 128 and 10240."
  }
}

variable "timeout_seconds" {
  description = "When Lambda gives up on an invocation."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds is between 1 and 900."
  }
}

variable "environment" {
  description = "Environment variables. Never a secret: they can be read by whoever may see the function."
  type        = map(string)
  default     = {}
}

variable "statements" {
  description = "What the function may do, besides writing its own log and traces."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    conditions = optional(list(object({
      test     = string
      variable = string
      values   = list(string)
    })), [])
  }))
  default = []

  validation {
    condition     = alltrue(flatten([for s in var.statements : [for action in s.actions : !strcontains(action, "*")]]))
    error_message = "Actions are named one by one, without wildcards."
  }

  validation {
    condition     = alltrue(flatten([for s in var.statements : [for resource in s.resources : resource != "*"]]))
    error_message = "A statement names its resources: * alone is too wide."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the log."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "log_retention_days is one that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, ... 365, ... 3653."
  }
}

variable "log_level" {
  description = "The least severe log lines that CloudWatch gets. Alarms read errors, so that these always arrive."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"], var.log_level)
    error_message = "log_level is TRACE, DEBUG, INFO, WARN or ERROR. Without errors, alarms that read them never ring."
  }
}

variable "tracing" {
  description = "Whether invocations are traced by X-Ray."
  type        = bool
  default     = true
}

variable "reserved_concurrency" {
  description = "Invocations at once, reserved and at most; 0 stops the function; null leaves it to the account."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.reserved_concurrency, 0) >= 0
    error_message = "reserved_concurrency is null, or a number from 0 on."
  }
}

variable "provisioned_concurrency" {
  description = "Instances that the alias keeps ready; 0 for none."
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0
    error_message = "provisioned_concurrency is 0 or more."
  }

  validation {
    condition     = var.provisioned_concurrency == 0 || var.rollout.kind != "weighted"
    error_message = "Lambda refuses provisioned concurrency on an alias with weights. Set it to 0."
  }

  validation {
    condition     = var.reserved_concurrency == null ? true : var.provisioned_concurrency <= var.reserved_concurrency
    error_message = "provisioned_concurrency is at most reserved_concurrency."
  }
}

variable "rollout" {
  description = <<-EOT
    How the alias `live` moves to a new version. `kind` is one of
    `all_at_once`: with the apply that publishes the version;
    `weighted`: the version that was newest when `promoted` last changed stays; the newest gets `weight` of the traffic;
    `codedeploy`: a CodeDeploy deployment moves it, not Terraform.
  EOT
  type = object({
    kind     = optional(string, "all_at_once")
    weight   = optional(number, 0.1)
    promoted = optional(string, "")
  })
  default = {}

  validation {
    condition     = contains(["all_at_once", "weighted", "codedeploy"], var.rollout.kind)
    error_message = "rollout.kind is all_at_once, weighted or codedeploy."
  }

  validation {
    condition     = var.rollout.weight >= 0 && var.rollout.weight < 1
    error_message = <<-EOT
      rollout.weight is a share, at least 0 and less than 1. To give the newest version all traffic, change
      rollout.promoted.
    EOT
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the function's role; null for none."
  type        = string
  default     = null
}

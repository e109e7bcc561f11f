variable "name" {
  description = "The state machine's full name, as in emporium-dev-orders-order-saga."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,59}$", var.name))
    error_message = "A saga's name has 1 to 59 letters, digits, hyphens and underscores: its role's name is 5 longer."
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

variable "definition" {
  description = "Path of the definition in Amazon States Language. $${functions} in it stands for var.functions."
  type        = string

  validation {
    condition     = fileexists(var.definition)
    error_message = "There is no definition ${var.definition}. Correct definition in the context's service.yaml."
  }
}

variable "functions" {
  description = "What comes before <context>-<function> in a function's ARN."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[A-Za-z0-9_-]+$", var.functions))
    error_message = "functions is the beginning of a function's ARN, as in arn:aws:lambda:...:function:emporium-dev-."
  }
}

variable "type" {
  description = "EXPRESS, which is cheap, or STANDARD, which shows its history. Nothing may depend on it."
  type        = string

  validation {
    condition     = contains(["EXPRESS", "STANDARD"], var.type)
    error_message = "type is EXPRESS or STANDARD."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts executions and their log."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
}

variable "log_level" {
  description = "Which events of executions are logged: ALL, ERROR, FATAL or OFF."
  type        = string
  default     = "ERROR"

  validation {
    condition     = contains(["ALL", "ERROR", "FATAL", "OFF"], var.log_level)
    error_message = "log_level is ALL, ERROR, FATAL or OFF."
  }
}

variable "include_execution_data" {
  description = "Whether inputs and outputs are logged. They hold what customers entered."
  type        = bool
  default     = false
}

variable "tracing" {
  description = "Whether executions are traced by X-Ray."
  type        = bool
  default     = true
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the saga's role; null for none."
  type        = string
  default     = null
}

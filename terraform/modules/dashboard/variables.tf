variable "name" {
  description = "The dashboard's name, as in emporium-dev."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.name))
    error_message = "A dashboard's name has 1 to 255 letters, digits, hyphens and underscores."
  }
}

variable "region" {
  description = "The region that the metrics are in, as in eu-central-1."
  type        = string
}

variable "api_id" {
  description = "Id of the HTTP API."
  type        = string
}

variable "contexts" {
  description = "What each context has: full names of functions, queues and tables, and ARNs of sagas."
  type = map(object({
    functions          = list(string)
    queues             = list(string)
    dead_letter_queues = list(string)
    tables             = list(string)
    sagas              = list(string)
  }))
}

variable "alarm_arns" {
  description = "ARNs of the alarms to show above everything else. One widget shows a hundred at most."
  type        = list(string)

  validation {
    condition     = length(var.alarm_arns) <= 100
    error_message = "alarm_arns has more than 100 alarms. Name composite alarms instead of the single ones."
  }
}

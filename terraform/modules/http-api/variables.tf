variable "name" {
  description = "The API's name, as in emporium-dev."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]{1,100}$", var.name))
    error_message = "An API's name has 1 to 100 lowercase letters, digits and hyphens."
  }
}

variable "routes" {
  description = <<-EOT
    Routes by their keys, as in GET /orders/{id}.
    `function_name`, `alias_name`, `invoke_arn`: the function's alias that answers. A function answers one route.
    `scope`: what a token must allow, without the prefix; null for a route that needs no token.
  EOT
  type = map(object({
    function_name = string
    alias_name    = string
    invoke_arn    = string
    scope         = optional(string)
  }))

  validation {
    condition = alltrue([
      for key in keys(var.routes) : can(regex("^(GET|PUT|POST|PATCH|DELETE) (/([a-z0-9-]+|[{][a-z_]+[}]))+$", key))
    ])
    error_message = "A route is a method and a path, as in GET /orders/{id}."
  }
}

variable "tokens" {
  description = <<-EOT
    Which tokens count. `issuer`: who signs them; its keys are found by /.well-known/openid-configuration.
    `audience`: for whom they are. `scope_prefix`: what comes before a route's scope, as in shop/ of shop/admin.
  EOT
  type = object({
    issuer       = string
    audience     = string
    scope_prefix = optional(string, "")
  })

  validation {
    # Loopback is for an emulator; AWS itself fetches keys over TLS only.
    condition     = can(regex("^(https://|http://(127[.]0[.]0[.]1|localhost)[:/])", var.tokens.issuer))
    error_message = "tokens.issuer begins with https://."
  }

  validation {
    condition     = length(var.tokens.audience) > 0
    error_message = "tokens.audience is empty: any token of the issuer would do."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call the API, as in https://shop.example.com; none if empty."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^([*]|https?://[^/]+)$", origin))])
    error_message = "An origin is a scheme and a host, as in https://shop.example.com, without a path; or *."
  }
}

variable "throttle" {
  description = "Requests per second, and how many at once, for each route that route_throttle does not name."
  type = object({
    rate  = number
    burst = number
  })

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst > 0
    error_message = "throttle.rate and throttle.burst are more than 0: 0 would refuse every request."
  }
}

variable "route_throttle" {
  description = "The same for single routes, by their keys."
  type = map(object({
    rate  = number
    burst = number
  }))
  default = {}

  validation {
    condition     = alltrue([for key in keys(var.route_throttle) : contains(keys(var.routes), key)])
    error_message = "route_throttle names a route that is not there. Write it as in service.yaml: POST /orders."
  }
}

variable "domain" {
  description = "The API's own name, and the Route 53 zone that it is in; null for the name that AWS gives it."
  type = object({
    name    = string
    zone_id = string
  })
  default = null
}

variable "log_retention_days" {
  description = "How long access logs are kept."
  type        = number
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the access logs."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

variable "alarms" {
  description = <<-EOT
    `topic_arn`: who hears of alarms. `runbook_url`: where it says what to do.
    `errors`: 5xx answers in five minutes, and `p99_milliseconds`: latency, above which they ring.
  EOT
  type = object({
    topic_arn        = string
    runbook_url      = string
    errors           = number
    p99_milliseconds = number
  })
}

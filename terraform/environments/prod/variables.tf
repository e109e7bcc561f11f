variable "stage" {
  description = <<-EOT
    Everything in which one stage differs from another.
    `name`: that of the environment's folder. `region`, `account_id`: where it is. `owner`, `repository`: tags.

    `saga_type`: EXPRESS (cheap) or STANDARD (with a visual history). `saga_log_level`: ALL, ERROR, FATAL or OFF.
    `log_level`, `log_retention_days`, `tracing`: of functions, sagas and the API.
    `reserved_concurrency`, `provisioned_concurrency`: by context/function.
    `queue_concurrency`: by context/function of a queue's consumer, 2 to 1000: so many batches at once, instead of what
    its trigger says.
    `warm_throughput`: by context/table, the units a second that a table and its indexes take at once: at least 12000 to
    read and 4000 to write. It is paid once, and never lowered: afterwards, take it out.
    `settings`: by name, another value of a setting than the `service.yaml` files have; of none that is a reference, as
    in table/orders.
    `rollout`: how new versions get traffic; see modules/function.
    `event_source_batching_seconds`: how long queues and streams wait for a batch to fill.
    `point_in_time_recovery_days`: 0 to 35. `deletion_protection`: of tables, secrets, the key and the bucket.
    `permissions_boundary_arn`: the policy that bounds every role; bootstrap makes one.

    `api`: whose tokens count (see modules/http-api), which pages may call, how many requests per second, and its name.
    `edge`: CloudFront with a web firewall in front of the API; null for none.
    `mail`: from whom. `stripe_api_base`: where Stripe answers. `secrets_version`: goes up when secrets change.
    `queue_url_base`: for another endpoint than AWS's.

    `alarm_email`: who hears of alarms. `runbook_url`: what they link to. `budget_usd`: per month.
    `alarms`: above what they ring. errors and throttles are per function and minute, saga_failures and api_errors per
    five minutes.
  EOT

  type = object({
    name       = string
    region     = string
    account_id = string
    owner      = string
    repository = string

    saga_type                     = optional(string, "STANDARD")
    saga_log_level                = optional(string, "ERROR")
    log_level                     = optional(string, "INFO")
    log_retention_days            = optional(number, 7)
    tracing                       = optional(bool, true)
    reserved_concurrency          = optional(map(number), {})
    provisioned_concurrency       = optional(map(number), {})
    queue_concurrency             = optional(map(number), {})
    warm_throughput               = optional(map(object({ read = number, write = number })), {})
    settings                      = optional(map(string), {})
    event_source_batching_seconds = optional(number, 0)
    point_in_time_recovery_days   = optional(number, 0)
    deletion_protection           = optional(bool, false)
    permissions_boundary_arn      = optional(string)

    rollout = optional(object({
      kind              = optional(string, "all_at_once")
      weight            = optional(number, 0.1)
      promoted          = optional(string, "")
      codedeploy_config = optional(string, "CodeDeployDefault.LambdaCanary10Percent5Minutes")
    }), {})

    api = object({
      issuer         = string
      audience       = string
      scope_prefix   = optional(string, "")
      cors_origins   = optional(list(string), [])
      throttle       = optional(object({ rate = number, burst = number }), { rate = 100, burst = 200 })
      route_throttle = optional(map(object({ rate = number, burst = number })), {})
      domain         = optional(object({ name = string, zone_id = string }))
    })

    edge = optional(object({
      domain               = optional(object({ name = string, zone_id = string }))
      requests_per_address = optional(number, 2000)
      price_class          = optional(string, "PriceClass_100")
    }))

    mail = object({
      sender  = string
      domain  = optional(string)
      zone_id = optional(string)
    })

    stripe_api_base = optional(string, "https://api.stripe.com")
    secrets_version = optional(number, 1)
    queue_url_base  = optional(string)

    alarm_email = optional(string)
    runbook_url = string
    budget_usd  = number

    alarms = optional(object({
      functions            = optional(bool, true)
      errors               = optional(number, 0)
      throttles            = optional(number, 0)
      duration_percent     = optional(number, 80)
      concurrency_percent  = optional(number, 80)
      queue_age_seconds    = optional(number, 900)
      saga_failures        = optional(number, 0)
      api_errors           = optional(number, 0)
      api_p99_milliseconds = optional(number, 3000)
    }), {})
  })

  validation {
    condition     = var.stage.name == basename(abspath(path.root))
    error_message = "stage.name is the name of the environment's folder: one folder, one stage, one state."
  }

  validation {
    condition     = var.stage.account_id != "000000000000" || var.stage.name == "local"
    error_message = "Set stage.account_id in this folder's terraform.tfvars to the AWS account of the stage."
  }

  validation {
    condition     = can(regex("^[0-9]{12}$", var.stage.account_id))
    error_message = "stage.account_id is 12 digits, in quotes."
  }

  validation {
    condition     = contains(["EXPRESS", "STANDARD"], var.stage.saga_type)
    error_message = "stage.saga_type is EXPRESS or STANDARD."
  }

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"], var.stage.log_level)
    error_message = "stage.log_level is TRACE, DEBUG, INFO, WARN or ERROR."
  }

  validation {
    condition = contains([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ], var.stage.log_retention_days)
    error_message = "stage.log_retention_days is one that CloudWatch has, such as 7, 30, 90 or 365."
  }

  validation {
    condition = alltrue([
      for key in concat(
        keys(var.stage.reserved_concurrency), keys(var.stage.provisioned_concurrency), keys(var.stage.queue_concurrency)
      ) :
      contains([for file in fileset("../../../services", "*/service.yaml") : dirname(file)], split("/", key)[0])
      && length(split("/", key)) == 2
    ])
    error_message = "Concurrency is by context/function, as in \"orders/place-order\" = 50."
  }

  validation {
    condition = alltrue([
      for value in values(var.stage.queue_concurrency) : value >= 2 && value <= 1000 && floor(value) == value
    ])
    error_message = "stage.queue_concurrency is whole numbers from 2 to 1000: Lambda allows a queue no others."
  }

  validation {
    condition = alltrue([
      for key in keys(var.stage.warm_throughput) :
      contains([for file in fileset("../../../services", "*/service.yaml") : dirname(file)], split("/", key)[0])
      && length(split("/", key)) == 2
    ])
    error_message = "Warm throughput is by context/table, as in \"orders/orders\" = { read = 12000, write = 20000 }."
  }

  validation {
    condition = alltrue([
      for value in values(var.stage.warm_throughput) : value.read >= 12000 && value.write >= 4000
    ])
    error_message = "stage.warm_throughput is at least 12000 units to read and 4000 to write: new tables take as much."
  }

  # Which of them are references, modules/service knows.
  validation {
    condition     = length(setsubtract(keys(var.stage.settings), flatten(values(local.settings)))) == 0
    error_message = <<-EOT
      stage.settings are those of the service.yaml files, as in SALE_STARTS_PER_SECOND = "90". No context has
      ${join(" or ", setsubtract(keys(var.stage.settings), flatten(values(local.settings))))}.
    EOT
  }

  validation {
    condition     = contains(["all_at_once", "weighted", "codedeploy"], var.stage.rollout.kind)
    error_message = "stage.rollout.kind is all_at_once, weighted or codedeploy."
  }

  validation {
    condition     = var.stage.point_in_time_recovery_days >= 0 && var.stage.point_in_time_recovery_days <= 35
    error_message = "stage.point_in_time_recovery_days is between 0 (off) and 35."
  }

  validation {
    condition     = startswith(var.stage.stripe_api_base, "https://") || var.stage.name == "local"
    error_message = "stage.stripe_api_base begins with https://: a secret key goes there."
  }

  validation {
    condition     = startswith(var.stage.api.issuer, "https://") || var.stage.name == "local"
    error_message = "stage.api.issuer begins with https://: the keys that tokens are checked with come from there."
  }

  validation {
    condition     = var.stage.name != "prod" || var.stage.deletion_protection
    error_message = "prod needs stage.deletion_protection = true: without it, one command deletes every order."
  }

  validation {
    condition     = var.stage.name != "prod" || var.stage.alarm_email != null
    error_message = "prod needs stage.alarm_email: without it, nobody hears of alarms."
  }

  validation {
    condition     = var.stage.name != "prod" || var.stage.point_in_time_recovery_days > 0
    error_message = "prod needs stage.point_in_time_recovery_days: without it, a wrong write cannot be undone."
  }
}

variable "secrets" {
  description = <<-EOT
    Stripe's secret key and its webhook's signing secret: stripe-api-key and stripe-webhook-secret. Needed by the first
    apply and whenever stage.secrets_version goes up; they are in no plan and no state. Set them in the environment:
    TF_VAR_secrets='{"stripe-api-key":"sk_...","stripe-webhook-secret":"whsec_..."}'
  EOT
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "packages" {
  description = "The folder with the functions' zips and their manifest, as cargo shop package leaves it."
  type        = string
  default     = "../../../target/lambda/arm64"

  validation {
    condition     = fileexists("${var.packages}/manifest.json")
    error_message = "There is no ${var.packages}/manifest.json. Run: cargo shop package"
  }

  validation {
    condition = length(setsubtract(
      [for file in fileset("../../../services", "*/service.yaml") : dirname(file)],
      try(keys(jsondecode(file("${var.packages}/manifest.json")).packages), []),
    )) == 0
    error_message = "${var.packages}/manifest.json does not have a package for each context. Run: cargo shop package"
  }
}

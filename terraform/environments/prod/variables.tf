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
    `point_in_time_recovery_days`: 0 to 35. `deletion_protection`: of tables, secrets, the key and buckets.
    `permissions_boundary_arn`: the policy that bounds every role; bootstrap makes one.

    `accounts`: a user pool for customers and admins; null if `api` has an issuer. `domain_prefix`: what the address of
    its pages begins with; computed if null. `own_sender`: whether codes come from `mail.sender`, once SES has verified
    it (and lets the account out of its sandbox); otherwise they come from Cognito, 50 a day. `sites`: where else than
    on the storefront one may sign in, as in http://localhost:4580.
    `storefront`: the pages, for which there have to be accounts and an edge; null for none.
    `stripe_publishable_key`: for Stripe's card form; null for the form with test payment methods.
    `api`: whose tokens count, if there are no accounts: `issuer`, `audience`, `scope_prefix` (see modules/http-api).
    `cors_origins`: which other sites' pages may call and upload; the storefront is on the API's own. How many requests
    per second, and the API's name.
    `edge`: CloudFront in front of the API and the pages, with a web `firewall`; null for none.
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
      issuer         = optional(string)
      audience       = optional(string)
      scope_prefix   = optional(string, "")
      cors_origins   = optional(list(string), [])
      throttle       = optional(object({ rate = number, burst = number }), { rate = 100, burst = 200 })
      route_throttle = optional(map(object({ rate = number, burst = number })), {})
      domain         = optional(object({ name = string, zone_id = string }))
    })

    accounts = optional(object({
      domain_prefix = optional(string)
      own_sender    = optional(bool, false)
      sites         = optional(list(string), [])
    }))

    storefront = optional(object({
      stripe_publishable_key = optional(string)
    }))

    edge = optional(object({
      firewall             = optional(bool, true)
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
    condition     = (var.stage.accounts == null) != (var.stage.api.issuer == null)
    error_message = <<-EOT
      Tokens have one issuer: either stage.accounts = {} makes a user pool, or stage.api has issuer and audience of one
      from outside.
    EOT
  }

  validation {
    condition = var.stage.accounts == null ? var.stage.api.audience != null : (
      var.stage.api.audience == null && var.stage.api.scope_prefix == ""
    )
    error_message = <<-EOT
      stage.api.audience belongs to an issuer from outside, and that needs one: any of its tokens would do otherwise.
      With stage.accounts, audience and scope_prefix are the user pool's: leave both out.
    EOT
  }

  validation {
    condition     = var.stage.storefront == null || (var.stage.accounts != null && var.stage.edge != null)
    error_message = "stage.storefront needs stage.accounts, to sign its customers in, and stage.edge, to be served."
  }

  validation {
    condition = (
      var.stage.accounts == null || var.stage.storefront != null || length(try(var.stage.accounts.sites, [])) > 0
    )
    error_message = "stage.accounts needs stage.storefront, or sites: who has signed in has to be sent somewhere."
  }

  validation {
    condition = (
      var.stage.api.issuer == null ? true : startswith(var.stage.api.issuer, "https://") || var.stage.name == "local"
    )
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

variable "pages" {
  description = "The folder with the storefront's pages."
  type        = string
  default     = "../../../storefront"

  validation {
    condition     = var.stage.storefront == null || fileexists("${var.pages}/index.html")
    error_message = "There is no ${var.pages}/index.html. The pages are in the repository's folder storefront."
  }
}

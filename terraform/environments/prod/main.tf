# The shop in one stage. This file is the same in every environment; what differs is in terraform.tfvars.

data "aws_partition" "current" {}

locals {
  name     = "emporium-${var.stage.name}"
  contexts = toset([for file in fileset("../../../services", "*/service.yaml") : dirname(file)])
  manifest = jsondecode(file("${var.packages}/manifest.json"))

  # The settings by context: their names are all that the stage needs to know.
  settings = {
    for context in local.contexts : context => flatten([
      for function in values(yamldecode(file("../../../services/${context}/service.yaml")).functions) :
      keys(lookup(function, "settings", {}))
    ])
  }

  # What the API answers, by routes as in GET /orders/{id}.
  routes = merge([for service in module.service : service.routes]...)

  # What contexts keep in buckets, by context/bucket.
  buckets = merge([for service in module.service : service.buckets]...)

  # Where the stage's own pages are.
  own_sites = var.stage.storefront == null ? [] : [module.edge[0].url]

  # Whose tokens count: those of the stage's own user pool, or of an issuer that it was given.
  tokens = var.stage.accounts != null ? module.user_pool[0].tokens : {
    issuer       = var.stage.api.issuer
    audience     = var.stage.api.audience
    scope_prefix = var.stage.api.scope_prefix
  }

  # What an alarm's ARN begins with.
  alarm = "arn:${data.aws_partition.current.partition}:cloudwatch:${var.stage.region}:${var.stage.account_id}:alarm"

  alarms = {
    topic_arn   = module.alarm_topic.arn
    runbook_url = var.stage.runbook_url
  }
}

module "key" {
  source = "../../modules/key"

  name                 = local.name
  description          = "Everything that ${local.name} keeps."
  region               = var.stage.region
  account              = var.stage.account_id
  deletion_window_days = var.stage.deletion_protection ? 30 : 7
}

module "alarm_topic" {
  source = "../../modules/service-topic"

  name    = "${local.name}-alarms"
  region  = var.stage.region
  account = var.stage.account_id
  key_arn = module.key.arn
  email   = var.stage.alarm_email

  publishers = {
    "cloudwatch.amazonaws.com" = "${local.alarm}:${local.name}-*"
    "budgets.amazonaws.com"    = "arn:${data.aws_partition.current.partition}:budgets::${var.stage.account_id}:*"
  }
}

module "email_identity" {
  source = "../../modules/email-identity"

  name    = local.name
  sender  = var.stage.mail.sender
  domain  = var.stage.mail.domain
  zone_id = var.stage.mail.zone_id
  region  = var.stage.region
  account = var.stage.account_id
  key_arn = module.key.arn
  alarms  = local.alarms
}

# Stream records that a publisher gave up on. They stay as long as someone may still want to publish them.
module "failed_records" {
  source = "../../modules/bucket"

  name                = "${local.name}-failed-records-${var.stage.account_id}"
  key_arn             = module.key.arn
  expire_days         = 90
  deletion_protection = var.stage.deletion_protection
}

module "service" {
  source   = "../../modules/service"
  for_each = local.contexts

  folder  = "../../../services/${each.key}"
  stage   = var.stage.name
  region  = var.stage.region
  account = var.stage.account_id
  key_arn = module.key.arn
  sender  = module.email_identity.sender
  secrets = var.secrets

  secrets_version          = var.stage.secrets_version
  queue_url_base           = var.stage.queue_url_base
  permissions_boundary_arn = var.stage.permissions_boundary_arn

  package = {
    path          = "${var.packages}/${local.manifest.packages[each.key].file}"
    sha256_base64 = local.manifest.packages[each.key].sha256_base64
    architecture  = local.manifest.architecture
  }

  failed_records = {
    bucket = module.failed_records.name
    arn    = module.failed_records.arn
  }

  # What stage/... stands for in a service.yaml.
  values = {
    stripe_api_base = var.stage.stripe_api_base
  }

  operations = {
    saga_type                     = var.stage.saga_type
    saga_log_level                = var.stage.saga_log_level
    log_retention_days            = var.stage.log_retention_days
    log_level                     = var.stage.log_level
    tracing                       = var.stage.tracing
    rollout                       = var.stage.rollout
    point_in_time_recovery_days   = var.stage.point_in_time_recovery_days
    deletion_protection           = var.stage.deletion_protection
    event_source_batching_seconds = var.stage.event_source_batching_seconds

    # The stage says context/function and context/table, the context itself only function and table.
    reserved_concurrency = {
      for key, value in var.stage.reserved_concurrency :
      split("/", key)[1] => value if split("/", key)[0] == each.key
    }
    provisioned_concurrency = {
      for key, value in var.stage.provisioned_concurrency :
      split("/", key)[1] => value if split("/", key)[0] == each.key
    }
    queue_concurrency = {
      for key, value in var.stage.queue_concurrency :
      split("/", key)[1] => value if split("/", key)[0] == each.key
    }
    warm_throughput = {
      for key, value in var.stage.warm_throughput :
      split("/", key)[1] => value if split("/", key)[0] == each.key
    }

    # A setting is of every context that has it.
    settings = {
      for name, value in var.stage.settings : name => value if contains(local.settings[each.key], name)
    }
  }

  alarms = {
    topic_arn           = local.alarms.topic_arn
    runbook_url         = local.alarms.runbook_url
    functions           = var.stage.alarms.functions
    error_threshold     = var.stage.alarms.errors
    throttle_threshold  = var.stage.alarms.throttles
    duration_percent    = var.stage.alarms.duration_percent
    concurrency_percent = var.stage.alarms.concurrency_percent
    queue_age_seconds   = var.stage.alarms.queue_age_seconds
    saga_failures       = var.stage.alarms.saga_failures
  }
}

# What contexts keep in buckets. Their modules only say what of: a bucket knows the distribution that reads it and the pages
# that upload to it, and both need the contexts' routes.
module "bucket" {
  source   = "../../modules/bucket"
  for_each = local.buckets

  name                = each.value.name
  key_arn             = each.value.key_arn
  expire_days         = each.value.expire_days
  noncurrent_days     = each.value.expire_days == null ? 30 : 1 # what has expired is not kept again
  queue_arn           = each.value.queue_arn
  distributions       = { for edge in module.edge : "site" => edge.distribution_arn if each.value.served_at != null }
  upload_origins      = each.value.takes_uploads ? concat(local.own_sites, var.stage.api.cors_origins) : []
  deletion_protection = var.stage.deletion_protection
}

# Contexts meet here: a queue of one hears a topic of another.
module "subscription" {
  source   = "../../modules/subscription"
  for_each = merge([for service in module.service : service.subscriptions]...)

  topic_arn       = module.service[split("/", each.value.topic)[0]].topics[split("/", each.value.topic)[1]]
  queue_arn       = each.value.queue_arn
  dead_letter_arn = each.value.dead_letter_arn
  types           = each.value.types
}

module "user_pool" {
  source = "../../modules/user-pool"
  count  = var.stage.accounts == null ? 0 : 1

  name                 = local.name
  region               = var.stage.region
  account              = var.stage.account_id
  sites                = concat(local.own_sites, var.stage.accounts.sites)
  pre_token_generation = merge([for service in module.service : service.user_pool_triggers]...)["pre_token_generation"]
  deletion_protection  = var.stage.deletion_protection

  # A region has each prefix only once, so it comes from the account, which it does not show.
  domain_prefix = coalesce(
    var.stage.accounts.domain_prefix, "${local.name}-${substr(sha256(var.stage.account_id), 0, 8)}"
  )

  # Cognito takes no sender that SES has not verified: until then, it sends by itself.
  sender = var.stage.accounts.own_sender && module.email_identity.verified ? {
    address      = module.email_identity.sender.address
    identity_arn = module.email_identity.sender.identity_arn
  } : null
}

module "http_api" {
  source = "../../modules/http-api"

  name               = local.name
  routes             = local.routes
  tokens             = local.tokens
  cors_origins       = var.stage.api.cors_origins
  throttle           = var.stage.api.throttle
  route_throttle     = var.stage.api.route_throttle
  domain             = var.stage.api.domain
  log_retention_days = var.stage.log_retention_days
  key_arn            = module.key.arn

  alarms = merge(local.alarms, {
    errors           = var.stage.alarms.api_errors
    p99_milliseconds = var.stage.alarms.api_p99_milliseconds
  })
}

module "edge" {
  source = "../../modules/edge"
  count  = var.stage.edge == null ? 0 : 1

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  name                 = local.name
  api_url              = module.http_api.origin_url
  domain               = var.stage.edge.domain
  firewall             = var.stage.edge.firewall
  requests_per_address = var.stage.edge.requests_per_address
  price_class          = var.stage.edge.price_class
  log_retention_days   = var.stage.log_retention_days

  served = { for bucket in local.buckets : bucket.served_at => bucket.host if bucket.served_at != null }

  site = var.stage.storefront == null ? null : merge(module.storefront[0].site, {
    connect_to = concat(
      [module.user_pool[0].login_origin],
      [for bucket in local.buckets : "https://${bucket.host}" if bucket.takes_uploads],
    )
    stripe = var.stage.storefront.stripe_publishable_key != null
    routes = keys(local.routes)
  })
}

module "storefront" {
  source = "../../modules/storefront"
  count  = var.stage.storefront == null ? 0 : 1

  name                   = "${local.name}-storefront-${var.stage.account_id}"
  folder                 = var.pages
  distributions          = { site = module.edge[0].distribution_arn }
  login                  = module.user_pool[0].login
  stripe_publishable_key = var.stage.storefront.stripe_publishable_key
}

module "dashboard" {
  source = "../../modules/dashboard"

  name   = local.name
  region = var.stage.region
  api_id = module.http_api.id

  contexts = { for context, service in module.service : context => {
    functions          = [for function in service.functions : function.name]
    queues             = [for queue in service.queues : queue.name]
    dead_letter_queues = [for queue in service.queues : queue.dead_letter_name]
    tables             = [for table in service.tables : table.name]
    sagas              = [for saga in service.sagas : saga.arn]
  } }

  alarm_arns = concat(
    [for service in module.service : "${local.alarm}:${service.composite_alarm}"],
    module.http_api.alarm_arns,
    module.email_identity.alarm_arns,
  )
}

module "budget" {
  source = "../../modules/budget"

  name      = local.name
  limit_usd = var.stage.budget_usd
  tags      = { project = "emporium", stage = var.stage.name }
  topic_arn = module.alarm_topic.arn
}

# Looked at after each apply; warns, and stops nothing.
check "mail" {
  assert {
    condition     = module.email_identity.verified
    error_message = <<-EOT
      SES has not verified ${module.email_identity.identity} yet, so no mail is sent.
      For a domain, its DNS needs the records in the output mail.dkim_records (in Route 53 they are made by themselves);
      for an address, follow the link in the mail that AWS sent to it. Then apply again.
    EOT
  }
}

data "aws_partition" "current" {}

# What the context is made of, as its service.yaml has it.
locals {
  service = yamldecode(file("${var.folder}/service.yaml"))
  context = local.service.context

  tables    = lookup(local.service, "tables", {})
  topics    = lookup(local.service, "topics", {})
  queues    = lookup(local.service, "queues", {})
  buckets   = lookup(local.service, "buckets", {})
  sagas     = lookup(local.service, "sagas", {})
  secrets   = lookup(local.service, "secrets", {})
  functions = local.service.functions

  # Functions by what triggers them.
  routed     = { for name, function in local.functions : name => function.trigger if can(function.trigger.http) }
  consumers  = { for name, function in local.functions : name => function.trigger if can(function.trigger.queue) }
  publishers = { for name, function in local.functions : name => function.trigger if can(function.trigger.stream) }
  scheduled  = { for name, function in local.functions : name => function.trigger if can(function.trigger.schedule) }
  asked      = { for name, function in local.functions : name => function.trigger if can(function.trigger.user_pool) }
}

module "table" {
  source   = "../table"
  for_each = local.tables

  name    = local.names["table/${each.key}"]
  region  = var.region
  account = var.account
  key     = { hash = each.value.key.hash, range = lookup(each.value.key, "range", null) }
  indexes = { for name, index in lookup(each.value, "indexes", {}) : name => index.key }
  stream  = can(each.value.stream)
  ttl     = lookup(each.value, "ttl", null)
  key_arn = var.key_arn

  warm_throughput             = lookup(var.operations.warm_throughput, each.key, null)
  point_in_time_recovery_days = var.operations.point_in_time_recovery_days
  deletion_protection         = var.operations.deletion_protection
}

module "topic" {
  source   = "../topic"
  for_each = local.topics

  name    = local.names["topic/${each.key}"]
  region  = var.region
  account = var.account
  key_arn = var.key_arn
}

module "queue" {
  source   = "../queue"
  for_each = local.queues

  name               = local.names["queue/${each.key}"]
  region             = var.region
  account            = var.account
  key_arn            = var.key_arn
  visibility_seconds = each.value.visibility_seconds
  max_receives       = each.value.max_receives
  topic_arns         = can(each.value.subscribe) ? [local.subscribed_topics[each.key]] : []
  bucket_arn         = lookup(local.notifying_buckets, each.key, null)

  consumer_timeout_seconds = max(0, [
    for name, trigger in local.consumers : local.functions[name].timeout_seconds if trigger.queue == each.key
  ]...)
}

module "secret" {
  source   = "../secret"
  for_each = local.secrets

  name                = local.names["secret/${each.key}"]
  description         = each.value.about
  value               = lookup(var.secrets, each.key, null)
  value_version       = var.secrets_version
  deletion_protection = var.operations.deletion_protection
  key_arn             = var.key_arn
}

module "saga" {
  source   = "../saga"
  for_each = local.sagas

  name                     = local.names["saga/${each.key}"]
  region                   = var.region
  account                  = var.account
  definition               = "${var.folder}/${each.value.definition}"
  functions                = "${local.arn_prefix.lambda}:function:emporium-${var.stage}-"
  type                     = var.operations.saga_type
  log_level                = var.operations.saga_log_level
  log_retention_days       = var.operations.log_retention_days
  tracing                  = var.operations.tracing
  key_arn                  = var.key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "function" {
  source   = "../function"
  for_each = local.functions

  name            = "${local.prefix}-${each.key}"
  description     = each.value.about
  handler         = each.key
  region          = var.region
  account         = var.account
  package         = var.package
  memory_mb       = lookup(each.value, "memory_mb", 128)
  timeout_seconds = each.value.timeout_seconds
  environment     = local.environments[each.key]
  statements      = local.statements[each.key]

  key_arn                  = var.key_arn
  log_retention_days       = var.operations.log_retention_days
  log_level                = var.operations.log_level
  tracing                  = var.operations.tracing
  reserved_concurrency     = lookup(var.operations.reserved_concurrency, each.key, null)
  provisioned_concurrency  = lookup(var.operations.provisioned_concurrency, each.key, 0)
  permissions_boundary_arn = var.permissions_boundary_arn

  rollout = {
    kind     = var.operations.rollout.kind
    weight   = var.operations.rollout.weight
    promoted = var.operations.rollout.promoted
  }
}

locals {
  # A value that is no reference is meant as it is, unless the stage has another.
  environments = {
    for name, function in local.functions : name => {
      for setting, value in lookup(function, "settings", {}) :
      setting => lookup(local.values, tostring(value), lookup(var.operations.settings, setting, tostring(value)))
    }
  }

  # What a stage may set: values that are no reference in any function. What a reference stands for is computed.
  references = "^(table|topic|queue|dead-letters|bucket|shop|saga|secret|email|stage)/"
  settable = setsubtract(
    flatten([for function in values(local.functions) : keys(lookup(function, "settings", {}))]),
    flatten([
      for function in values(local.functions) : [
        for setting, value in lookup(function, "settings", {}) : setting if can(regex(local.references, value))
      ]
    ])
  )

  # References that lead nowhere.
  unknown = sort(flatten([
    [
      for name, queue in local.queues : "${name}: notified_by: ${queue.notified_by.bucket}"
      if can(queue.notified_by) && !can(local.buckets[queue.notified_by.bucket])
    ],
    [for name, function in local.functions : [
      [
        for setting, value in lookup(function, "settings", {}) : "${name}: ${setting}: ${value}"
        if can(regex(local.references, value)) && !can(local.values[value])
      ],
      [
        for reference in keys(lookup(function, "grants", {})) : "${name}: grants: ${reference}"
        if !contains(keys(local.resources), reference)
      ],
    ]],
  ]))
}

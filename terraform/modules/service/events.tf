resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.consumers

  event_source_arn = module.queue[each.value.queue].arn
  function_name    = module.function[each.key].alias_arn

  batch_size                         = lookup(each.value, "batch", 10)
  maximum_batching_window_in_seconds = local.batching_seconds[each.key]
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = lookup(var.operations.queue_concurrency, each.key, lookup(each.value, "concurrency", 10))
  }

  metrics_config {
    metrics = ["EventCount"]
  }
}

resource "aws_lambda_event_source_mapping" "stream" {
  for_each = local.publishers

  event_source_arn  = module.table[each.value.stream].stream_arn
  function_name     = module.function[each.key].alias_arn
  starting_position = "TRIM_HORIZON" # what was written before the mapping existed is an event too

  batch_size                         = lookup(each.value, "batch", 100)
  maximum_batching_window_in_seconds = var.operations.event_source_batching_seconds
  maximum_retry_attempts             = lookup(each.value, "attempts", 10) - 1
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]

  # S3 gets the records themselves; a queue would get only where they were.
  destination_config {
    on_failure {
      destination_arn = var.failed_records.arn
    }
  }

  metrics_config {
    metrics = ["EventCount"]
  }
}

locals {
  # Lambda wants a window of a second at least for batches of more than ten messages.
  batching_seconds = {
    for name, trigger in local.consumers :
    name => max(var.operations.event_source_batching_seconds, lookup(trigger, "batch", 10) > 10 ? 1 : 0)
  }
}

module "schedule" {
  source   = "../schedule"
  for_each = local.scheduled

  name                     = "${local.prefix}-${each.key}"
  description              = local.functions[each.key].about
  region                   = var.region
  account                  = var.account
  expression               = each.value.schedule
  target_arn               = module.function[each.key].alias_arn
  key_arn                  = var.key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

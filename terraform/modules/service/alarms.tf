locals {
  function_alarms = merge({}, [
    for name, function in local.functions : {
      "${name}-errors" = {
        description    = "${name} fails."
        runbook        = "function-errors"
        namespace      = "AWS/Lambda"
        metric         = "Errors"
        dimensions     = { FunctionName = "${local.prefix}-${name}" }
        statistic      = "Sum"
        period_seconds = 60
        threshold      = var.alarms.error_threshold
      }
      "${name}-throttles" = {
        description        = "${name} is throttled: it has no concurrency left."
        runbook            = "function-throttles"
        namespace          = "AWS/Lambda"
        metric             = "Throttles"
        dimensions         = { FunctionName = "${local.prefix}-${name}" }
        statistic          = "Sum"
        period_seconds     = 60
        evaluation_periods = 3
        threshold          = var.alarms.throttle_threshold
      }
      "${name}-slow" = {
        description        = "${name} is slow: one invocation in a hundred comes near its timeout."
        runbook            = "function-slow"
        namespace          = "AWS/Lambda"
        metric             = "Duration"
        dimensions         = { FunctionName = "${local.prefix}-${name}" }
        statistic          = "p99"
        period_seconds     = 60
        evaluation_periods = 3
        threshold          = function.timeout_seconds * 1000 * var.alarms.duration_percent / 100
      }
    } if var.alarms.functions
  ]...)

  # Without functions that are stopped on purpose, by 0.
  concurrency_alarms = {
    for name, reserved in var.operations.reserved_concurrency : "${name}-concurrency" => {
      description        = "${name} comes near its reserved concurrency."
      runbook            = "function-concurrency"
      namespace          = "AWS/Lambda"
      metric             = "ConcurrentExecutions"
      dimensions         = { FunctionName = "${local.prefix}-${name}" }
      statistic          = "Maximum"
      period_seconds     = 60
      evaluation_periods = 3
      threshold          = reserved * var.alarms.concurrency_percent / 100
    } if var.alarms.functions && reserved > 0
  }

  function_alarm_names = {
    for name in keys(local.functions) : name => [
      for key, alarm in merge(local.function_alarms, local.concurrency_alarms) : module.alarms.names[key]
      if alarm.dimensions.FunctionName == "${local.prefix}-${name}"
    ]
  }

  queue_alarms = merge({}, [
    for name in keys(local.queues) : {
      "${name}-age" = {
        description    = "The oldest message of ${name} waits for too long."
        runbook        = "queue-age"
        namespace      = "AWS/SQS"
        metric         = "ApproximateAgeOfOldestMessage"
        dimensions     = { QueueName = local.names["queue/${name}"] }
        statistic      = "Maximum"
        period_seconds = 300
        threshold      = var.alarms.queue_age_seconds
      }
      "${name}-dead" = {
        description    = "There are messages on ${name}-dead that could not be handled."
        runbook        = "dead-letters"
        namespace      = "AWS/SQS"
        metric         = "ApproximateNumberOfMessagesVisible"
        dimensions     = { QueueName = "${local.names["queue/${name}"]}-dead" }
        statistic      = "Maximum"
        period_seconds = 300
        threshold      = 0
      }
    }
  ]...)

  stream_alarms = merge({}, [
    for name, trigger in local.publishers : {
      "${name}-behind" = {
        description    = "${name} is behind with the changes of ${trigger.stream}. After a day, they are lost."
        runbook        = "stream-behind"
        namespace      = "AWS/Lambda"
        metric         = "IteratorAge"
        dimensions     = { FunctionName = "${local.prefix}-${name}" }
        statistic      = "Maximum"
        period_seconds = 300
        threshold      = var.alarms.queue_age_seconds * 1000
      }
      "${name}-given-up" = {
        description    = "${name} gave changes up; they are in the bucket of failed records."
        runbook        = "failed-records"
        namespace      = "AWS/Lambda"
        metric         = "OnFailureDestinationDeliveredEventCount"
        dimensions     = { EventSourceMappingUUID = aws_lambda_event_source_mapping.stream[name].uuid }
        statistic      = "Sum"
        period_seconds = 300
        threshold      = 0
      }
      "${name}-dropped" = {
        description    = "${name} lost changes: they could not even be written to the bucket of failed records."
        runbook        = "failed-records"
        namespace      = "AWS/Lambda"
        metric         = "DroppedEventCount"
        dimensions     = { EventSourceMappingUUID = aws_lambda_event_source_mapping.stream[name].uuid }
        statistic      = "Sum"
        period_seconds = 300
        threshold      = 0
      }
    }
  ]...)

  saga_metrics = {
    failed    = { metric = "ExecutionsFailed", what = "failed" }
    timed-out = { metric = "ExecutionsTimedOut", what = "timed out" }
    aborted   = { metric = "ExecutionsAborted", what = "were aborted" }
    throttled = { metric = "ExecutionThrottled", what = "were throttled" }
  }
  saga_alarms = merge({}, [
    for name in keys(local.sagas) : {
      for kind, of in local.saga_metrics : "${name}-${kind}" => {
        description    = "Executions of ${name} ${of.what}. The watchdog starts them again."
        runbook        = "saga-failures"
        namespace      = "AWS/States"
        metric         = of.metric
        dimensions     = { StateMachineArn = local.values["saga/${name}"] }
        statistic      = "Sum"
        period_seconds = 300
        threshold      = var.alarms.saga_failures
      }
    }
  ]...)

  schedule_alarms = {
    for name in keys(local.scheduled) : "${name}-not-run" => {
      description    = "${name} could not be invoked when it was due."
      runbook        = "schedule-failures"
      namespace      = "AWS/SQS"
      metric         = "ApproximateNumberOfMessagesVisible"
      dimensions     = { QueueName = module.schedule[name].dead_letter_name }
      statistic      = "Maximum"
      period_seconds = 300
      threshold      = 0
    }
  }

  operator_metric = "${local.prefix}-needs-operator"
  operator_alarms = {
    needs-operator = {
      description    = "Something in ${local.context} needs an operator: trying again does not help."
      runbook        = "needs-operator"
      namespace      = "Emporium"
      metric         = local.operator_metric
      statistic      = "Sum"
      period_seconds = 300
      threshold      = 0
    }
  }
}

# An error whose message says that something needs an operator is what a person has to know of. See
# services/orders/src/usecases/watch.rs.
resource "aws_cloudwatch_log_metric_filter" "operator" {
  for_each = local.functions

  name           = "needs-operator"
  log_group_name = module.function[each.key].log_group
  pattern        = "{ $.level = \"ERROR\" && $.fields.message = \"*needs an operator*\" }"

  metric_transformation {
    namespace = "Emporium"
    name      = local.operator_metric
    value     = "1"
  }
}

module "alarms" {
  source = "../alarms"

  prefix      = local.prefix
  topic_arn   = var.alarms.topic_arn
  runbook_url = var.alarms.runbook_url

  alarms = merge(
    local.function_alarms,
    local.concurrency_alarms,
    local.queue_alarms,
    local.stream_alarms,
    local.saga_alarms,
    local.schedule_alarms,
    local.operator_alarms,
  )
}

# Whether all is well with the context, at a glance. It tells nobody: the alarms it is made of do.
resource "aws_cloudwatch_composite_alarm" "this" {
  alarm_name        = local.prefix
  alarm_description = "Something is wrong with ${local.context}. ${var.alarms.runbook_url}"
  alarm_rule        = join(" OR ", [for name in values(module.alarms.names) : "ALARM(\"${name}\")"])
}

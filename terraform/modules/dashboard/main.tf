locals {
  # Widgets are a third or half of a row of 24 wide. CloudWatch lays out what has no position, row by row.
  third = { width = 8, height = 6 }
  half  = { width = 12, height = 6 }

  api = [
    merge(local.third, {
      title   = "Requests"
      stat    = "Sum"
      metrics = [["AWS/ApiGateway", "Count", "ApiId", var.api_id]]
    }),
    merge(local.third, {
      title = "Refused (4xx) and failed (5xx)"
      stat  = "Sum"
      metrics = [
        ["AWS/ApiGateway", "4xx", "ApiId", var.api_id],
        ["AWS/ApiGateway", "5xx", "ApiId", var.api_id],
      ]
    }),
    merge(local.third, {
      title = "Latency"
      stat  = "p50"
      metrics = [
        ["AWS/ApiGateway", "Latency", "ApiId", var.api_id, { stat = "p50", label = "p50" }],
        ["AWS/ApiGateway", "Latency", "ApiId", var.api_id, { stat = "p99", label = "p99" }],
      ]
    }),
  ]

  functions = { for context, parts in var.contexts : context => [
    for metric in [
      { name = "Invocations", stat = "Sum" },
      { name = "Errors", stat = "Sum" },
      { name = "Throttles", stat = "Sum" },
      { name = "Duration", stat = "p99" },
      { name = "ConcurrentExecutions", stat = "Maximum" },
      { name = "IteratorAge", stat = "Maximum" },
      ] : merge(local.third, {
        title   = "${metric.name} (${metric.stat})"
        stat    = metric.stat
        metrics = [for name in parts.functions : ["AWS/Lambda", metric.name, "FunctionName", name]]
    })
  ] }

  queues = { for context, parts in var.contexts : context => length(parts.queues) == 0 ? [] : [
    merge(local.third, {
      title   = "Messages waiting"
      stat    = "Maximum"
      metrics = [for name in parts.queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]]
    }),
    merge(local.third, {
      title   = "Age of the oldest message"
      stat    = "Maximum"
      metrics = [for name in parts.queues : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name]]
    }),
    merge(local.third, {
      title = "Dead letters"
      stat  = "Maximum"
      metrics = [
        for name in parts.dead_letter_queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]
      ]
    }),
  ] }

  sagas = { for context, parts in var.contexts : context => length(parts.sagas) == 0 ? [] : [
    merge(local.half, {
      title = "Executions"
      stat  = "Sum"
      metrics = flatten([for arn in parts.sagas : [
        for metric in [
          "ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted",
        ] : { series = ["AWS/States", metric, "StateMachineArn", arn] }
      ]])[*].series
    }),
    merge(local.half, {
      title   = "Duration of executions (p99)"
      stat    = "p99"
      metrics = [for arn in parts.sagas : ["AWS/States", "ExecutionTime", "StateMachineArn", arn]]
    }),
  ] }

  tables = { for context, parts in var.contexts : context => length(parts.tables) == 0 ? [] : [
    merge(local.third, {
      title   = "Read units"
      stat    = "Sum"
      metrics = [for name in parts.tables : ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", name]]
    }),
    merge(local.third, {
      title   = "Write units"
      stat    = "Sum"
      metrics = [for name in parts.tables : ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", name]]
    }),
    merge(local.third, {
      title = "Throttled"
      stat  = "Sum"
      metrics = flatten([for name in parts.tables : [
        for metric in ["ReadThrottleEvents", "WriteThrottleEvents"] :
        { series = ["AWS/DynamoDB", metric, "TableName", name] }
      ]])[*].series
    }),
  ] }

  # One row of text above each group of graphs.
  groups = concat(
    [{ title = "The API", widgets = local.api }],
    [for context in sort(keys(var.contexts)) : {
      title = context
      widgets = concat(
        local.sagas[context], local.functions[context], local.queues[context], local.tables[context],
      )
    }],
  )

  # Widgets differ in shape, and Terraform's lists may not: hence each as text.
  widgets = concat(
    [jsonencode({
      type       = "alarm"
      width      = 24
      height     = 3
      properties = { title = "Alarms", alarms = var.alarm_arns }
    })],
    flatten([for group in local.groups : concat(
      [jsonencode({
        type       = "text"
        width      = 24
        height     = 1
        properties = { markdown = "## ${group.title}", background = "transparent" }
      })],
      [for widget in group.widgets : jsonencode({
        type   = "metric"
        width  = widget.width
        height = widget.height
        properties = {
          title   = widget.title
          region  = var.region
          view    = "timeSeries"
          stat    = widget.stat
          period  = 60
          metrics = widget.metrics
        }
      })],
    )]),
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = format("{\"widgets\":[%s]}", join(",", local.widgets))
}

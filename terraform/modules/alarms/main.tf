resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name        = "${var.prefix}-${each.key}"
  alarm_description = "${each.value.description} ${var.runbook_url}#${each.value.runbook}"

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints
  treat_missing_data  = each.value.missing_data

  alarm_actions = [var.topic_arn]
  ok_actions    = [var.topic_arn]

  # As a query, because there a percentile is a statistic like any other.
  metric_query {
    id          = "measured"
    return_data = true

    metric {
      namespace   = each.value.namespace
      metric_name = each.value.metric
      dimensions  = each.value.dimensions
      stat        = each.value.statistic
      period      = each.value.period_seconds
      unit        = each.value.unit
    }
  }
}

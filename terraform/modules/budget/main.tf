resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.limit_usd)
  limit_unit   = "USD"

  # Costs that have all of these tags. (Several cost_filter blocks of tags would mean any of them.)
  filter_expression {
    dynamic "and" {
      for_each = var.tags

      content {
        tags {
          key    = and.key
          values = [and.value]
        }
      }
    }
  }

  # Actual costs late in the month, a forecast early in it.
  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type         = notification.key
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      comparison_operator       = "GREATER_THAN"
      subscriber_sns_topic_arns = [var.topic_arn]
    }
  }
}

# A plan of what is not there yet asks AWS nothing, so no account is needed.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name      = "emporium-test"
  limit_usd = 20
  tags      = { project = "emporium", stage = "test" }
  topic_arn = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
}

run "what_counts" {
  command = plan

  assert {
    condition = {
      for part in one(aws_budgets_budget.this.filter_expression).and :
      one(part.tags).key => one(part.tags).values
      } == {
      project = tolist(["emporium"])
      stage   = tolist(["test"])
    }
    error_message = "The budget does not count exactly what has both tags."
  }

  assert {
    condition = {
      for notification in aws_budgets_budget.this.notification :
      notification.notification_type => notification.threshold
    } == { ACTUAL = 80, FORECASTED = 100 }
    error_message = "The budget speaks up at other times than it should."
  }

  assert {
    condition = alltrue([
      for notification in aws_budgets_budget.this.notification :
      notification.subscriber_sns_topic_arns == toset([var.topic_arn])
    ])
    error_message = "The budget tells somebody else."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    limit_usd = 0
    tags      = { project = "emporium" }
    topic_arn = "operators@example.com"
  }

  expect_failures = [var.limit_usd, var.tags, var.topic_arn]
}

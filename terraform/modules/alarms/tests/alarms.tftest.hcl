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
  prefix      = "emporium-test-orders"
  topic_arn   = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
  runbook_url = "https://example.com/RUNBOOK.md"
  alarms = {
    place-order-slow = {
      description        = "place-order is slow."
      runbook            = "function-slow"
      namespace          = "AWS/Lambda"
      metric             = "Duration"
      dimensions         = { FunctionName = "emporium-test-orders-place-order" }
      statistic          = "p99"
      period_seconds     = 60
      evaluation_periods = 3
      datapoints         = 2
      threshold          = 8000
    }
  }
}

run "an_alarm_tells_what_to_read" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["place-order-slow"].alarm_name == "emporium-test-orders-place-order-slow"
      && aws_cloudwatch_metric_alarm.this["place-order-slow"].alarm_description
      == "place-order is slow. https://example.com/RUNBOOK.md#function-slow"
    )
    error_message = "The alarm's name or description is another one."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["place-order-slow"].alarm_actions == toset([var.topic_arn])
      && aws_cloudwatch_metric_alarm.this["place-order-slow"].ok_actions == toset([var.topic_arn])
    )
    error_message = "The topic does not hear of its beginning or its end."
  }
}

run "it_measures_what_was_asked" {
  command = plan

  assert {
    condition = alltrue([
      for query in aws_cloudwatch_metric_alarm.this["place-order-slow"].metric_query : query.return_data
      && query.metric[0].namespace == "AWS/Lambda" && query.metric[0].metric_name == "Duration"
      && query.metric[0].stat == "p99" && query.metric[0].period == 60
      && query.metric[0].dimensions == tomap({ FunctionName = "emporium-test-orders-place-order" })
    ]) && length(aws_cloudwatch_metric_alarm.this["place-order-slow"].metric_query) == 1
    error_message = jsonencode(aws_cloudwatch_metric_alarm.this["place-order-slow"].metric_query)
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["place-order-slow"].threshold == 8000
      && aws_cloudwatch_metric_alarm.this["place-order-slow"].evaluation_periods == 3
      && aws_cloudwatch_metric_alarm.this["place-order-slow"].datapoints_to_alarm == 2
      && aws_cloudwatch_metric_alarm.this["place-order-slow"].comparison_operator == "GreaterThanThreshold"
      && aws_cloudwatch_metric_alarm.this["place-order-slow"].treat_missing_data == "notBreaching"
    )
    error_message = "It rings at another time."
  }

  assert {
    condition     = output.names == { place-order-slow = "emporium-test-orders-place-order-slow" }
    error_message = "The output does not name the alarm."
  }
}

run "a_runbook_is_an_anchor" {
  command = plan

  variables {
    alarms = {
      a = {
        description    = "A.", runbook = "#slow", namespace = "AWS/Lambda", metric = "Errors", statistic = "Sum",
        period_seconds = 60, threshold = 0
      }
    }
  }

  expect_failures = [var.alarms]
}

run "an_unknown_statistic_is_refused" {
  command = plan

  variables {
    alarms = {
      a = {
        description    = "A.", runbook = "slow", namespace = "AWS/Lambda", metric = "Errors", statistic = "Median",
        period_seconds = 60, threshold = 0
      }
    }
  }

  expect_failures = [var.alarms]
}

run "a_period_of_45_seconds_is_refused" {
  command = plan

  variables {
    alarms = {
      a = {
        description    = "A.", runbook = "slow", namespace = "AWS/Lambda", metric = "Errors", statistic = "Sum",
        period_seconds = 45, threshold = 0
      }
    }
  }

  expect_failures = [var.alarms]
}

run "more_datapoints_than_periods_are_refused" {
  command = plan

  variables {
    alarms = {
      a = {
        description    = "A.", runbook = "slow", namespace = "AWS/Lambda", metric = "Errors", statistic = "Sum",
        period_seconds = 60, threshold = 0, datapoints = 2
      }
    }
  }

  expect_failures = [var.alarms]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    topic_arn   = "alarms"
    runbook_url = "docs/RUNBOOK.md"
  }

  expect_failures = [var.topic_arn, var.runbook_url]
}

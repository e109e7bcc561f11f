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
  name   = "emporium-test"
  region = "eu-central-1"
  api_id = "api123"

  alarm_arns = ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:emporium-test-orders"]

  contexts = {
    catalog = {
      functions          = ["emporium-test-catalog-list-products"]
      queues             = []
      dead_letter_queues = []
      tables             = ["emporium-test-catalog-products"]
      sagas              = []
    }
    orders = {
      functions          = ["emporium-test-orders-place-order", "emporium-test-orders-get-order"]
      queues             = ["emporium-test-orders-watch"]
      dead_letter_queues = ["emporium-test-orders-watch-dead"]
      tables             = ["emporium-test-orders-orders"]
      sagas              = ["arn:aws:states:eu-central-1:123456789012:stateMachine:emporium-test-orders-order-saga"]
    }
  }
}

run "widgets" {
  command = plan

  assert {
    # Alarms; the API with its title; catalog: functions, a table; orders: sagas, functions, queues, a table.
    condition     = length(jsondecode(output.body).widgets) == 1 + (1 + 3) + (1 + 6 + 3) + (1 + 2 + 6 + 3 + 3)
    error_message = "There is a widget too many or too few."
  }

  assert {
    condition     = tolist(jsondecode(output.body).widgets[0].properties.alarms) == var.alarm_arns
    error_message = "The alarms are not shown first."
  }

  assert {
    condition = anytrue([
      for widget in jsondecode(output.body).widgets : jsonencode(widget.properties.metrics) == jsonencode([
        ["AWS/Lambda", "Errors", "FunctionName", "emporium-test-orders-place-order"],
        ["AWS/Lambda", "Errors", "FunctionName", "emporium-test-orders-get-order"],
      ]) if try(widget.properties.title, "") == "Errors (Sum)"
    ])
    error_message = "The errors of a context's functions are not shown together."
  }

  assert {
    condition = anytrue([
      for widget in jsondecode(output.body).widgets : strcontains(jsonencode(widget.properties.metrics), jsonencode([
        "AWS/States", "ExecutionsFailed", "StateMachineArn", var.contexts.orders.sagas[0],
      ])) if try(widget.properties.title, "") == "Executions"
    ])
    error_message = "Failed executions are not shown."
  }
}

run "too_many_alarms_are_refused" {
  command = plan

  variables {
    alarm_arns = [for number in range(101) : "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${number}"]
  }

  expect_failures = [var.alarm_arns]
}

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
  name            = "emporium-test-orders-get-order"
  description     = "One order."
  handler         = "get-order"
  region          = "eu-central-1"
  account         = "123456789012"
  timeout_seconds = 10
  environment     = { ORDERS_TABLE = "emporium-test-orders-orders" }
  key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/stage"
  package = {
    path          = "tests/fixture/bootstrap.zip"
    sha256_base64 = "d79ggpH7qn7/P238ypx/fQCxe1yfu8vcxmJFP6aL7WE="
    architecture  = "arm64"
  }
  log_retention_days = 7
  statements = [{
    sid        = "Orders"
    actions    = ["dynamodb:GetItem"]
    resources  = ["arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-orders-orders"]
    conditions = [{ test = "StringEquals", variable = "aws:PrincipalAccount", values = ["123456789012"] }]
  }]
}

run "the_function_is_as_asked" {
  command = plan

  assert {
    condition = (
      aws_lambda_function.this.runtime == "provided.al2023" && aws_lambda_function.this.handler == "get-order"
      && aws_lambda_function.this.architectures == tolist(["arm64"]) && aws_lambda_function.this.publish
      && aws_lambda_function.this.memory_size == 128 && aws_lambda_function.this.timeout == 10
    )
    error_message = "It is not published for provided.al2023 on arm64, with the given handler, memory and timeout."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap(var.environment)
    error_message = "The environment is not the one given."
  }

  assert {
    condition = (
      aws_lambda_function.this.logging_config[0].log_format == "JSON"
      && aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/emporium-test-orders-get-order"
      && aws_lambda_function.this.logging_config[0].application_log_level == "INFO"
      && aws_cloudwatch_log_group.this.retention_in_days == 7
      && aws_cloudwatch_log_group.this.kms_key_id == var.key_arn
    )
    error_message = "It does not log as JSON to its own encrypted group."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "Concurrency is reserved though none was asked for."
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "It is not traced."
  }
}

run "arns_are_computed" {
  command = plan

  assert {
    condition = (
      output.arn == "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-orders-get-order"
      && output.alias_arn == "${output.arn}:live"
    )
    error_message = "Those who invoke it would invoke ${output.alias_arn}"
  }

  assert {
    condition = output.invoke_arn == join("", [
      "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/",
      "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-orders-get-order:live/invocations",
    ])
    error_message = "API Gateway would not invoke the alias: ${output.invoke_arn}"
  }
}

run "the_role_may_do_what_is_granted_and_nothing_else" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Logs"
          Effect   = "Allow"
          Action   = ["logs:PutLogEvents", "logs:CreateLogStream"]
          Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/emporium-test-orders-get-order:*"
        },
        {
          Sid      = "Traces"
          Effect   = "Allow"
          Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
          Resource = "*"
        },
        {
          Sid       = "Orders"
          Effect    = "Allow"
          Action    = "dynamodb:GetItem"
          Resource  = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-orders-orders"
          Condition = { StringEquals = { "aws:PrincipalAccount" = "123456789012" } }
        },
      ]
    }
    error_message = "The policy is ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
    error_message = "The role is open to others than Lambda: ${aws_iam_role.this.assume_role_policy}"
  }
}

run "without_tracing_there_is_no_x_ray" {
  command = plan

  variables {
    tracing                  = false
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition = (
      aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
      && !strcontains(output.policy, "xray:")
    )
    error_message = "It is traced, or may write traces."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The role has no boundary."
  }
}

run "the_platform_logs_as_little_as_the_function" {
  command = plan

  variables {
    log_level = "ERROR"
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].system_log_level == "WARN"
    error_message = "Lambda knows no system log level ERROR: WARN comes nearest."
  }
}

run "concurrency_is_reserved_and_provisioned_on_the_alias" {
  command = plan

  variables {
    reserved_concurrency    = 10
    provisioned_concurrency = 2
  }

  assert {
    condition = (
      aws_lambda_function.this.reserved_concurrent_executions == 10
      && aws_lambda_provisioned_concurrency_config.this[0].provisioned_concurrent_executions == 2
      && aws_lambda_provisioned_concurrency_config.this[0].qualifier == "live"
    )
    error_message = "Concurrency is not what was asked for, or not on the alias."
  }
}

run "zero_stops_the_function" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0
    error_message = "0 has to be passed on: it stops a function."
  }
}

run "a_missing_package_is_refused" {
  command = plan

  variables {
    package = {
      path          = "tests/fixture/missing.zip"
      sha256_base64 = "d79ggpH7qn7/P238ypx/fQCxe1yfu8vcxmJFP6aL7WE="
      architecture  = "arm64"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_hash_in_hex_is_refused" {
  command = plan

  variables {
    package = {
      path          = "tests/fixture/bootstrap.zip"
      sha256_base64 = "77bf60829fbbaa7eff3f6dfcca9c7f7d00b17b5c9fbbcbdcc662453fa68bed61"
      architecture  = "arm64"
    }
  }

  expect_failures = [var.package]
}

run "another_architecture_is_refused" {
  command = plan

  variables {
    package = {
      path          = "tests/fixture/bootstrap.zip"
      sha256_base64 = "d79ggpH7qn7/P238ypx/fQCxe1yfu8vcxmJFP6aL7WE="
      architecture  = "riscv64"
    }
  }

  expect_failures = [var.package]
}

run "wildcards_are_refused" {
  command = plan

  variables {
    statements = [{ sid = "Wide", actions = ["dynamodb:*"], resources = ["*"] }]
  }

  expect_failures = [var.statements]
}

run "a_retention_that_cloudwatch_does_not_offer_is_refused" {
  command = plan

  variables {
    log_retention_days = 8
  }

  expect_failures = [var.log_retention_days]
}

run "values_out_of_range_are_refused" {
  command = plan

  variables {
    name            = "emporium-test-orders-a-name-that-is-longer-than-the-64-characters-of-lambda"
    timeout_seconds = 901
    memory_mb       = 64
    log_level       = "FATAL"
    account         = "1234"
    key_arn         = "alias/emporium-test"
  }

  expect_failures = [var.name, var.timeout_seconds, var.memory_mb, var.log_level, var.account, var.key_arn]
}

run "more_provisioned_than_reserved_is_refused" {
  command = plan

  variables {
    reserved_concurrency    = 1
    provisioned_concurrency = 2
  }

  expect_failures = [var.provisioned_concurrency]
}

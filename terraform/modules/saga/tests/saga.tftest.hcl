# A plan of what is not there yet asks AWS nothing, so no account is needed.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# For a state machine it does ask, even at plan, whether the definition is valid.
override_resource {
  target = aws_sfn_state_machine.this
}

variables {
  name               = "emporium-test-orders-order-saga"
  region             = "eu-central-1"
  account            = "123456789012"
  definition         = "tests/fixture/saga.asl.json"
  functions          = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-"
  type               = "EXPRESS"
  key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/stage"
  log_retention_days = 365
}

run "steps_are_aliases_of_the_stage" {
  command = plan

  assert {
    condition = (
      jsondecode(aws_sfn_state_machine.this.definition).States.Reserve.Resource
      == "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-inventory-reserve-stock:live"
    )
    error_message = "The definition is ${aws_sfn_state_machine.this.definition}"
  }

  assert {
    condition     = aws_sfn_state_machine.this.type == "EXPRESS" && output.arn == local.arn
    error_message = "It is no Express workflow, or its ARN is not the computed one."
  }
}

run "it_invokes_the_functions_it_names_and_no_others" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement if statement.Sid == "Functions"
      ] == [{
        Sid    = "Functions"
        Effect = "Allow"
        Action = "lambda:InvokeFunction"
        Resource = [
          "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-inventory-reserve-stock:live",
          "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-inventory-release-stock:live",
        ]
    }]
    error_message = "The policy is ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = toset(jsondecode(aws_iam_role_policy.this.policy).Statement[*].Sid) == toset([
      "Functions", "LogDelivery", "Traces", "Key", "KeyForLogDelivery"
    ])
    error_message = "The role may do something else: ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement if statement.Sid == "Key"
      ] == [{
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = {
          StringEquals = {
            "kms:EncryptionContext:aws:states:stateMachineArn" = output.arn
          }
        }
    }]
    error_message = "The key serves more than the saga: ${aws_iam_role_policy.this.policy}"
  }
}

run "only_this_saga_takes_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "states.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike = {
          "aws:SourceArn" = "arn:aws:states:eu-central-1:123456789012:stateMachine:emporium-test-orders-order-saga"
        }
      }
    }]
    error_message = "The role is open to others: ${aws_iam_role.this.assume_role_policy}"
  }
}

run "errors_are_logged_and_no_data" {
  command = plan

  assert {
    condition = (
      aws_sfn_state_machine.this.logging_configuration[0].level == "ERROR"
      && !aws_sfn_state_machine.this.logging_configuration[0].include_execution_data
      && endswith(aws_sfn_state_machine.this.logging_configuration[0].log_destination, ":${output.log_group}:*")
      && output.log_group == "/aws/vendedlogs/states/emporium-test-orders-order-saga"
    )
    error_message = "What customers entered is logged, or the log is elsewhere."
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.this.retention_in_days == 365 && aws_cloudwatch_log_group.this.kms_key_id == var.key_arn
      && aws_sfn_state_machine.this.encryption_configuration[0].kms_key_id == var.key_arn
      && aws_sfn_state_machine.this.tracing_configuration[0].enabled
    )
    error_message = "The log is kept for another time, something is not encrypted, or nothing is traced."
  }
}

run "without_tracing_there_is_no_x_ray" {
  command = plan

  variables {
    tracing = false
  }

  assert {
    condition = (
      !aws_sfn_state_machine.this.tracing_configuration[0].enabled
      && !strcontains(aws_iam_role_policy.this.policy, "xray")
    )
    error_message = "It is traced, or may write traces."
  }
}

run "a_definition_without_functions_is_refused" {
  command = plan

  variables {
    definition = "tests/fixture/empty.asl.json"
  }

  expect_failures = [aws_sfn_state_machine.this]
}

run "a_missing_definition_is_refused" {
  command = plan

  variables {
    definition = "tests/fixture/missing.asl.json"
  }

  expect_failures = [var.definition]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name      = "order saga"
    account   = "emporium"
    functions = "emporium-test-"
    type      = "express"
    log_level = "INFO"
    key_arn   = "alias/emporium-test"
  }

  expect_failures = [var.name, var.account, var.functions, var.type, var.log_level, var.key_arn]
}

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
  name       = "emporium-test-inventory-expire-reservations"
  region     = "eu-central-1"
  account    = "123456789012"
  expression = "rate(5 minutes)"
  target_arn = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-inventory-expire-reservations:live"
  key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/stage"
}

run "it_invokes_the_alias_when_due" {
  command = plan

  assert {
    condition = (
      aws_scheduler_schedule.this.schedule_expression == "rate(5 minutes)"
      && aws_scheduler_schedule.this.flexible_time_window[0].mode == "OFF"
      && aws_scheduler_schedule.this.target[0].arn == var.target_arn
      && aws_scheduler_schedule.this.kms_key_arn == var.key_arn
    )
    error_message = "The schedule is another one."
  }

  assert {
    condition = (
      aws_scheduler_schedule.this.target[0].dead_letter_config[0].arn
      == "arn:aws:sqs:eu-central-1:123456789012:emporium-test-inventory-expire-reservations-dead"
      && aws_sqs_queue.dead.kms_master_key_id == var.key_arn
    )
    error_message = "What could not be invoked is lost, or not encrypted."
  }
}

run "its_role_may_do_just_that" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement == [
      {
        Sid      = "Function"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-inventory-expire-reservations:live"
      },
      {
        Sid      = "DeadLetters"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-inventory-expire-reservations-dead"
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = {
          StringEquals = {
            "kms:ViaService" = ["scheduler.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com"]
          }
        }
      },
    ]
    error_message = "The policy is ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/default" }
      }
    }]
    error_message = "The role is open to others: ${aws_iam_role.this.assume_role_policy}"
  }
}

run "the_dead_letter_queue_is_for_tls_only" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_sqs_queue_policy.dead.policy).Statement : [statement.Effect, statement.Condition]
    ] == [["Deny", { Bool = { "aws:SecureTransport" = "false" } }]]
    error_message = "The policy is ${aws_sqs_queue_policy.dead.policy}"
  }
}

run "the_function_itself_is_refused" {
  command = plan

  variables {
    target_arn = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-inventory-expire-reservations"
  }

  expect_failures = [var.target_arn]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name       = "expire reservations"
    account    = "emporium"
    expression = "cron(0 * * * ? *)"
    key_arn    = "alias/emporium-test"
  }

  expect_failures = [var.name, var.account, var.expression, var.key_arn]
}

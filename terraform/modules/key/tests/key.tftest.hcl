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
  name        = "emporium-test"
  description = "A key."
  region      = "eu-central-1"
  account     = "123456789012"
}

run "policy" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_alias.this.name == "alias/emporium-test"
    error_message = "The key does not rotate, or has another alias."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this.policy).Statement :
      can(statement.Condition) if can(statement.Principal.Service)
    ])
    error_message = "A service may use the key on behalf of any account."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement :
      statement if statement.Sid == "PublishersAndSenders"
      ]) == {
      Sid      = "PublishersAndSenders"
      Effect   = "Allow"
      Action   = ["kms:GenerateDataKey*", "kms:Decrypt"]
      Resource = "*"
      Principal = {
        Service = [
          "sns.amazonaws.com", "ses.amazonaws.com", "s3.amazonaws.com", "cloudwatch.amazonaws.com",
          "budgets.amazonaws.com",
        ]
      }
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }
    error_message = "A publisher or sender may not use the key, or for other accounts too."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : statement if statement.Sid == "LogGroups"
      ]).Condition == {
      ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-central-1:123456789012:log-group:*" }
    }
    error_message = "The log service is not bound to the account's log groups."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement :
      statement if statement.Sid == "LogsOfStateMachines"
      ]) == {
      Sid       = "LogsOfStateMachines"
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = "*"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Condition = { StringEquals = { "kms:EncryptionContext:SourceArn" = "arn:aws:logs:eu-central-1:123456789012:*" } }
    }
    error_message = "The logs of an encrypted state machine cannot be delivered, or more than they."
  }
}

run "a_short_window_is_refused" {
  command = plan

  variables {
    deletion_window_days = 1
  }

  expect_failures = [var.deletion_window_days]
}

run "the_name_of_an_aws_key_is_refused" {
  command = plan

  variables {
    name = "aws/s3"
  }

  expect_failures = [var.name]
}

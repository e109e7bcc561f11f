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
  name    = "emporium-test-orders-order-events"
  region  = "eu-central-1"
  account = "123456789012"
  key_arn = "arn:aws:kms:eu-central-1:123456789012:key/stage"
}

run "the_topic_is_encrypted_and_closed" {
  command = plan

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.key_arn
    error_message = "The topic is not encrypted with the stage's key."
  }

  assert {
    condition = jsondecode(aws_sns_topic_policy.this.policy).Statement == [
      {
        Sid       = "OnlyThisAccountPublishes"
        Effect    = "Allow"
        Action    = "sns:Publish"
        Resource  = "arn:aws:sns:eu-central-1:123456789012:emporium-test-orders-order-events"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Action    = "sns:Publish"
        Resource  = "arn:aws:sns:eu-central-1:123456789012:emporium-test-orders-order-events"
        Principal = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
    error_message = "The policy is ${aws_sns_topic_policy.this.policy}"
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name    = "orders/events"
    region  = "Frankfurt"
    account = "emporium"
    key_arn = "alias/emporium-test"
  }

  expect_failures = [var.name, var.region, var.account, var.key_arn]
}

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
  name    = "emporium-test-alarms"
  region  = "eu-central-1"
  account = "123456789012"
  key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"

  publishers = {
    "cloudwatch.amazonaws.com" = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:emporium-test-*"
  }
}

run "publishers" {
  command = plan

  assert {
    condition = jsondecode(aws_sns_topic_policy.this.policy).Statement[0] == {
      Sid       = "Cloudwatch"
      Effect    = "Allow"
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:emporium-test-*" }
      }
    }
    error_message = "The service may publish for others, or not at all."
  }

  assert {
    condition = jsondecode(aws_sns_topic_policy.this.policy).Statement[1] == {
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
      Principal = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "The topic takes messages without TLS."
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.key_arn && length(aws_sns_topic_subscription.email) == 0
    error_message = "The topic is not encrypted, or has a subscription that nobody asked for."
  }
}

run "address" {
  command = plan

  variables {
    email = "operators@example.com"
  }

  assert {
    condition     = one(aws_sns_topic_subscription.email).endpoint == "operators@example.com"
    error_message = "The address is not subscribed."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    region     = "Frankfurt"
    email      = "operators"
    publishers = { "example.com" = "*" }
  }

  expect_failures = [var.region, var.email, var.publishers]
}

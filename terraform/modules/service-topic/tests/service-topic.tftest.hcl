variables {
  name    = "emporium-test-alarms"
  account = "123456789012"
  key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"

  publishers = {
    "cloudwatch.amazonaws.com" = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:emporium-test-*"
  }
}

run "publishers" {
  assert {
    condition = jsondecode(aws_sns_topic_policy.this.policy).Statement[0] == {
      Sid       = "Cloudwatch"
      Effect    = "Allow"
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
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
      Resource  = aws_sns_topic.this.arn
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
    email      = "operators"
    publishers = { "example.com" = "*" }
  }

  expect_failures = [var.email, var.publishers]
}

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
  name                     = "emporium-test-orders-payment-changes"
  region                   = "eu-central-1"
  account                  = "123456789012"
  key_arn                  = "arn:aws:kms:eu-central-1:123456789012:key/stage"
  visibility_seconds       = 60
  consumer_timeout_seconds = 10
  max_receives             = 5
  topic_arns               = ["arn:aws:sns:eu-central-1:123456789012:emporium-test-payments-payment-events"]
}

run "the_queue_has_its_dead_letter_queue" {
  command = plan

  assert {
    condition = jsondecode(aws_sqs_queue.this.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-orders-payment-changes-dead"
      maxReceiveCount     = 5
    }
    error_message = "The redrive policy is ${aws_sqs_queue.this.redrive_policy}"
  }

  assert {
    condition = jsondecode(aws_sqs_queue_redrive_allow_policy.dead.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = ["arn:aws:sqs:eu-central-1:123456789012:emporium-test-orders-payment-changes"]
    }
    error_message = "Other queues may use the dead-letter queue."
  }

  assert {
    condition = (
      aws_sqs_queue.dead.message_retention_seconds == 1209600
      && aws_sqs_queue.this.message_retention_seconds == 345600
      && aws_sqs_queue.this.visibility_timeout_seconds == 60
    )
    error_message = "Messages are not kept for 4 days, and for 14 when dead, or are not hidden for 60 seconds."
  }

  assert {
    condition = (
      aws_sqs_queue.this.kms_master_key_id == var.key_arn
      && aws_sqs_queue.dead.kms_master_key_id == var.key_arn
    )
    error_message = "A queue is not encrypted with the stage's key."
  }
}

run "only_the_topic_sends_and_only_over_tls" {
  command = plan

  assert {
    condition = alltrue([
      for name, policy in aws_sqs_queue_policy.this : jsondecode(policy.policy).Statement == [
        {
          Sid       = "OnlyOverTls"
          Effect    = "Deny"
          Action    = "sqs:*"
          Resource  = "arn:aws:sqs:eu-central-1:123456789012:${name}"
          Principal = "*"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          Sid       = "TopicsSend"
          Effect    = "Allow"
          Action    = "sqs:SendMessage"
          Resource  = "arn:aws:sqs:eu-central-1:123456789012:${name}"
          Principal = { Service = "sns.amazonaws.com" }
          Condition = {
            ArnEquals = {
              "aws:SourceArn" = "arn:aws:sns:eu-central-1:123456789012:emporium-test-payments-payment-events"
            }
          }
        },
      ]
    ])
    error_message = jsonencode(aws_sqs_queue_policy.this)
  }

  assert {
    condition = toset(keys(aws_sqs_queue_policy.this)) == toset([
      "emporium-test-orders-payment-changes", "emporium-test-orders-payment-changes-dead"
    ])
    error_message = "A queue has no policy."
  }
}

run "without_a_topic_no_service_sends" {
  command = plan

  variables {
    topic_arns = []
  }

  assert {
    condition     = alltrue([for it in aws_sqs_queue_policy.this : length(jsondecode(it.policy).Statement) == 1])
    error_message = "A policy allows something though no topic sends."
  }
}

run "a_bucket_tells_the_queue_and_nobody_else_does" {
  command = plan

  variables {
    topic_arns = []
    bucket_arn = "arn:aws:s3:::emporium-test-catalog-uploads-123456789012"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_sqs_queue_policy.this[var.name].policy).Statement :
      statement if statement.Effect == "Allow"
      ] == [{
        Sid       = "BucketTells"
        Effect    = "Allow"
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-orders-payment-changes"
        Principal = { Service = "s3.amazonaws.com" }
        Condition = {
          ArnEquals    = { "aws:SourceArn" = "arn:aws:s3:::emporium-test-catalog-uploads-123456789012" }
          StringEquals = { "aws:SourceAccount" = "123456789012" }
        }
    }]
    error_message = aws_sqs_queue_policy.this[var.name].policy
  }

  assert {
    condition     = length(jsondecode(aws_sqs_queue_policy.this["${var.name}-dead"].policy).Statement) == 1
    error_message = "A bucket may send to the dead-letter queue."
  }
}

run "six_times_the_timeout_is_enough" {
  command = plan

  variables {
    consumer_timeout_seconds = 10
    visibility_seconds       = 60
  }
}

run "less_visibility_than_six_timeouts_is_refused" {
  command = plan

  variables {
    visibility_seconds = 59
  }

  expect_failures = [aws_sqs_queue.this]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name           = "emporium-test-orders-a-name-that-leaves-no-room-for-the-ending-of-its-twin-queue"
    account        = "emporium"
    key_arn        = "alias/emporium-test"
    max_receives   = 0
    retention_days = 14
    topic_arns     = ["arn:aws:sns:eu-central-1:123456789012:*"]
    bucket_arn     = "arn:aws:s3:::emporium-test-*"
  }

  expect_failures = [
    var.name, var.account, var.key_arn, var.max_receives, var.retention_days, var.topic_arns, var.bucket_arn,
  ]
}

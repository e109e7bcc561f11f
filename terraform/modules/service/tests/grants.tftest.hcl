# What a function may do: exactly its grants, and what its trigger implies. The fixture has one of each kind.

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
  target = module.saga["saga"].aws_sfn_state_machine.this
}

variables {
  folder  = "tests/fixture/shop"
  stage   = "test"
  region  = "eu-central-1"
  account = "123456789012"
  package = {
    path          = "../function/tests/fixture/bootstrap.zip"
    sha256_base64 = "d79ggpH7qn7/P238ypx/fQCxe1yfu8vcxmJFP6aL7WE="
    architecture  = "arm64"
  }
  key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/stage"
  failed_records  = { bucket = "failed-records", arn = "arn:aws:s3:::failed-records" }
  values          = { greeting = "hello" }
  secrets         = { password = "swordfish" }
  secrets_version = 1
  sender = {
    address               = "shop@example.com"
    identity_arn          = "arn:aws:ses:eu-central-1:123456789012:identity/example.com"
    configuration_set_arn = "arn:aws:ses:eu-central-1:123456789012:configuration-set/emporium-test"
  }
  operations = {
    log_retention_days          = 7
    tracing                     = false
    point_in_time_recovery_days = 0
    deletion_protection         = false
  }
  alarms = {
    topic_arn   = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
    runbook_url = "https://example.com/RUNBOOK.md"
  }
}

run "each_kind_of_grant_is_one_statement" {
  command = plan

  assert {
    condition = { for it in jsondecode(module.function["everything"].policy).Statement : it.Sid => it } == {
      Logs = {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:PutLogEvents", "logs:CreateLogStream"]
        Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/emporium-test-shop-everything:*"
      }
      TableOrders = {
        Sid      = "TableOrders"
        Effect   = "Allow"
        Action   = ["dynamodb:Query", "dynamodb:GetItem"]
        Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-shop-orders"
      }
      TableOrdersIndexes = {
        Sid      = "TableOrdersIndexes"
        Effect   = "Allow"
        Action   = "dynamodb:Query"
        Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-shop-orders/index/*"
      }
      TablePrices = {
        Sid      = "TablePrices"
        Effect   = "Allow"
        Action   = "dynamodb:Scan"
        Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-shop-prices"
      }
      TopicEvents = {
        Sid      = "TopicEvents"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:123456789012:emporium-test-shop-events"
      }
      QueueWork = {
        Sid      = "QueueWork"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-shop-work"
      }
      DeadLettersWork = {
        Sid      = "DeadLettersWork"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-shop-work-dead"
      }
      ShopQueues = {
        Sid      = "ShopQueues"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-*"
      }
      ShopDeadLetters = {
        Sid      = "ShopDeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
        Resource = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-*-dead"
      }
      BucketUploads = {
        Sid      = "BucketUploads"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::emporium-test-shop-uploads-123456789012/*"
      }
      BucketShown = {
        Sid      = "BucketShown"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:aws:s3:::emporium-test-shop-shown-123456789012/*"
      }
      SagaSaga = {
        Sid      = "SagaSaga"
        Effect   = "Allow"
        Action   = "states:StartExecution"
        Resource = "arn:aws:states:eu-central-1:123456789012:stateMachine:emporium-test-shop-saga"
      }
      SecretPassword = {
        Sid      = "SecretPassword"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:emporium-test-shop-password-??????"
      }
      EmailSender = {
        Sid    = "EmailSender"
        Effect = "Allow"
        Action = "ses:SendEmail"
        Resource = [
          "arn:aws:ses:eu-central-1:123456789012:identity/example.com",
          "arn:aws:ses:eu-central-1:123456789012:configuration-set/emporium-test",
        ]
        Condition = { StringEquals = { "ses:FromAddress" = "shop@example.com" } }
      }
      Decrypts = {
        Sid      = "Decrypts"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              "dynamodb.eu-central-1.amazonaws.com",
              "s3.eu-central-1.amazonaws.com",
              "secretsmanager.eu-central-1.amazonaws.com",
              "sns.eu-central-1.amazonaws.com",
              "sqs.eu-central-1.amazonaws.com",
              "states.eu-central-1.amazonaws.com",
            ]
          }
        }
      }
      Encrypts = {
        Sid      = "Encrypts"
        Effect   = "Allow"
        Action   = "kms:GenerateDataKey"
        Resource = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              "s3.eu-central-1.amazonaws.com",
              "sns.eu-central-1.amazonaws.com",
              "sqs.eu-central-1.amazonaws.com",
              "states.eu-central-1.amazonaws.com",
            ]
          }
        }
      }
    }
    error_message = "The policy is ${module.function["everything"].policy}"
  }
}

run "what_is_not_granted_is_not_allowed" {
  command = plan

  assert {
    condition     = jsondecode(module.function["nothing"].policy).Statement[*].Sid == ["Logs"]
    error_message = "The policy is ${module.function["nothing"].policy}"
  }
}

run "what_everybody_reads_is_not_encrypted_with_the_key" {
  command = plan

  assert {
    condition     = jsondecode(module.function["show"].policy).Statement[*].Sid == ["Logs", "BucketShown"]
    error_message = "The policy is ${module.function["show"].policy}"
  }
}

run "a_queue_implies_receiving_from_it" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(module.function["consume"].policy).Statement : statement if statement.Sid != "Logs"
      ] == [
      {
        Sid      = "Receives"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage"]
        Resource = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-shop-work"
      },
      {
        Sid       = "Decrypts"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = { StringEquals = { "kms:ViaService" = "sqs.eu-central-1.amazonaws.com" } }
      },
    ]
    error_message = "The policy is ${module.function["consume"].policy}"
  }
}

run "a_stream_implies_reading_it_and_keeping_what_fails" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(module.function["publish"].policy).Statement : statement if statement.Sid != "Logs"
      ] == [
      {
        Sid    = "ReadsStream"
        Effect = "Allow"
        Action = [
          "dynamodb:ListStreams", "dynamodb:GetShardIterator", "dynamodb:GetRecords", "dynamodb:DescribeStream",
        ]
        Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-shop-orders/stream/*"
      },
      {
        Sid      = "KeepsFailedRecords"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:aws:s3:::failed-records/*"
      },
      {
        Sid      = "FindsFailedRecordsBucket"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:aws:s3:::failed-records"
      },
      {
        Sid       = "Decrypts"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com" } }
      },
      {
        Sid       = "Encrypts"
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        Condition = { StringEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } }
      },
    ]
    error_message = "The policy is ${module.function["publish"].policy}"
  }
}

run "a_schedule_implies_nothing_for_the_function" {
  command = plan

  assert {
    condition     = jsondecode(module.function["tick"].policy).Statement[*].Sid == ["Logs"]
    error_message = "The policy is ${module.function["tick"].policy}"
  }
}

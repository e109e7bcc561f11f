# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/made-up" }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = {
      arn        = "arn:aws:dynamodb:eu-central-1:123456789012:table/made-up"
      stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/made-up/stream/2026"
    }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:made-up" }
  }

  mock_resource "aws_lambda_event_source_mapping" {
    defaults = { uuid = "00000000-0000-4000-8000-000000000001" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

override_resource {
  target = module.queue["work"].aws_sqs_queue.this
  values = { url = "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-work" }
}

override_resource {
  target = module.secret["password"].aws_secretsmanager_secret.this
  values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:emporium-test-shop-password-AbCdEf" }
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

run "computed_names_are_those_that_aws_gives" {
  assert {
    condition     = local.values["queue/work"] == output.queues["work"].url
    error_message = "A setting would be ${local.values["queue/work"]}, and the queue is ${output.queues["work"].url}"
  }

  assert {
    condition = can(regex(
      "^${replace(local.resources["secret/password"][0], "?", ".")}$", output.secrets["password"]
    ))
    error_message = "A grant of ${local.resources["secret/password"][0]} is not for ${output.secrets["password"]}"
  }
}

run "the_stream_is_that_of_the_table" {
  assert {
    condition = (
      aws_lambda_event_source_mapping.stream["publish"].event_source_arn
      == "arn:aws:dynamodb:eu-central-1:123456789012:table/made-up/stream/2026"
    )
    error_message = "The mapping reads ${aws_lambda_event_source_mapping.stream["publish"].event_source_arn}"
  }
}

run "alarms_on_a_stream_look_at_its_mapping" {
  assert {
    condition = alltrue([
      for alarm in ["publish-given-up", "publish-dropped"] : local.stream_alarms[alarm].dimensions
      == { EventSourceMappingUUID = "00000000-0000-4000-8000-000000000001" }
    ])
    error_message = "Nobody would see that the stream gave records up, or lost them."
  }
}

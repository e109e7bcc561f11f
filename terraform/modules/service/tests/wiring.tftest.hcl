# What the parts of a context are called and how they are put together.

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

run "a_setting_stands_for_a_name_an_arn_or_a_url" {
  command = plan

  assert {
    condition = local.environments["everything"] == {
      TABLE  = "emporium-test-shop-prices"
      TOPIC  = "arn:aws:sns:eu-central-1:123456789012:emporium-test-shop-events"
      QUEUE  = "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-work"
      DEAD   = "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-work-dead"
      BUCKET = "emporium-test-shop-uploads-123456789012"
      QUEUES = join(",", [
        "lost/unheard=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-lost-unheard",
        "shop/pictures=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-pictures",
        "shop/work=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-work",
      ])
      ALL_DEAD = join(",", [
        "lost/unheard=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-lost-unheard-dead",
        "shop/pictures=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-pictures-dead",
        "shop/work=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-shop-work-dead",
      ])
      SAGA         = "arn:aws:states:eu-central-1:123456789012:stateMachine:emporium-test-shop-saga"
      SECRET       = "emporium-test-shop-password"
      SENDER       = "shop@example.com"
      GREETING     = "hello"
      NUMBER       = "42"
      PATH_ON_DISK = "tmp/orders"
    }
    error_message = jsonencode(local.environments["everything"])
  }
}

run "computed_arns_are_those_of_the_resources" {
  command = plan

  assert {
    condition = (
      local.resources["table/orders"][0] == module.table["orders"].arn
      && local.resources["topic/events"][0] == module.topic["events"].arn
      && local.resources["queue/work"][0] == module.queue["work"].arn
      && local.resources["dead-letters/work"][0] == module.queue["work"].dead_letter_arn
      && local.resources["saga/saga"][0] == module.saga["saga"].arn
    )
    error_message = "A grant would go to something that is called otherwise: ${jsonencode(local.resources)}"
  }
}

run "queue_urls_may_be_at_another_endpoint" {
  command = plan

  variables {
    queue_url_base = "http://localhost:4566/1"
  }

  assert {
    condition     = local.environments["everything"].QUEUE == "http://localhost:4566/1/emporium-test-shop-work"
    error_message = local.environments["everything"].QUEUE
  }
}

run "the_environment_is_told_what_buckets_to_make" {
  command = plan

  assert {
    condition = jsonencode(output.buckets) == jsonencode({
      "shop/uploads" = {
        name          = "emporium-test-shop-uploads-123456789012"
        host          = "emporium-test-shop-uploads-123456789012.s3.eu-central-1.amazonaws.com"
        key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        expire_days   = 7
        served_at     = null
        takes_uploads = true
        queue_arn     = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-shop-pictures"
      }
      "shop/shown" = {
        name          = "emporium-test-shop-shown-123456789012"
        host          = "emporium-test-shop-shown-123456789012.s3.eu-central-1.amazonaws.com"
        key_arn       = null
        expire_days   = null
        served_at     = "/shown"
        takes_uploads = false
        queue_arn     = null
      }
      "shop/archive" = {
        name          = "emporium-test-shop-archive-123456789012"
        host          = "emporium-test-shop-archive-123456789012.s3.eu-central-1.amazonaws.com"
        key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/stage"
        expire_days   = null
        served_at     = null
        takes_uploads = false
        queue_arn     = null
      }
    })
    error_message = jsonencode(output.buckets)
  }
}

run "a_queue_may_be_told_by_its_bucket_only" {
  command = plan

  assert {
    condition = (
      local.notifying_buckets == { pictures = "arn:aws:s3:::emporium-test-shop-uploads-123456789012" }
      && keys(local.subscribed_topics) == ["work"]
    )
    error_message = "Another bucket may send, or to another queue: ${jsonencode(local.notifying_buckets)}"
  }
}

run "event_sources_invoke_the_alias" {
  command = plan

  assert {
    condition = (
      aws_lambda_event_source_mapping.queue["consume"].function_name
      == "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-shop-consume:live"
      && aws_lambda_event_source_mapping.stream["publish"].function_name
      == "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-shop-publish:live"
      && module.schedule["tick"].target_arn
      == "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-shop-tick:live"
    )
    error_message = "An event source passes the alias by."
  }
}

run "the_queue_is_consumed_as_its_trigger_says" {
  command = plan

  assert {
    condition = (
      aws_lambda_event_source_mapping.queue["consume"].batch_size == 20
      && aws_lambda_event_source_mapping.queue["consume"].maximum_batching_window_in_seconds == 1
      && aws_lambda_event_source_mapping.queue["consume"].scaling_config[0].maximum_concurrency == 4
      && aws_lambda_event_source_mapping.queue["consume"].function_response_types == toset(["ReportBatchItemFailures"])
      && aws_lambda_event_source_mapping.queue["consume"].event_source_arn == module.queue["work"].arn
    )
    error_message = jsonencode(aws_lambda_event_source_mapping.queue["consume"])
  }
}

run "the_stream_is_consumed_as_its_trigger_says" {
  command = plan

  assert {
    condition = (
      aws_lambda_event_source_mapping.stream["publish"].batch_size == 50
      && aws_lambda_event_source_mapping.stream["publish"].maximum_retry_attempts == 2
      && aws_lambda_event_source_mapping.stream["publish"].starting_position == "TRIM_HORIZON"
      && aws_lambda_event_source_mapping.stream["publish"].bisect_batch_on_function_error
      && aws_lambda_event_source_mapping.stream["publish"].function_response_types == toset(["ReportBatchItemFailures"])
      && aws_lambda_event_source_mapping.stream["publish"].destination_config[0].on_failure[0].destination_arn
      == "arn:aws:s3:::failed-records"
    )
    error_message = jsonencode(aws_lambda_event_source_mapping.stream["publish"])
  }
}

run "concurrency_goes_to_the_function_it_names" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      reserved_concurrency        = { consume = 10 }
      provisioned_concurrency     = { everything = 2 }
    }
  }

  assert {
    condition = (
      contains(keys(module.alarms.names), "consume-concurrency")
      && !contains(keys(module.alarms.names), "publish-concurrency")
    )
    error_message = "Reserved concurrency has no alarm, or one where none is reserved."
  }
}

run "what_the_stage_does_not_raise_is_as_service_yaml_has_it" {
  command = plan

  assert {
    condition = (
      output.functions["consume"].queue_concurrency == 4 && output.functions["everything"].queue_concurrency == null
    )
    error_message = "The queue is consumed otherwise than its trigger says, or where there is none."
  }

  assert {
    condition     = alltrue([for table in values(output.tables) : table.warm_throughput == null])
    error_message = jsonencode(output.tables)
  }
}

run "what_the_stage_raises_goes_to_what_it_names" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      queue_concurrency           = { consume = 1000 }
      warm_throughput             = { orders = { read = 12000, write = 20000 } }
      settings                    = { NUMBER = "43" }
    }
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.queue["consume"].scaling_config[0].maximum_concurrency == 1000
      && output.functions["consume"].queue_concurrency == 1000
    )
    error_message = jsonencode(aws_lambda_event_source_mapping.queue["consume"])
  }

  assert {
    condition = {
      for name, table in output.tables : name => table.warm_throughput if table.warm_throughput != null
    } == { orders = { read = 12000, write = 20000 } }
    error_message = jsonencode(output.tables)
  }

  assert {
    condition = output.functions["everything"].settings == merge(
      run.a_setting_stands_for_a_name_an_arn_or_a_url.functions["everything"].settings, { NUMBER = "43" }
    )
    error_message = jsonencode(output.functions["everything"].settings)
  }

  assert {
    condition     = output.functions["consume"].settings == {}
    error_message = "A function got a setting that it does not have."
  }
}

run "a_reference_to_nowhere_is_refused" {
  command = plan

  variables {
    folder = "tests/fixture/lost"
  }

  expect_failures = [output.functions]
}

run "a_missing_folder_is_refused" {
  command = plan

  variables {
    folder = "tests/fixture/nowhere"
  }

  expect_failures = [var.folder]
}

run "a_context_called_unlike_its_folder_is_refused" {
  command = plan

  variables {
    folder = "tests/fixture/other"
  }

  expect_failures = [var.folder]
}

run "concurrency_of_an_unknown_function_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      reserved_concurrency        = { consumer = 10 }
    }
  }

  expect_failures = [var.operations]
}

run "queue_concurrency_of_a_function_without_a_queue_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      queue_concurrency           = { publish = 10 }
    }
  }

  expect_failures = [var.operations]
}

run "queue_concurrency_that_lambda_does_not_allow_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      queue_concurrency           = { consume = 1 }
    }
  }

  expect_failures = [var.operations]
}

run "more_queue_concurrency_than_lambda_allows_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      queue_concurrency           = { consume = 1001 }
    }
  }

  expect_failures = [var.operations]
}

run "half_an_invocation_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      queue_concurrency           = { consume = 2.5 }
    }
  }

  expect_failures = [var.operations]
}

run "warm_throughput_of_an_unknown_table_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      warm_throughput             = { work = { read = 12000, write = 20000 } }
    }
  }

  expect_failures = [var.operations]
}

run "a_setting_that_no_function_has_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      settings                    = { NUMBERS = "43" }
    }
  }

  expect_failures = [var.operations]
}

run "a_setting_that_is_a_reference_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      settings                    = { TABLE = "elsewhere" }
    }
  }

  expect_failures = [var.operations]
}

run "a_setting_that_the_environment_gives_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      settings                    = { GREETING = "bye" }
    }
  }

  expect_failures = [var.operations]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    stage   = "my-stage"
    region  = "Frankfurt"
    account = "emporium"
    key_arn = "alias/emporium-test"
    sender  = { address = "Shop <shop@example.com>", identity_arn = "arn:aws:ses:eu-central-1:1:identity/a" }
  }

  expect_failures = [var.stage, var.region, var.account, var.key_arn, var.sender]
}

run "a_user_pool_waits_five_seconds" {
  command = plan

  variables {
    folder = "tests/fixture/late"
  }

  expect_failures = [output.user_pool_triggers]
}

run "a_user_pool_asks_before_tokens_only" {
  command = plan

  variables {
    folder = "tests/fixture/early"
  }

  expect_failures = [output.user_pool_triggers]
}

# What rings when, and what CodeDeploy does about it.

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

run "everything_has_its_alarms" {
  command = plan

  assert {
    condition = toset(keys(module.alarms.names)) == toset(concat(
      flatten([
        for name in ["everything", "nothing", "show", "consume", "publish", "tick"] : [
          for kind in ["errors", "throttles", "slow"] : "${name}-${kind}"
        ]
      ]),
      ["work-age", "work-dead", "pictures-age", "pictures-dead"],
      ["publish-behind", "publish-given-up", "publish-dropped"],
      ["saga-failed", "saga-timed-out", "saga-aborted", "saga-throttled"],
      ["tick-not-run", "needs-operator"],
    ))
    error_message = "The alarms are ${join(", ", keys(module.alarms.names))}"
  }

  assert {
    condition = output.functions["consume"].alarms == [
      "emporium-test-shop-consume-errors", "emporium-test-shop-consume-slow", "emporium-test-shop-consume-throttles",
    ]
    error_message = jsonencode(output.functions["consume"].alarms)
  }

  assert {
    condition = (
      strcontains(aws_cloudwatch_composite_alarm.this.alarm_rule, "ALARM(\"emporium-test-shop-work-dead\")")
      && length(split(" OR ", aws_cloudwatch_composite_alarm.this.alarm_rule)) == length(output.alarms)
    )
    error_message = "The composite alarm is ${aws_cloudwatch_composite_alarm.this.alarm_rule}"
  }
}

run "they_measure_what_they_say" {
  command = plan

  assert {
    condition = (
      local.function_alarms["consume-slow"].threshold == 16000
      && local.function_alarms["consume-slow"].statistic == "p99"
      && local.function_alarms["consume-slow"].dimensions == { FunctionName = "emporium-test-shop-consume" }
    )
    error_message = "80 % of a timeout of 20 s is 16000 ms: ${jsonencode(local.function_alarms["consume-slow"])}"
  }

  assert {
    condition = (
      local.queue_alarms["work-dead"].dimensions == { QueueName = module.queue["work"].dead_letter_name }
      && local.queue_alarms["work-age"].dimensions == { QueueName = module.queue["work"].name }
      && local.schedule_alarms["tick-not-run"].dimensions == { QueueName = "emporium-test-shop-tick-dead" }
    )
    error_message = "A queue's alarm looks at another queue."
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.stream["publish"].metrics_config[0].metrics == toset(["EventCount"])
    )
    error_message = "Nobody would see that the stream gave records up."
  }

  assert {
    condition     = local.saga_alarms["saga-failed"].dimensions == { StateMachineArn = module.saga["saga"].arn }
    error_message = "The saga's alarm looks at another saga."
  }
}

run "an_error_that_needs_an_operator_rings" {
  command = plan

  assert {
    condition = alltrue([
      for name, filter in aws_cloudwatch_log_metric_filter.operator :
      filter.log_group_name == "/aws/lambda/emporium-test-shop-${name}"
      && filter.pattern == "{ $.level = \"ERROR\" && $.fields.message = \"*needs an operator*\" }"
      && filter.metric_transformation[0].name == local.operator_alarms.needs-operator.metric
      && filter.metric_transformation[0].namespace == local.operator_alarms.needs-operator.namespace
    ]) && length(aws_cloudwatch_log_metric_filter.operator) == 6
    error_message = jsonencode(aws_cloudwatch_log_metric_filter.operator)
  }
}

run "without_alarms_of_functions_the_others_stay" {
  command = plan

  variables {
    alarms = {
      topic_arn   = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
      runbook_url = "https://example.com/RUNBOOK.md"
      functions   = false
    }
  }

  assert {
    condition = (
      !contains(keys(module.alarms.names), "consume-errors")
      && contains(keys(module.alarms.names), "work-dead")
    )
    error_message = "The alarms are ${join(", ", keys(module.alarms.names))}"
  }

  assert {
    condition     = output.functions["consume"].alarms == [] && output.codedeploy == null
    error_message = "A function has alarms, or CodeDeploy something to do."
  }
}

run "codedeploy_goes_back_when_a_function_rings" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      rollout                     = { kind = "codedeploy" }
    }
  }

  assert {
    condition = output.codedeploy == {
      application = "emporium-test-shop"
      groups      = { for name in ["everything", "nothing", "show", "consume", "publish", "tick"] : name => name }
    }
    error_message = jsonencode(output.codedeploy)
  }

  assert {
    condition = (
      aws_codedeploy_deployment_group.this["consume"].alarm_configuration[0].enabled
      && aws_codedeploy_deployment_group.this["consume"].alarm_configuration[0].alarms
      == toset(output.functions["consume"].alarms)
      && length(output.functions["consume"].alarms) == 3
      && aws_codedeploy_deployment_group.this["consume"].auto_rollback_configuration[0].events
      == toset(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"])
      && aws_codedeploy_deployment_group.this["consume"].deployment_config_name
      == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    )
    error_message = jsonencode(aws_codedeploy_deployment_group.this["consume"])
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.codedeploy[0].policy).Statement == [
      {
        Sid      = "MovesAliases"
        Effect   = "Allow"
        Action   = ["lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:GetAlias"]
        Resource = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-shop-*"
      },
      {
        Sid      = "WatchesAlarms"
        Effect   = "Allow"
        Action   = "cloudwatch:DescribeAlarms"
        Resource = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*"
      },
    ]
    error_message = "The policy is ${aws_iam_role_policy.codedeploy[0].policy}"
  }
}

run "codedeploy_without_alarms_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      rollout                     = { kind = "codedeploy" }
    }
    alarms = {
      topic_arn   = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
      runbook_url = "https://example.com/RUNBOOK.md"
      functions   = false
    }
  }

  expect_failures = [var.operations]
}

run "a_codedeploy_configuration_for_servers_is_refused" {
  command = plan

  variables {
    operations = {
      log_retention_days          = 7
      point_in_time_recovery_days = 0
      deletion_protection         = false
      rollout                     = { kind = "codedeploy", codedeploy_config = "CodeDeployDefault.OneAtATime" }
    }
  }

  expect_failures = [var.operations]
}

# How the alias moves, over several applies of the same function. A mock never changes what it made up, so each new
# version is a function that replaces the one before.
mock_provider "aws" {
  mock_resource "aws_lambda_function" {
    defaults = { version = "1" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/made-up" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  name            = "emporium-test-orders-get-order"
  handler         = "get-order"
  region          = "eu-central-1"
  account         = "123456789012"
  timeout_seconds = 10
  key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/stage"
  package = {
    path          = "tests/fixture/bootstrap.zip"
    sha256_base64 = "d79ggpH7qn7/P238ypx/fQCxe1yfu8vcxmJFP6aL7WE="
    architecture  = "arm64"
  }
  log_retention_days = 7
}

run "all_at_once_the_alias_is_at_the_first_version" {
  assert {
    condition = (
      aws_lambda_alias.live[0].function_version == "1"
      && length(aws_lambda_alias.live[0].routing_config) == 0
    )
    error_message = "The alias is not at version 1 alone."
  }

  assert {
    condition = (
      endswith(output.alias_arn, ":function:emporium-test-orders-get-order:live")
      && output.alias_name == "live"
    )
    error_message = "The alias is not called live."
  }

  assert {
    condition     = strcontains(output.invoke_arn, ":live/invocations")
    error_message = "API Gateway would not invoke the alias."
  }
}

run "weighted_begins_at_the_version_of_now" {
  state_key = "weighted"

  variables {
    rollout = { kind = "weighted", weight = 0.1, promoted = "first" }
  }

  assert {
    condition = (
      aws_lambda_alias.live[0].function_version == "1"
      && length(aws_lambda_alias.live[0].routing_config) == 0
    )
    error_message = "The first version has nothing before it: it gets all traffic."
  }
}

run "a_new_version_gets_its_weight" {
  state_key = "weighted"

  plan_options {
    replace = [aws_lambda_function.this]
  }

  override_resource {
    target = aws_lambda_function.this
    values = { version = "2" }
  }

  variables {
    rollout = { kind = "weighted", weight = 0.1, promoted = "first" }
  }

  assert {
    condition     = output.version == "2" && aws_lambda_alias.live[0].function_version == "1"
    error_message = "The alias did not stay at version 1."
  }

  assert {
    condition     = aws_lambda_alias.live[0].routing_config[0].additional_version_weights == tomap({ "2" = 0.1 })
    error_message = "Version 2 does not get a tenth."
  }
}

run "the_same_version_again_changes_nothing" {
  state_key = "weighted"
  command   = plan

  variables {
    rollout = { kind = "weighted", weight = 0.1, promoted = "first" }
  }

  assert {
    condition = (
      aws_lambda_alias.live[0].function_version == "1"
      && aws_lambda_alias.live[0].routing_config[0].additional_version_weights == tomap({ "2" = 0.1 })
    )
    error_message = "An apply without new code moved traffic."
  }
}

run "a_better_version_gets_the_weight_of_the_one_before" {
  state_key = "weighted"

  plan_options {
    replace = [aws_lambda_function.this]
  }

  override_resource {
    target = aws_lambda_function.this
    values = { version = "3" }
  }

  variables {
    rollout = { kind = "weighted", weight = 0.2, promoted = "first" }
  }

  assert {
    condition = (
      aws_lambda_alias.live[0].function_version == "1"
      && aws_lambda_alias.live[0].routing_config[0].additional_version_weights == tomap({ "3" = 0.2 })
    )
    error_message = "Version 2, which was never promoted, still gets traffic."
  }
}

run "weight_zero_takes_it_back" {
  state_key = "weighted"

  variables {
    rollout = { kind = "weighted", weight = 0, promoted = "first" }
  }

  assert {
    condition = (
      aws_lambda_alias.live[0].function_version == "1"
      && length(aws_lambda_alias.live[0].routing_config) == 0
    )
    error_message = "Version 3 still gets traffic."
  }
}

run "promoted_it_gets_all" {
  state_key = "weighted"

  variables {
    rollout = { kind = "weighted", weight = 0.2, promoted = "second" }
  }

  assert {
    condition = (
      aws_lambda_alias.live[0].function_version == "3"
      && length(aws_lambda_alias.live[0].routing_config) == 0
    )
    error_message = "Version 3 was promoted, but does not get all traffic."
  }
}

run "codedeploy_begins_at_the_first_version" {
  state_key = "codedeploy"

  variables {
    rollout = { kind = "codedeploy" }
  }

  assert {
    condition     = length(aws_lambda_alias.live) == 0 && aws_lambda_alias.codedeploy[0].function_version == "1"
    error_message = "The alias is not the one that CodeDeploy moves, at version 1."
  }

  assert {
    condition = (
      output.alias_name == aws_lambda_alias.codedeploy[0].name
      && endswith(output.alias_arn, ":function:emporium-test-orders-get-order:live")
    )
    error_message = "The output is not the alias that CodeDeploy moves."
  }
}

run "terraform_leaves_the_alias_to_codedeploy" {
  state_key = "codedeploy"

  plan_options {
    replace = [aws_lambda_function.this]
  }

  override_resource {
    target = aws_lambda_function.this
    values = { version = "2" }
  }

  variables {
    rollout = { kind = "codedeploy" }
  }

  assert {
    condition     = output.version == "2" && aws_lambda_alias.codedeploy[0].function_version == "1"
    error_message = "Terraform moved an alias that CodeDeploy has to move."
  }
}

run "all_at_once_the_alias_follows" {
  plan_options {
    replace = [aws_lambda_function.this]
  }

  override_resource {
    target = aws_lambda_function.this
    values = { version = "2" }
  }

  assert {
    condition     = output.version == "2" && aws_lambda_alias.live[0].function_version == "2"
    error_message = "The alias did not follow the new version."
  }
}

run "another_kind_is_refused" {
  command = plan

  variables {
    rollout = { kind = "blue_green" }
  }

  expect_failures = [var.rollout]
}

run "all_traffic_is_not_a_weight" {
  command = plan

  variables {
    rollout = { kind = "weighted", weight = 1 }
  }

  expect_failures = [var.rollout]
}

run "weights_and_provisioned_concurrency_are_refused_together" {
  command = plan

  variables {
    rollout                 = { kind = "weighted" }
    provisioned_concurrency = 1
  }

  expect_failures = [var.provisioned_concurrency]
}

# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:emporium-test-payments-key-AbCdEf" }
  }
}

variables {
  name                = "emporium-test-payments-key"
  description         = "Stripe's secret key."
  value               = "sk_test_1"
  value_version       = 3
  deletion_protection = true
  key_arn             = "arn:aws:kms:eu-central-1:123456789012:key/stage"
}

run "the_value_is_in_no_state" {
  assert {
    condition = (
      aws_secretsmanager_secret_version.this.secret_string_wo_version == 3
      && aws_secretsmanager_secret_version.this.secret_string == null
      && !strcontains(nonsensitive(jsonencode(aws_secretsmanager_secret_version.this)), "sk_test_1")
    )
    error_message = "The secret is kept in the state."
  }
}

run "the_ending_of_the_arn_is_what_aws_gave_it" {
  assert {
    condition     = endswith(output.arn, ":secret:emporium-test-payments-key-AbCdEf")
    error_message = "The output is not the secret's ARN: ${output.arn}"
  }
}

provider "aws" {
  region = "eu-central-1"
}

variables {
  name                = "emporium-test-payments-stripe-api-key"
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

  assert {
    condition = (
      aws_secretsmanager_secret.this.kms_key_id == var.key_arn
      && aws_secretsmanager_secret.this.recovery_window_in_days == 30
    )
    error_message = "The secret is not encrypted with the stage's key, or is gone at once when deleted."
  }
}

run "without_protection_the_name_is_free_at_once" {
  command = plan

  variables {
    deletion_protection = false
    value               = null
  }

  assert {
    condition     = aws_secretsmanager_secret.this.recovery_window_in_days == 0
    error_message = "The stage could not be made again for a month."
  }
}

run "a_blank_value_is_refused" {
  command = plan

  variables {
    value = " "
  }

  expect_failures = [var.value]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name          = "payments stripe"
    value_version = 0
    key_arn       = "alias/emporium-test"
  }

  expect_failures = [var.name, var.value_version, var.key_arn]
}

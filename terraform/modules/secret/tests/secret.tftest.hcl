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
  name                = "emporium-test-payments-stripe-api-key"
  description         = "Stripe's secret key."
  value               = "sk_test_1"
  value_version       = 3
  deletion_protection = true
  key_arn             = "arn:aws:kms:eu-central-1:123456789012:key/stage"
}

run "it_is_protected" {
  command = plan

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

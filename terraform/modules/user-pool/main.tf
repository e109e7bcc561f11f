locals {
  scope_prefix = "${var.api_name}/"

  # Everybody may buy. Who may run the shop, the trigger decides: that scope is in no list that a client could ask from.
  scopes = ["openid", "email", "${local.scope_prefix}customer"]

  login = "https://${var.domain_prefix}.auth.${var.region}.amazoncognito.com"
}

resource "aws_cognito_user_pool" "this" {
  name                = var.name
  user_pool_tier      = "ESSENTIALS" # the least that lets a function add scopes to an access token
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"

  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]

  username_configuration {
    case_sensitive = false
  }

  admin_create_user_config {
    allow_admin_create_user_only = false
  }

  # Length is what makes a password strong; rules for its letters make it predictable (NIST SP 800-63B).
  password_policy {
    minimum_length                   = 12
    require_lowercase                = false
    require_numbers                  = false
    require_symbols                  = false
    require_uppercase                = false
    temporary_password_validity_days = 7
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # The old address stays in use until somebody has read what was sent to the new one.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  verification_message_template {
    default_email_option = "CONFIRM_WITH_CODE"
    email_subject        = "Your code"
    email_message        = "Your code is {####}. If you did not ask for it, somebody mistyped an address: do nothing."
  }

  # Cognito's own address sends 50 mails a day at most.
  email_configuration {
    email_sending_account = var.sender == null ? "COGNITO_DEFAULT" : "DEVELOPER"
    from_email_address    = var.sender == null ? null : var.sender.address
    source_arn            = var.sender == null ? null : var.sender.identity_arn
  }

  lambda_config {
    pre_token_generation_config {
      lambda_arn     = var.pre_token_generation.alias_arn
      lambda_version = "V2_0" # with the scopes of access tokens
    }
  }
}

resource "aws_lambda_permission" "pre_token_generation" {
  statement_id   = "user-pool"
  action         = "lambda:InvokeFunction"
  function_name  = var.pre_token_generation.function_name
  qualifier      = var.pre_token_generation.alias_name
  principal      = "cognito-idp.amazonaws.com"
  source_arn     = aws_cognito_user_pool.this.arn
  source_account = var.account
}

resource "aws_cognito_user_group" "admins" {
  name         = "admins"
  description  = "Those who run the shop."
  precedence   = 1
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_resource_server" "api" {
  identifier   = var.api_name
  name         = "The shop's API"
  user_pool_id = aws_cognito_user_pool.this.id

  scope {
    scope_name        = "customer"
    scope_description = "Buy, and see what one has bought."
  }
}

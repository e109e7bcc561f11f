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
  name                = "emporium-test"
  region              = "eu-central-1"
  account             = "123456789012"
  domain_prefix       = "emporium-test"
  sites               = ["https://shop.example.com"]
  deletion_protection = true

  pre_token_generation = {
    function_name = "emporium-test-accounts-grant-scopes"
    alias_name    = "live"
    alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-accounts-grant-scopes:live"
  }
}

run "accounts" {
  command = plan

  assert {
    condition = (
      aws_cognito_user_pool.this.username_attributes == toset(["email"])
      && aws_cognito_user_pool.this.auto_verified_attributes == toset(["email"])
      && !one(aws_cognito_user_pool.this.username_configuration).case_sensitive
      && !one(aws_cognito_user_pool.this.admin_create_user_config).allow_admin_create_user_only
    )
    error_message = "Nobody can make an account with an address that is then verified."
  }

  assert {
    condition = one(one(aws_cognito_user_pool.this.account_recovery_setting).recovery_mechanism) == {
      name     = "verified_email"
      priority = 1
    }
    error_message = "An account can be recovered by something else than its verified address."
  }

  assert {
    condition = one(
      aws_cognito_user_pool.this.user_attribute_update_settings
    ).attributes_require_verification_before_update == toset(["email"])
    error_message = "An account can be given an address that nobody has verified."
  }

  assert {
    condition     = one(aws_cognito_user_pool.this.password_policy).minimum_length >= 12
    error_message = "Passwords are short."
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "One command deletes every account."
  }

  assert {
    condition = (
      one(aws_cognito_user_pool.this.email_configuration).email_sending_account == "COGNITO_DEFAULT"
      && one(aws_cognito_user_pool.this.email_configuration).source_arn == null
    )
    error_message = "Without a sender, codes come from Cognito's own address."
  }
}

run "who_may_run_the_shop" {
  command = plan

  assert {
    condition     = aws_cognito_user_group.admins.name == "admins" && output.admins_group == "admins"
    error_message = "The group is called otherwise than accounts/grant-scopes has it."
  }

  # Only the function adds it, so that without the function nobody has it.
  assert {
    condition = (
      !strcontains(jsonencode(aws_cognito_user_pool_client.storefront.allowed_oauth_scopes), "admin")
      && [for scope in aws_cognito_resource_server.api.scope : scope.scope_name] == ["customer"]
    )
    error_message = "A client may ask for the scope of admins."
  }

  assert {
    condition = one(one(aws_cognito_user_pool.this.lambda_config).pre_token_generation_config) == {
      lambda_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-accounts-grant-scopes:live"
      lambda_version = "V2_0"
    }
    error_message = "Tokens are issued without asking the function's alias, or without their scopes."
  }

  assert {
    condition     = aws_cognito_user_pool.this.user_pool_tier == "ESSENTIALS"
    error_message = "Below this tier, a function cannot add scopes to an access token."
  }

  assert {
    condition = (
      aws_lambda_permission.pre_token_generation.principal == "cognito-idp.amazonaws.com"
      && aws_lambda_permission.pre_token_generation.function_name == "emporium-test-accounts-grant-scopes"
      && aws_lambda_permission.pre_token_generation.qualifier == "live"
      && aws_lambda_permission.pre_token_generation.source_account == "123456789012"
    )
    error_message = "The pool may not invoke the function's alias, or somebody else may."
  }
}

run "the_storefront_signs_in" {
  command = plan

  assert {
    condition = (
      !aws_cognito_user_pool_client.storefront.generate_secret
      && aws_cognito_user_pool_client.storefront.allowed_oauth_flows == toset(["code"])
      && aws_cognito_user_pool_client.storefront.allowed_oauth_scopes == toset(["openid", "email", "shop/customer"])
      && aws_cognito_user_pool_client.storefront.supported_identity_providers == toset(["COGNITO"])
    )
    error_message = "The client is not a public one with the code flow and the scopes of customers."
  }

  assert {
    condition = (
      aws_cognito_user_pool_client.storefront.callback_urls == toset(["https://shop.example.com/signed-in.html"])
      && aws_cognito_user_pool_client.storefront.logout_urls == toset(["https://shop.example.com/"])
    )
    error_message = "Codes go to other pages than the storefront's."
  }

  assert {
    condition = (
      !contains(aws_cognito_user_pool_client.storefront.explicit_auth_flows, "ALLOW_REFRESH_TOKEN_AUTH")
      && one(aws_cognito_user_pool_client.storefront.refresh_token_rotation).feature == "ENABLED"
      && aws_cognito_user_pool_client.storefront.enable_token_revocation
    )
    error_message = "A refresh token is good for more than once, or cannot be taken back."
  }

  assert {
    condition = (
      aws_cognito_user_pool_client.storefront.access_token_validity == 60
      && aws_cognito_user_pool_client.storefront.refresh_token_validity == 30
      && one(aws_cognito_user_pool_client.storefront.token_validity_units) == {
        access_token = "minutes", id_token = "minutes", refresh_token = "days"
      }
    )
    error_message = "Tokens live longer, or shorter, than an hour and thirty days."
  }

  assert {
    condition     = aws_cognito_user_pool_client.storefront.prevent_user_existence_errors == "ENABLED"
    error_message = "Whether somebody has an account can be found out by trying."
  }

  assert {
    condition = (
      aws_cognito_user_pool_domain.this.managed_login_version == 2
      && aws_cognito_managed_login_branding.storefront.use_cognito_provided_values
    )
    error_message = "There are no pages to sign in on."
  }

  assert {
    condition     = output.login_origin == "https://emporium-test.auth.eu-central-1.amazoncognito.com"
    error_message = output.login_origin
  }
}

run "mails_of_ours" {
  command = plan

  variables {
    sender = {
      address      = "orders@example.com"
      identity_arn = "arn:aws:ses:eu-central-1:123456789012:identity/example.com"
    }
    deletion_protection = false
    sites               = ["https://shop.example.com", "http://localhost:4580"]
  }

  assert {
    condition = (
      one(aws_cognito_user_pool.this.email_configuration).email_sending_account == "DEVELOPER"
      && one(aws_cognito_user_pool.this.email_configuration).from_email_address == "orders@example.com"
      && one(aws_cognito_user_pool.this.email_configuration).source_arn == var.sender.identity_arn
    )
    error_message = "Codes do not come from the sender."
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "INACTIVE"
    error_message = "A stage without protection cannot be destroyed."
  }

  assert {
    condition = aws_cognito_user_pool_client.storefront.callback_urls == toset([
      "https://shop.example.com/signed-in.html", "http://localhost:4580/signed-in.html",
    ])
    error_message = "A site of two cannot sign its customers in."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    name          = "emporium test"
    account       = "1"
    domain_prefix = "my-aws-shop"
    api_name      = "shop/"
    sites         = ["https://shop.example.com/"]
  }

  expect_failures = [var.name, var.account, var.domain_prefix, var.api_name, var.sites]
}

run "a_pool_without_a_site_is_refused" {
  command = plan

  variables {
    sites = []
  }

  expect_failures = [var.sites]
}

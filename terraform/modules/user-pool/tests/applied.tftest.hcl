# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = {
      id       = "eu-central-1_Pool12345"
      arn      = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Pool12345"
      endpoint = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool12345"
    }
  }

  mock_resource "aws_cognito_user_pool_client" {
    defaults = { id = "client12345" }
  }

}

variables {
  name                = "emporium-test"
  region              = "eu-central-1"
  account             = "123456789012"
  domain_prefix       = "emporium-test"
  sites               = ["https://shop.example.com"]
  deletion_protection = false

  pre_token_generation = {
    function_name = "emporium-test-accounts-grant-scopes"
    alias_name    = "live"
    alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-accounts-grant-scopes:live"
  }
}

run "what_others_need" {
  assert {
    condition = output.tokens == {
      issuer       = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool12345"
      audience     = "client12345"
      scope_prefix = "shop/"
    }
    error_message = "The API would take other tokens than the pool's: ${jsonencode(output.tokens)}"
  }

  assert {
    condition = output.login == {
      client_id     = "client12345"
      authorize_url = "https://emporium-test.auth.eu-central-1.amazoncognito.com/oauth2/authorize"
      token_url     = "https://emporium-test.auth.eu-central-1.amazoncognito.com/oauth2/token"
      revoke_url    = "https://emporium-test.auth.eu-central-1.amazoncognito.com/oauth2/revoke"
      logout_url    = "https://emporium-test.auth.eu-central-1.amazoncognito.com/logout"
      scopes        = "openid email shop/customer"
    }
    error_message = "The storefront could not sign anybody in: ${jsonencode(output.login)}"
  }
}

run "only_this_pool_asks_the_function" {
  assert {
    condition = (
      aws_lambda_permission.pre_token_generation.source_arn
      == "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Pool12345"
    )
    error_message = "Another pool may ask the function."
  }

  assert {
    condition = alltrue([
      for id in [
        aws_cognito_user_group.admins.user_pool_id, aws_cognito_resource_server.api.user_pool_id,
        aws_cognito_user_pool_client.storefront.user_pool_id, aws_cognito_user_pool_domain.this.user_pool_id,
        aws_cognito_managed_login_branding.storefront.user_pool_id,
      ] : id == "eu-central-1_Pool12345"
    ])
    error_message = "A part belongs to another pool."
  }

  assert {
    condition     = aws_cognito_managed_login_branding.storefront.client_id == "client12345"
    error_message = "The pages are another client's."
  }
}

# The storefront: pages in a browser, which can keep no secret. What it has instead is PKCE, to which Cognito holds a
# client that sends a code challenge.

resource "aws_cognito_user_pool_client" "storefront" {
  name            = "storefront"
  user_pool_id    = aws_cognito_user_pool.this.id
  generate_secret = false

  supported_identity_providers         = ["COGNITO"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = local.scopes

  callback_urls = [for site in var.sites : "${site}/signed-in.html"]
  logout_urls   = [for site in var.sites : "${site}/"]

  # An empty list means Cognito's defaults, and those have a flow that rotation rules out. Nothing uses this one, and
  # its tokens have none of the API's scopes.
  explicit_auth_flows = ["ALLOW_USER_SRP_AUTH"]

  access_token_validity  = 60
  id_token_validity      = 60
  refresh_token_validity = 30

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }

  # A refresh token is good once. Who repeats a request whose answer was lost has ten seconds for it.
  refresh_token_rotation {
    feature                    = "ENABLED"
    retry_grace_period_seconds = 10
  }

  enable_token_revocation       = true
  prevent_user_existence_errors = "ENABLED"

  read_attributes  = ["email", "email_verified"]
  write_attributes = ["email"]

  # A client cannot be given a scope that is not there yet.
  depends_on = [aws_cognito_resource_server.api]
}

resource "aws_cognito_user_pool_domain" "this" {
  domain                = var.domain_prefix
  user_pool_id          = aws_cognito_user_pool.this.id
  managed_login_version = 2
}

# Without a style, even Cognito's own, there are no pages for the client.
resource "aws_cognito_managed_login_branding" "storefront" {
  user_pool_id                = aws_cognito_user_pool.this.id
  client_id                   = aws_cognito_user_pool_client.storefront.id
  use_cognito_provided_values = true
}

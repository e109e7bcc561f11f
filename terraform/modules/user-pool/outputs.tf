output "id" {
  description = "The pool's id."
  value       = aws_cognito_user_pool.this.id
}

output "arn" {
  description = "The pool's ARN."
  value       = aws_cognito_user_pool.this.arn
}

output "tokens" {
  description = "Which tokens count, as modules/http-api wants it: the client is their audience."
  value = {
    issuer       = "https://${aws_cognito_user_pool.this.endpoint}"
    audience     = aws_cognito_user_pool_client.storefront.id
    scope_prefix = local.scope_prefix
  }
}

output "login_origin" {
  description = "Where the pages for signing in are, as a Content-Security-Policy wants it. It is computed."
  value       = local.login
}

output "login" {
  description = "How the storefront signs its customers in: its client, the addresses, and the scopes to ask for."
  value = {
    client_id     = aws_cognito_user_pool_client.storefront.id
    authorize_url = "${local.login}/oauth2/authorize"
    token_url     = "${local.login}/oauth2/token"
    revoke_url    = "${local.login}/oauth2/revoke"
    logout_url    = "${local.login}/logout"
    scopes        = join(" ", local.scopes)
  }

  # Before all of them are there, nobody can sign in.
  depends_on = [
    aws_cognito_managed_login_branding.storefront,
    aws_cognito_user_pool_domain.this,
    aws_lambda_permission.pre_token_generation,
  ]
}

output "admins_group" {
  description = "The group whose members run the shop."
  value       = aws_cognito_user_group.admins.name
}

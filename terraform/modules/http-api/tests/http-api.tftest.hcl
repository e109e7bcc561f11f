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
  name     = "emporium-test"
  tokens   = { issuer = "https://login.example.com", audience = "shop", scope_prefix = "shop/" }
  throttle = { rate = 100, burst = 200 }
  key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/1"

  log_retention_days = 7

  routes = {
    "GET /orders/{id}" = {
      function_name = "emporium-test-orders-get-order"
      alias_name    = "live"
      invoke_arn    = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/get-order:live/invocations"
      scope         = "customer"
    }
    "POST /webhooks/stripe" = {
      function_name = "emporium-test-payments-receive-stripe-webhook"
      alias_name    = "live"
      invoke_arn    = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/webhook:live/invocations"
      scope         = null
    }
  }

  alarms = {
    topic_arn        = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
    runbook_url      = "https://example.com/RUNBOOK.md"
    errors           = 0
    p99_milliseconds = 3000
  }
}

run "routes" {
  command = plan

  assert {
    condition = (
      aws_apigatewayv2_route.this["GET /orders/{id}"].authorization_type == "JWT"
      && aws_apigatewayv2_route.this["GET /orders/{id}"].authorization_scopes == toset(["shop/customer"])
    )
    error_message = "A route with a scope does not ask for a token with it."
  }

  assert {
    condition     = aws_apigatewayv2_route.this["POST /webhooks/stripe"].authorization_type == "NONE"
    error_message = "A route without a scope asks for a token."
  }

  assert {
    condition = (
      one(aws_apigatewayv2_authorizer.tokens.jwt_configuration).issuer == "https://login.example.com"
      && one(aws_apigatewayv2_authorizer.tokens.jwt_configuration).audience == toset(["shop"])
    )
    error_message = "Tokens of another issuer, or for somebody else, count."
  }

  assert {
    condition = (
      aws_apigatewayv2_integration.function["GET /orders/{id}"].integration_uri
      == var.routes["GET /orders/{id}"].invoke_arn
      && aws_apigatewayv2_integration.function["GET /orders/{id}"].payload_format_version == "2.0"
    )
    error_message = "The route does not lead to its function's alias."
  }

  assert {
    condition     = aws_lambda_permission.route["GET /orders/{id}"].qualifier == "live"
    error_message = "The API may invoke something else than the alias."
  }
}

run "limits" {
  command = plan

  variables {
    route_throttle = { "GET /orders/{id}" = { rate = 5, burst = 10 } }
  }

  assert {
    condition = (
      one(aws_apigatewayv2_stage.default.default_route_settings).throttling_rate_limit == 100
      && one(aws_apigatewayv2_stage.default.route_settings).throttling_burst_limit == 10
      && one(aws_apigatewayv2_stage.default.route_settings).route_key == "GET /orders/{id}"
    )
    error_message = "Routes take more, or fewer, requests than they should."
  }

  assert {
    condition = !can(regex(
      "authorization|body", lower(one(aws_apigatewayv2_stage.default.access_log_settings).format)
    ))
    error_message = "A token or a body would be logged."
  }
}

run "without_origins_no_page_may_call" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "There is CORS that nobody asked for."
  }

  assert {
    condition = (
      !aws_apigatewayv2_api.this.disable_execute_api_endpoint
      && length(aws_apigatewayv2_domain_name.this) == 0
    )
    error_message = "Without a domain, the API is reached by the name that AWS gave it."
  }
}

run "origins" {
  command = plan

  variables {
    cors_origins = ["https://shop.example.com"]
  }

  assert {
    condition = (
      one(aws_apigatewayv2_api.this.cors_configuration).allow_methods == toset(["GET", "POST"])
      && contains(one(aws_apigatewayv2_api.this.cors_configuration).allow_headers, "idempotency-key")
      && contains(one(aws_apigatewayv2_api.this.cors_configuration).expose_headers, "location")
    )
    error_message = "A page could not place an order, or see where it is."
  }
}

run "alarms" {
  command = plan

  assert {
    condition     = toset(output.alarms) == toset(["emporium-test-api-errors", "emporium-test-api-slow"])
    error_message = "The API's alarms are missing."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    tokens         = { issuer = "http://login.example.com", audience = "" }
    cors_origins   = ["https://shop.example.com/path"]
    throttle       = { rate = 0, burst = 0 }
    route_throttle = { "GET /nothing" = { rate = 1, burst = 1 } }
  }

  expect_failures = [var.tokens, var.cors_origins, var.throttle, var.route_throttle]
}

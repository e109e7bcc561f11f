locals {
  # As in GET /orders/{id}.
  routes = { for key, route in var.routes : key => {
    method = split(" ", key)[0]
    # How the ARN of a call ends, as in GET/orders/*: a parameter's value can be anything.
    call = replace(replace(key, " ", ""), "/[{][^}]*[}]/", "*")
  } }
}

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = var.domain != null

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) == 0 ? [] : [var.cors_origins]

    content {
      allow_origins  = cors_configuration.value
      allow_methods  = sort(distinct([for route in local.routes : route.method]))
      allow_headers  = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]
      expose_headers = ["etag", "location", "retry-after"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_authorizer" "tokens" {
  name             = "tokens"
  api_id           = aws_apigatewayv2_api.this.id
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.tokens.issuer
    audience = [var.tokens.audience]
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = var.routes

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000 # the most that an HTTP API waits; functions give up earlier
}

resource "aws_apigatewayv2_route" "this" {
  #checkov:skip=CKV_AWS_309:What has no scope is public: the catalogue, and Stripe's webhook, which is signed instead.
  for_each = var.routes

  api_id    = aws_apigatewayv2_api.this.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.function[each.key].id}"

  authorization_type   = each.value.scope == null ? "NONE" : "JWT"
  authorizer_id        = each.value.scope == null ? null : aws_apigatewayv2_authorizer.tokens.id
  authorization_scopes = each.value.scope == null ? null : ["${var.tokens.scope_prefix}${each.value.scope}"]
}

resource "aws_lambda_permission" "route" {
  for_each = var.routes

  statement_id  = "http-api"
  action        = "lambda:InvokeFunction"
  function_name = each.value.function_name
  qualifier     = each.value.alias_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/${local.routes[each.key].call}"
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is the stage's choice: a year in prod.
  # Groups under this path share one resource policy, which has a limit on its size.
  name              = "/aws/vendedlogs/${var.name}-api"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.key_arn
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn

    # No tokens and no bodies, and of the customer only what the token calls them.
    format = jsonencode({
      time                     = "$context.requestTime"
      request_id               = "$context.requestId"
      route                    = "$context.routeKey"
      path                     = "$context.path"
      status                   = "$context.status"
      bytes                    = "$context.responseLength"
      milliseconds             = "$context.responseLatency"
      integration_milliseconds = "$context.integrationLatency"
      integration_status       = "$context.integrationStatus"
      integration_error        = "$context.integrationErrorMessage"
      error                    = "$context.error.message"
      authorizer_error         = "$context.authorizer.error"
      subject                  = "$context.authorizer.claims.sub"
      address                  = "$context.identity.sourceIp"
      agent                    = "$context.identity.userAgent"
    })
  }

  default_route_settings {
    detailed_metrics_enabled = true # metrics by route
    throttling_rate_limit    = var.throttle.rate
    throttling_burst_limit   = var.throttle.burst
  }

  dynamic "route_settings" {
    for_each = var.route_throttle

    content {
      route_key                = route_settings.key
      detailed_metrics_enabled = true
      throttling_rate_limit    = route_settings.value.rate
      throttling_burst_limit   = route_settings.value.burst
    }
  }

  # Settings of a route that is not there yet are refused.
  depends_on = [aws_apigatewayv2_route.this]
}

module "alarms" {
  source = "../alarms"

  prefix      = "${var.name}-api"
  topic_arn   = var.alarms.topic_arn
  runbook_url = var.alarms.runbook_url

  alarms = {
    errors = {
      description    = "The API answered more than ${var.alarms.errors} requests with 5xx in five minutes."
      runbook        = "api-errors"
      namespace      = "AWS/ApiGateway"
      metric         = "5xx"
      dimensions     = { ApiId = aws_apigatewayv2_api.this.id }
      statistic      = "Sum"
      period_seconds = 300
      threshold      = var.alarms.errors
    }
    slow = {
      description        = "One request in 100 took longer than ${var.alarms.p99_milliseconds} ms, for 15 minutes."
      runbook            = "api-slow"
      namespace          = "AWS/ApiGateway"
      metric             = "Latency"
      dimensions         = { ApiId = aws_apigatewayv2_api.this.id }
      statistic          = "p99"
      period_seconds     = 300
      evaluation_periods = 3
      threshold          = var.alarms.p99_milliseconds
    }
  }
}

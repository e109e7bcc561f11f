# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      id            = "api123"
      api_endpoint  = "https://api123.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:api123"
    }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:logs" }
  }

  mock_resource "aws_apigatewayv2_domain_name" {
    defaults = {
      domain_name_configuration = {
        target_domain_name = "d-1.execute-api.eu-central-1.amazonaws.com"
        hosted_zone_id     = "Z1U9ULNL0V5AJ3"
      }
    }
  }

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
      domain_validation_options = [{
        domain_name           = "api.example.com"
        resource_record_name  = "_proof.api.example.com."
        resource_record_type  = "CNAME"
        resource_record_value = "_value.acm-validations.aws."
      }]
    }
  }
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

run "routes_lead_to_functions" {
  assert {
    condition = (
      aws_apigatewayv2_route.this["GET /orders/{id}"].authorizer_id == aws_apigatewayv2_authorizer.tokens.id
      && aws_apigatewayv2_authorizer.tokens.api_id == "api123"
    )
    error_message = "A route with a scope is not guarded by the authorizer."
  }

  assert {
    condition = alltrue([
      for key, route in aws_apigatewayv2_route.this : route.api_id == "api123"
      && route.target == "integrations/${aws_apigatewayv2_integration.function[key].id}"
    ])
    error_message = "A route leads to another function."
  }

  assert {
    condition = { for key, permission in aws_lambda_permission.route : key => permission.source_arn } == {
      "GET /orders/{id}"      = "arn:aws:execute-api:eu-central-1:123456789012:api123/*/GET/orders/*"
      "POST /webhooks/stripe" = "arn:aws:execute-api:eu-central-1:123456789012:api123/*/POST/webhooks/stripe"
    }
    error_message = "The API may invoke a function by more, or less, than its route."
  }

  assert {
    condition     = output.url == "https://api123.execute-api.eu-central-1.amazonaws.com"
    error_message = "Without a domain, the API is reached by the name that AWS gave it, not at ${output.url}"
  }

  assert {
    condition     = output.origin_url == output.url
    error_message = "CloudFront is led elsewhere than everybody else, to ${output.origin_url}"
  }
}

run "a_name_of_its_own" {
  variables {
    domain = { name = "api.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = output.url == "https://api.example.com" && aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "The API does not answer to its name, or to another as well."
  }

  assert {
    condition = (
      aws_apigatewayv2_domain_name.this[0].domain_name == "api.example.com"
      && one(aws_apigatewayv2_domain_name.this[0].domain_name_configuration).certificate_arn
      == "arn:aws:acm:eu-central-1:123456789012:certificate/1"
      && one(aws_apigatewayv2_domain_name.this[0].domain_name_configuration).security_policy == "TLS_1_2"
    )
    error_message = "The name has another certificate, or old TLS is spoken."
  }

  assert {
    condition = (
      aws_apigatewayv2_api_mapping.this[0].api_id == "api123"
      && aws_apigatewayv2_api_mapping.this[0].domain_name == aws_apigatewayv2_domain_name.this[0].id
      && aws_apigatewayv2_api_mapping.this[0].stage == aws_apigatewayv2_stage.default.id
    )
    error_message = "The name leads to another API or stage."
  }

  assert {
    condition = (
      toset(keys(aws_route53_record.this)) == toset(["A", "AAAA"])
      && alltrue([
        for type, record in aws_route53_record.this : record.type == type && record.name == "api.example.com"
        && record.zone_id == "Z0123456789ABCDEFGHIJ"
        && one(record.alias).name == "d-1.execute-api.eu-central-1.amazonaws.com"
        && one(record.alias).zone_id == "Z1U9ULNL0V5AJ3"
      ])
    )
    error_message = "The name does not lead to the API, by IPv4 and IPv6: ${jsonencode(aws_route53_record.this)}"
  }
}

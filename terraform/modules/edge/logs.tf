# Both logs are in us-east-1. The stage's key is not, so the log service's own key encrypts them.

resource "aws_cloudwatch_log_group" "firewall" {
  #checkov:skip=CKV_AWS_158:The stage's key is in another region; CloudWatch Logs encrypts with its own.
  #checkov:skip=CKV_AWS_338:How long logs are kept is the stage's choice: a year in prod.
  count    = var.firewall ? 1 : 0
  provider = aws.global

  name              = "aws-waf-logs-${var.name}" # WAF logs to groups of such names only
  retention_in_days = var.log_retention_days
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count    = var.firewall ? 1 : 0
  provider = aws.global

  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall[0].arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  # What was let through is in the access logs.
  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_158:The stage's key is in another region; CloudWatch Logs encrypts with its own.
  #checkov:skip=CKV_AWS_338:How long logs are kept is the stage's choice: a year in prod.
  provider = aws.global

  name              = "/aws/vendedlogs/cloudfront/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_log_delivery_source" "access" {
  provider = aws.global

  name         = "${var.name}-edge"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
}

resource "aws_cloudwatch_log_delivery_destination" "access" {
  provider = aws.global

  name          = "${var.name}-edge"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = aws_cloudwatch_log_group.access.arn
  }
}

resource "aws_cloudwatch_log_delivery" "access" {
  provider = aws.global

  delivery_source_name     = aws_cloudwatch_log_delivery_source.access.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.access.arn
}

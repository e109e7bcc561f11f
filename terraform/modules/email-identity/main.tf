data "aws_partition" "current" {}

locals {
  arn_prefix            = "arn:${data.aws_partition.current.partition}:ses:${var.region}:${var.account}"
  identity_arn          = "${local.arn_prefix}:identity/${local.identity}"
  configuration_set_arn = "${local.arn_prefix}:configuration-set/${var.name}"

  identity = coalesce(var.domain, var.sender)
  # SES hands out three for a domain. An address has none.
  dkim_tokens = flatten(aws_sesv2_email_identity.this.dkim_signing_attributes[*].tokens)
  in_zone     = var.domain != null && var.zone_id != null
}

resource "aws_sesv2_configuration_set" "this" {
  configuration_set_name = var.name

  delivery_options {
    tls_policy = "REQUIRE" # mail is not handed to a server that does not encrypt
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  # Addresses that bounced or complained are not tried again.
  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_email_identity" "this" {
  email_identity         = local.identity
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name # for mail that names none
}

module "domain" {
  source = "../mail-domain"
  count  = local.in_zone ? 1 : 0

  domain      = aws_sesv2_email_identity.this.email_identity
  zone_id     = var.zone_id
  region      = var.region
  dkim_tokens = local.dkim_tokens
}

module "feedback" {
  source = "../service-topic"

  name    = "${var.name}-mail-feedback"
  region  = var.region
  account = var.account
  key_arn = var.key_arn

  publishers = {
    "ses.amazonaws.com" = local.configuration_set_arn
  }
}

resource "aws_sesv2_configuration_set_event_destination" "feedback" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "feedback"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "DELIVERY_DELAY", "REJECT"]

    sns_destination {
      topic_arn = module.feedback.arn
    }
  }
}

resource "aws_sesv2_configuration_set_event_destination" "metrics" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "metrics"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "DELIVERY", "REJECT", "SEND"]

    cloud_watch_destination {
      dimension_configuration {
        dimension_name          = "ses:configuration-set"
        dimension_value_source  = "MESSAGE_TAG" # SES sets this tag itself
        default_dimension_value = "none"
      }
    }
  }
}

module "alarms" {
  source = "../alarms"

  prefix      = var.name
  topic_arn   = var.alarms.topic_arn
  runbook_url = var.alarms.runbook_url

  # AWS reviews accounts from 5 % bounces or 0.1 % complaints on, and may stop their mail from 10 % or 0.5 % on.
  alarms = {
    mail-bounces = {
      description    = "More than 4 % of mail bounces; from 5 % on, AWS reviews the account."
      runbook        = "mail-bounces"
      namespace      = "AWS/SES"
      metric         = "Reputation.BounceRate"
      dimensions     = { "ses:configuration-set" = aws_sesv2_configuration_set.this.configuration_set_name }
      statistic      = "Maximum"
      period_seconds = 3600
      threshold      = 0.04
    }
    mail-complaints = {
      description    = "More than 0.08 % of mail is marked as spam; from 0.1 % on, AWS reviews the account."
      runbook        = "mail-complaints"
      namespace      = "AWS/SES"
      metric         = "Reputation.ComplaintRate"
      dimensions     = { "ses:configuration-set" = aws_sesv2_configuration_set.this.configuration_set_name }
      statistic      = "Maximum"
      period_seconds = 3600
      threshold      = 0.0008
    }
  }
}

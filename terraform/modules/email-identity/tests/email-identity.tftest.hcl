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
  name    = "emporium-test"
  sender  = "orders@example.com"
  region  = "eu-central-1"
  account = "123456789012"
  key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"

  alarms = {
    topic_arn   = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
    runbook_url = "https://example.com/RUNBOOK.md"
  }
}

run "an_address" {
  command = plan

  assert {
    condition     = output.identity == "orders@example.com" && output.sender.address == "orders@example.com"
    error_message = "Without a domain, the identity is the address."
  }

  assert {
    condition     = length(output.dkim_records) == 0 && length(module.domain) == 0
    error_message = "An address has no DNS records."
  }

  assert {
    condition     = one(aws_sesv2_configuration_set.this.delivery_options).tls_policy == "REQUIRE"
    error_message = "Mail could be sent in the clear."
  }

  assert {
    condition     = aws_sesv2_email_identity.this.configuration_set_name == "emporium-test"
    error_message = "Mail would not go by the configuration set, and its bounces would not be seen."
  }

  assert {
    condition = (
      one(aws_sesv2_configuration_set_event_destination.feedback.event_destination).matching_event_types
      == toset(["BOUNCE", "COMPLAINT", "DELIVERY_DELAY", "REJECT"])
    )
    error_message = "Not all feedback reaches the topic."
  }

  assert {
    condition     = toset(output.alarms) == toset(["emporium-test-mail-bounces", "emporium-test-mail-complaints"])
    error_message = "The alarms on the sender's reputation are missing."
  }
}

run "arns_are_computed" {
  command = plan

  assert {
    condition = output.sender == {
      address               = "orders@example.com"
      identity_arn          = "arn:aws:ses:eu-central-1:123456789012:identity/orders@example.com"
      configuration_set_arn = "arn:aws:ses:eu-central-1:123456789012:configuration-set/emporium-test"
    }
    error_message = "Functions would be granted something else: ${jsonencode(output.sender)}"
  }
}

run "a_domain_whose_dns_is_elsewhere" {
  command = plan

  variables {
    domain = "example.com"
  }

  assert {
    condition     = output.identity == "example.com" && endswith(output.sender.identity_arn, ":identity/example.com")
    error_message = "With a domain, the identity is the domain."
  }

  assert {
    condition     = length(module.domain) == 0
    error_message = "Without a zone, Terraform cannot make records, nor use a MAIL FROM name that has none."
  }
}

# What the records say is tested in mail-domain: their names are known once SES has handed out tokens.
run "a_domain_in_route_53" {
  command = plan

  override_module {
    target = module.domain
  }

  variables {
    domain  = "example.com"
    zone_id = "Z0123456789ABCDEFGHIJ"
  }

  assert {
    condition     = length(module.domain) == 1
    error_message = "The zone has no records that prove the domain."
  }
}

run "a_sender_of_another_domain_is_refused" {
  command = plan

  variables {
    domain = "example.org"
  }

  expect_failures = [var.sender]
}

run "a_zone_without_a_domain_is_refused" {
  command = plan

  variables {
    zone_id = "Z0123456789ABCDEFGHIJ"
  }

  expect_failures = [var.zone_id]
}

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
  assert {
    condition     = output.identity == "orders@example.com" && output.sender.address == "orders@example.com"
    error_message = "Without a domain, the identity is the address."
  }

  assert {
    condition = (
      output.dkim_records == {}
      && length(aws_route53_record.dkim) + length(aws_route53_record.mail_from) == 0
    )
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

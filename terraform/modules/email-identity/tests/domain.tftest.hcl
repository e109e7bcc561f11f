# The records themselves need names that SES hands out when the domain is made: a plan cannot show them.

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

run "a_domain_whose_dns_is_elsewhere" {
  variables {
    domain = "example.com"
  }

  assert {
    condition     = output.identity == "example.com"
    error_message = "With a domain, the identity is the domain."
  }

  assert {
    condition = length(concat(
      values(aws_route53_record.dkim), values(aws_route53_record.mail_from),
      aws_sesv2_email_identity_mail_from_attributes.this,
    )) == 0
    error_message = "Without a zone, Terraform cannot make records, nor use a MAIL FROM name that has none."
  }
}

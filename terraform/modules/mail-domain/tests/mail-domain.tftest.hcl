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
  domain      = "example.com"
  zone_id     = "Z0123456789ABCDEFGHIJ"
  region      = "eu-central-1"
  dkim_tokens = ["one", "two", "three"]
}

run "receivers_find_the_keys" {
  command = plan

  assert {
    condition = {
      for record in aws_route53_record.dkim : record.name => "${record.type} ${join(" ", record.records)}"
      } == {
      "one._domainkey.example.com"   = "CNAME one.dkim.amazonses.com"
      "two._domainkey.example.com"   = "CNAME two.dkim.amazonses.com"
      "three._domainkey.example.com" = "CNAME three.dkim.amazonses.com"
    }
    error_message = "The records are others than those that SES asks for."
  }

  assert {
    condition     = alltrue([for record in aws_route53_record.dkim : record.zone_id == var.zone_id])
    error_message = "A record is in another zone."
  }
}

run "bounces_go_to_a_name_of_the_domain" {
  command = plan

  assert {
    condition = (
      aws_sesv2_email_identity_mail_from_attributes.this.email_identity == "example.com"
      && output.mail_from == "bounce.example.com"
    )
    error_message = "Bounces of the domain go to ${output.mail_from}"
  }

  assert {
    condition = {
      for record in aws_route53_record.mail_from : "${record.name} ${record.type}" => join(" ", record.records)
      } == {
      "bounce.example.com MX"  = "10 feedback-smtp.eu-central-1.amazonses.com"
      "bounce.example.com TXT" = "v=spf1 include:amazonses.com -all"
    }
    error_message = "Bounces do not reach SES, or SPF does not let it send."
  }

  assert {
    condition     = alltrue([for record in aws_route53_record.mail_from : record.zone_id == var.zone_id])
    error_message = "A record is in another zone."
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    domain      = "orders@example.com"
    zone_id     = "example.com"
    region      = "Frankfurt"
    dkim_tokens = ["one"]
  }

  expect_failures = [var.domain, var.zone_id, var.region, var.dkim_tokens]
}

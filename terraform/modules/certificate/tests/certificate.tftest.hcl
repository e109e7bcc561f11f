# What ACM asks for is known only to ACM.
mock_provider "aws" {
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
  domain_name = "api.example.com"
  zone_id     = "Z0123456789ABCDEFGHIJ"
}

run "record" {
  assert {
    condition = (
      aws_route53_record.proof.name == "_proof.api.example.com."
      && aws_route53_record.proof.records == toset(["_value.acm-validations.aws."])
    )
    error_message = "The record that proves the domain is not the one that ACM asks for."
  }

  assert {
    condition     = output.arn == "arn:aws:acm:eu-central-1:123456789012:certificate/1"
    error_message = "The output is not the certificate's ARN."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    domain_name = "https://api.example.com"
    zone_id     = "example.com"
  }

  expect_failures = [var.domain_name, var.zone_id]
}

# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_cloudfront_distribution" {
    defaults = {
      arn            = "arn:aws:cloudfront::123456789012:distribution/E1"
      domain_name    = "d1.cloudfront.net"
      hosted_zone_id = "Z2FDTNDATAQYW2"
    }
  }
}

mock_provider "aws" {
  alias = "global"

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/emporium-test/1" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:logs" }
  }

  mock_resource "aws_cloudwatch_log_delivery_destination" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:emporium-test-edge" }
  }

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      domain_validation_options = [{
        domain_name           = "shop.example.com"
        resource_record_name  = "_proof.shop.example.com."
        resource_record_type  = "CNAME"
        resource_record_value = "_value.acm-validations.aws."
      }]
    }
  }
}

variables {
  name               = "emporium-test"
  api_url            = "https://api123.execute-api.eu-central-1.amazonaws.com"
  log_retention_days = 7
}

run "the_firewall_is_in_front" {
  assert {
    condition = (
      aws_cloudfront_distribution.this.web_acl_id
      == "arn:aws:wafv2:us-east-1:123456789012:global/webacl/emporium-test/1"
    )
    error_message = "The firewall is not in front of the distribution."
  }

  assert {
    condition     = output.url == "https://d1.cloudfront.net"
    error_message = "Customers would not find the distribution at ${output.url}"
  }

  assert {
    condition = (
      aws_wafv2_web_acl_logging_configuration.this[0].resource_arn == aws_wafv2_web_acl.this[0].arn
      && aws_cloudwatch_log_delivery_source.access.resource_arn == aws_cloudfront_distribution.this.arn
    )
    error_message = "What was blocked, or who came, is not logged."
  }

  assert {
    condition = (
      length(aws_route53_record.this) == 0 && length(module.certificate) == 0
      && one(aws_cloudfront_distribution.this.viewer_certificate).cloudfront_default_certificate
    )
    error_message = "Without a domain, there is nothing to certify."
  }
}

run "a_name_of_its_own" {
  variables {
    domain = { name = "shop.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition = (
      aws_cloudfront_distribution.this.aliases == toset(["shop.example.com"])
      && output.url == "https://shop.example.com"
    )
    error_message = "The distribution does not answer to its name."
  }

  assert {
    condition = (
      one(aws_cloudfront_distribution.this.viewer_certificate).acm_certificate_arn
      == "arn:aws:acm:us-east-1:123456789012:certificate/1"
      && one(aws_cloudfront_distribution.this.viewer_certificate).minimum_protocol_version == "TLSv1.2_2021"
      && one(aws_cloudfront_distribution.this.viewer_certificate).ssl_support_method == "sni-only"
    )
    error_message = "The certificate is another one than us-east-1's, or old TLS is spoken."
  }

  assert {
    condition = (
      toset(keys(aws_route53_record.this)) == toset(["A", "AAAA"])
      && alltrue([
        for type, record in aws_route53_record.this : record.type == type && record.name == "shop.example.com"
        && record.zone_id == "Z0123456789ABCDEFGHIJ"
        && one(record.alias).name == "d1.cloudfront.net" && one(record.alias).zone_id == "Z2FDTNDATAQYW2"
      ])
    )
    error_message = "The name does not lead to the distribution by IPv4 and 6: ${jsonencode(aws_route53_record.this)}"
  }
}

# A plan of what is not there yet asks AWS nothing, so no account is needed.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "global"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name               = "emporium-test"
  api_url            = "https://api123.execute-api.eu-central-1.amazonaws.com"
  log_retention_days = 7
}

run "in_front_of_the_api" {
  command = plan

  assert {
    condition = (
      one(aws_cloudfront_distribution.this.origin).domain_name == "api123.execute-api.eu-central-1.amazonaws.com"
      && one(one(aws_cloudfront_distribution.this.origin).custom_origin_config).origin_protocol_policy == "https-only"
    )
    error_message = "The distribution does not lead to the API by TLS."
  }

  assert {
    condition = (
      one(aws_cloudfront_distribution.this.default_cache_behavior).viewer_protocol_policy == "https-only"
      && one(aws_cloudfront_distribution.this.default_cache_behavior).cache_policy_id == local.caching_disabled
    )
    error_message = "Tokens would travel in the clear, or one customer's order be shown to another."
  }

  assert {
    condition = toset([for rule in aws_wafv2_web_acl.this[0].rule : rule.name]) == toset([
      "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet",
      "rate-per-address",
    ])
    error_message = "The firewall has other rules than it should."
  }

  assert {
    condition = (
      aws_wafv2_web_acl.this[0].scope == "CLOUDFRONT"
      && startswith(aws_cloudwatch_log_group.firewall[0].name, "aws-waf-logs-")
    )
    error_message = "CloudFront does not take the web ACL, or WAF the log group."
  }
}

run "without_a_site_everything_is_the_apis" {
  command = plan

  assert {
    condition = (
      one(aws_cloudfront_distribution.this.default_cache_behavior).target_origin_id == "api"
      && length(aws_cloudfront_distribution.this.ordered_cache_behavior) == 0
      && length(one(aws_cloudfront_distribution.this.default_cache_behavior).function_association) == 0
      && length(aws_cloudfront_function.site) == 0
    )
    error_message = "There are pages that nobody asked for."
  }
}

run "without_a_site_buckets_are_served_all_the_same" {
  command = plan

  variables {
    served = { "/images" = "emporium-test-catalog-images-123456789012.s3.eu-central-1.amazonaws.com" }
  }

  assert {
    condition = (
      one(aws_cloudfront_distribution.this.ordered_cache_behavior).path_pattern == "/images/*"
      && one(aws_cloudfront_distribution.this.ordered_cache_behavior).target_origin_id == "bucket-images"
      && one(aws_cloudfront_distribution.this.default_cache_behavior).target_origin_id == "api"
      && length(aws_cloudfront_origin_access_control.buckets) == 1
    )
    error_message = "Pictures are seen only where there are pages."
  }
}

run "without_a_firewall" {
  command = plan

  variables {
    firewall = false
  }

  assert {
    condition = (
      length(aws_wafv2_web_acl.this) + length(aws_cloudwatch_log_group.firewall)
      + length(aws_wafv2_web_acl_logging_configuration.this) == 0
      && output.web_acl_arn == null && output.log_groups.firewall == null
    )
    error_message = "There is a firewall that nobody asked for, and it has a price."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    api_url              = "https://api.example.com/path"
    requests_per_address = 1
    price_class          = "PriceClass_1"
  }

  expect_failures = [var.api_url, var.requests_per_address, var.price_class]
}

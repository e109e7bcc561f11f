# Pages and API behind one name.

# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_cloudfront_distribution" {
    defaults = {
      arn            = "arn:aws:cloudfront::123456789012:distribution/E1"
      domain_name    = "d1.cloudfront.net"
      hosted_zone_id = "Z2FDTNDATAQYW2"
    }
  }

  mock_resource "aws_cloudfront_function" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:function/emporium-test-site" }
  }

  mock_resource "aws_cloudfront_origin_access_control" {
    defaults = { id = "E2OAC" }
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
}

variables {
  name               = "emporium-test"
  api_url            = "https://api123.execute-api.eu-central-1.amazonaws.com"
  log_retention_days = 7

  site = {
    bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
    files         = ["index.html", "404.html", "orders.html", "admin/index.html", "assets/js/shop.js", "config.json"]
    not_found     = "<!doctype html><p>There is no such page.</p>"
    connect_to    = ["https://emporium-test.auth.eu-central-1.amazoncognito.com"]
    routes = [
      "GET /products", "GET /products/{id}", "POST /orders", "GET /orders/{id}", "GET /availability",
      "PUT /stock/{sku}/shards",
    ]
  }
}

run "pages_by_default" {
  assert {
    condition = (
      one(aws_cloudfront_distribution.this.default_cache_behavior).target_origin_id == "site"
      && aws_cloudfront_distribution.this.default_root_object == "index.html"
      && one(aws_cloudfront_distribution.this.default_cache_behavior).allowed_methods == toset(["GET", "HEAD"])
      && one(aws_cloudfront_distribution.this.default_cache_behavior).viewer_protocol_policy == "redirect-to-https"
      && one(aws_cloudfront_distribution.this.default_cache_behavior).cache_policy_id == local.caching_optimized
      && one(aws_cloudfront_distribution.this.default_cache_behavior).response_headers_policy_id
      == aws_cloudfront_response_headers_policy.site[0].id
    )
    error_message = "Pages are not what CloudFront serves where the API has no routes."
  }

  assert {
    condition = {
      for origin in aws_cloudfront_distribution.this.origin :
      origin.origin_id => [origin.domain_name, origin.origin_access_control_id]
      if origin.origin_id == "site"
    } == { site = [var.site.bucket_domain, "E2OAC"] }
    error_message = "CloudFront does not sign what it reads of the bucket, which answers nobody else."
  }

  assert {
    condition = one(one(aws_cloudfront_distribution.this.default_cache_behavior).function_association) == {
      event_type = "viewer-request", function_arn = "arn:aws:cloudfront::123456789012:function/emporium-test-site"
    }
    error_message = "What is no page is asked of the bucket."
  }

  # It would be answered for the API's errors, too.
  assert {
    condition     = length(aws_cloudfront_distribution.this.custom_error_response) == 0
    error_message = "Answers of the API are replaced by a page."
  }
}

run "the_api_by_its_paths" {
  assert {
    condition = [for behavior in aws_cloudfront_distribution.this.ordered_cache_behavior : behavior.path_pattern] == [
      "/availability", "/orders", "/orders/*", "/products", "/products/*", "/stock/*",
    ]
    error_message = "A route does not lead to the API, or a page does: ${join(", ", local.api_paths)}"
  }

  assert {
    condition = alltrue([
      for behavior in aws_cloudfront_distribution.this.ordered_cache_behavior :
      behavior.target_origin_id == "api" && behavior.cache_policy_id == local.caching_disabled
      && behavior.origin_request_policy_id == local.all_viewer_except_host_header
      && behavior.viewer_protocol_policy == "https-only" && contains(behavior.allowed_methods, "POST")
      && behavior.response_headers_policy_id == aws_cloudfront_response_headers_policy.this.id
    ])
    error_message = "The API is reached otherwise than without pages, or its answers are kept."
  }
}

run "what_is_no_page" {
  assert {
    condition = alltrue([
      for text in [
        "const files = [\"/404.html\",\"/admin/index.html\",\"/assets/js/shop.js\",\"/config.json\",\"/index.html\",\"/orders.html\"];",
        "const notFound = ${jsonencode("<!doctype html><p>There is no such page.</p>")};",
      ] : strcontains(aws_cloudfront_function.site[0].code, text)
    ])
    error_message = "The function knows other files, or another page: ${aws_cloudfront_function.site[0].code}"
  }
}

run "what_pages_may_load" {
  assert {
    condition = one(one(
      aws_cloudfront_response_headers_policy.site[0].security_headers_config
      ).content_security_policy).content_security_policy == join("; ", [
      "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
      "connect-src 'self' https://emporium-test.auth.eu-central-1.amazoncognito.com",
      "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ])
    error_message = "Pages may load more, or less, than their own: ${local.policy}"
  }

  assert {
    condition = one(one(
      aws_cloudfront_response_headers_policy.this.security_headers_config
    ).content_security_policy).content_security_policy == "default-src 'none'; frame-ancestors 'none'"
    error_message = "An answer of the API may load something."
  }
}

run "what_everybody_may_read_of_a_bucket" {
  variables {
    served = { "/images" = "emporium-test-catalog-images-123456789012.s3.eu-central-1.amazonaws.com" }
  }

  assert {
    condition = {
      for origin in aws_cloudfront_distribution.this.origin :
      origin.origin_id => [origin.domain_name, origin.origin_access_control_id]
      if length(origin.custom_origin_config) == 0
      } == {
      site          = [var.site.bucket_domain, "E2OAC"]
      bucket-images = [var.served["/images"], "E2OAC"]
    }
    error_message = "CloudFront reads another bucket, or does not sign what it reads of it."
  }

  assert {
    condition = one([
      for behavior in aws_cloudfront_distribution.this.ordered_cache_behavior : [
        behavior.path_pattern, behavior.allowed_methods, behavior.cache_policy_id, behavior.viewer_protocol_policy,
        behavior.response_headers_policy_id, length(behavior.function_association),
      ] if behavior.target_origin_id == "bucket-images"
      ]) == [
      "/images/*", toset(["GET", "HEAD"]), local.caching_optimized, "redirect-to-https",
      aws_cloudfront_response_headers_policy.this.id, 0,
    ]
    error_message = "Objects are not kept, can be changed, or could load something."
  }
}

run "a_bucket_and_a_route_at_one_path_are_refused" {
  command = plan

  variables {
    served = { "/products" = "emporium-test-catalog-images-123456789012.s3.eu-central-1.amazonaws.com" }
  }

  expect_failures = [aws_cloudfront_distribution.this]
}

run "a_bucket_and_a_page_at_one_path_are_refused" {
  command = plan

  variables {
    served = { "/assets" = "emporium-test-catalog-images-123456789012.s3.eu-central-1.amazonaws.com" }
  }

  expect_failures = [aws_cloudfront_distribution.this]
}

run "with_stripes_form" {
  variables {
    site = {
      bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
      files         = ["index.html"]
      not_found     = "nothing"
      connect_to    = ["https://login.example.com"]
      stripe        = true
      routes        = ["GET /products"]
    }
  }

  assert {
    condition = one(one(
      aws_cloudfront_response_headers_policy.site[0].security_headers_config
      ).content_security_policy).content_security_policy == join("; ", [
      "default-src 'none'", "script-src 'self' https://js.stripe.com", "style-src 'self'", "img-src 'self' data:",
      "connect-src 'self' https://login.example.com https://api.stripe.com",
      "frame-src https://js.stripe.com https://hooks.stripe.com",
      "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ])
    error_message = "Stripe's form would not load, or more would: ${local.policy}"
  }
}

run "a_page_that_nobody_would_see_is_refused" {
  command = plan

  variables {
    site = {
      bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
      files         = ["index.html", "orders/help.html"]
      not_found     = "nothing"
      routes        = ["GET /orders/{id}"]
    }
  }

  expect_failures = [aws_cloudfront_distribution.this]
}

run "more_paths_than_cloudfront_has_are_refused" {
  command = plan

  variables {
    site = {
      bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
      files         = ["index.html"]
      not_found     = "nothing"
      routes        = [for number in range(25) : "GET /thing-${number}"]
    }
  }

  expect_failures = [aws_cloudfront_distribution.this]
}

run "a_page_that_makes_the_function_too_big_is_refused" {
  command = plan

  variables {
    site = {
      bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
      files         = ["index.html"]
      not_found     = join("", [for number in range(1000) : "<p>nothing</p>"])
      routes        = ["GET /products"]
    }
  }

  expect_failures = [aws_cloudfront_function.site]
}

run "bad_input_is_refused" {
  command = plan

  variables {
    site = {
      bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
      files         = ["index.html"]
      not_found     = "nothing"
      connect_to    = ["https://login.example.com; script-src *"]
      routes        = ["GET /{sku}"]
    }
    served = { "/" = "emporium-test-catalog-images-123456789012.s3.eu-central-1.amazonaws.com" }
  }

  expect_failures = [var.site, var.served]
}

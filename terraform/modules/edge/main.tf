locals {
  # Ids of policies that AWS manages, the same in every account.
  caching_disabled              = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer_except_host_header = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  caching_optimized             = "658327ea-f89d-4fab-a63d-7e88639e58f6" # keeps what says no-cache for a second

  api = {
    origin                  = "api"
    viewer_protocol_policy  = "https-only" # redirecting would first take a token in the clear
    allowed_methods         = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cache_policy            = local.caching_disabled
    origin_request_policy   = local.all_viewer_except_host_header # the API is found by its own name
    response_headers_policy = aws_cloudfront_response_headers_policy.this.id
    function                = null
  }

  # By path pattern, the origin of what everybody may read of a bucket. Keys begin like the path.
  served_paths = { for path in keys(var.served) : "${path}/*" => "bucket-${trimprefix(path, "/")}" }

  # What no other behaviour serves: pages, or without any the API.
  default = var.site == null ? local.api : {
    origin                  = "site"
    viewer_protocol_policy  = "redirect-to-https" # there is nothing to give away yet
    allowed_methods         = ["GET", "HEAD"]
    cache_policy            = local.caching_optimized
    origin_request_policy   = null
    response_headers_policy = aws_cloudfront_response_headers_policy.site[0].id
    function                = aws_cloudfront_function.site[0].arn
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:All but preload, which is a promise for a whole domain and not an API's to make.
  name    = var.name
  comment = "For answers of an API, and for what is no page: TLS only, not sniffed, not framed."

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000 # a year
      include_subdomains         = true
      override                   = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    content_security_policy {
      content_security_policy = "default-src 'none'; frame-ancestors 'none'"
      override                = true
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:Access logs are delivered by aws_cloudwatch_log_delivery, which this check does not know.
  #checkov:skip=CKV_AWS_310:There is one API, in one region: nothing to fail over to.
  #checkov:skip=CKV_AWS_374:The shop sells everywhere.
  #checkov:skip=CKV2_AWS_32:Every behaviour has one, by way of a local value that the check does not read.
  #checkov:skip=CKV2_AWS_47:KnownBadInputsRuleSet is there, in a dynamic block that the check does not read.
  #checkov:skip=CKV2_AWS_42:Without a domain of its own, the distribution has CloudFront's certificate.
  comment         = var.name
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  web_acl_id      = one(aws_wafv2_web_acl.this[*].arn)
  aliases         = var.domain == null ? [] : [var.domain.name]

  default_root_object = var.site == null ? null : "index.html"

  origin {
    origin_id   = local.api.origin
    domain_name = trimprefix(var.api_url, "https://")

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = 35 # longer than the API takes at most
      origin_keepalive_timeout = 60
    }
  }

  dynamic "origin" {
    for_each = var.site == null ? [] : [var.site]

    content {
      origin_id                = local.default.origin
      domain_name              = origin.value.bucket_domain
      origin_access_control_id = aws_cloudfront_origin_access_control.buckets[0].id
    }
  }

  dynamic "origin" {
    for_each = var.served

    content {
      origin_id                = local.served_paths["${origin.key}/*"]
      domain_name              = origin.value
      origin_access_control_id = aws_cloudfront_origin_access_control.buckets[0].id
    }
  }

  default_cache_behavior {
    target_origin_id           = local.default.origin
    viewer_protocol_policy     = local.default.viewer_protocol_policy
    allowed_methods            = local.default.allowed_methods
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.default.cache_policy
    origin_request_policy_id   = local.default.origin_request_policy
    response_headers_policy_id = local.default.response_headers_policy

    dynamic "function_association" {
      for_each = var.site == null ? [] : [local.default.function]

      content {
        event_type   = "viewer-request"
        function_arn = function_association.value
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = var.site == null ? [] : local.api_paths

    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = local.api.origin
      viewer_protocol_policy     = local.api.viewer_protocol_policy
      allowed_methods            = local.api.allowed_methods
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = local.api.cache_policy
      origin_request_policy_id   = local.api.origin_request_policy
      response_headers_policy_id = local.api.response_headers_policy
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.served_paths

    content {
      path_pattern               = ordered_cache_behavior.key
      target_origin_id           = ordered_cache_behavior.value
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = local.caching_optimized # as long as each object says, up to a year
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = var.domain == null ? null : module.certificate[0].arn
    ssl_support_method             = var.domain == null ? null : "sni-only"
    # CloudFront's own certificate comes with TLSv1 whatever is asked for.
    minimum_protocol_version = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
  }

  lifecycle {
    precondition {
      condition     = length(local.api_paths) + length(var.served) + 1 <= local.behaviors
      error_message = <<-EOT
        The API has ${length(local.api_paths)} path patterns, buckets have ${length(var.served)}, and the pages need one
        behaviour: CloudFront has ${local.behaviors} for a distribution, unless AWS raised the account's quota. Put new
        routes below a first segment that is there already.
      EOT
    }

    precondition {
      condition     = length(local.shadowed) == 0
      error_message = <<-EOT
        The API or a bucket answers at these paths, so that nobody would ever see the files:
        ${join(", ", local.shadowed)}. Call them otherwise.
      EOT
    }

    precondition {
      condition     = length(local.contested) == 0
      error_message = "Both the API and a bucket would answer below ${join(", ", local.contested)}: rename one of them."
    }
  }
}

module "certificate" {
  source = "../certificate"
  count  = var.domain == null ? 0 : 1

  providers = {
    aws = aws.global
  }

  domain_name = var.domain.name
  zone_id     = var.domain.zone_id
}

resource "aws_route53_record" "this" {
  for_each = var.domain == null ? [] : toset(["A", "AAAA"])

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}

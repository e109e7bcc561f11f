# The pages in front of the API: one host for both, so that a page asks nobody for leave to call the API.

locals {
  behaviors = 25 # for a distribution, by default (CloudFront, "Quotas")

  # First segments of the API's routes. /orders and what is below it are the API's; /orders.html is a page.
  api_routes   = var.site == null ? toset([]) : var.site.routes
  api_segments = distinct(sort([for route in local.api_routes : split("/", route)[1]]))
  api_paths = flatten([
    for segment in local.api_segments : concat(
      anytrue([for route in local.api_routes : endswith(route, " /${segment}")]) ? ["/${segment}"] : [],
      anytrue([for route in local.api_routes : strcontains(route, " /${segment}/")]) ? ["/${segment}/*"] : [],
    )
  ])

  served_segments = [for path in keys(var.served) : trimprefix(path, "/")]
  contested       = setintersection(local.api_segments, local.served_segments)
  shadowed = var.site == null ? [] : sort([
    for file in var.site.files : file
    if contains(concat(local.api_segments, local.served_segments), split("/", file)[0])
  ])

  # Stripe's form is a frame of theirs that a script of theirs makes (Stripe, "Integration security guide").
  stripe = try(var.site.stripe, false)
  policy = var.site == null ? "" : join("; ", concat(
    [
      "default-src 'none'",
      join(" ", concat(["script-src 'self'"], local.stripe ? ["https://js.stripe.com"] : [])),
      "style-src 'self'",
      "img-src 'self' data:",
      join(" ", concat(
        ["connect-src 'self'"], var.site.connect_to, local.stripe ? ["https://api.stripe.com"] : []
      )),
    ],
    local.stripe ? ["frame-src https://js.stripe.com https://hooks.stripe.com"] : [],
    [
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ],
  ))

  # What is nowhere is answered without the bucket, which would say 403 in XML. A custom error page of the distribution
  # would be answered for the API's errors, too.
  function = var.site == null ? "" : templatefile("${path.module}/site.js.tftpl", {
    files     = jsonencode([for file in sort(var.site.files) : "/${file}"])
    not_found = jsonencode(var.site.not_found)
    policy    = jsonencode(local.policy)
  })
}

resource "aws_cloudfront_origin_access_control" "buckets" {
  count = var.site == null && length(var.served) == 0 ? 0 : 1

  name                              = "${var.name}-buckets"
  description                       = "Signs what is read of buckets."
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "site" {
  count = var.site == null ? 0 : 1

  name    = "${var.name}-site"
  comment = "Finds a folder's page, and answers 404, with a page, for what is no file of the site."
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = local.function

  lifecycle {
    precondition {
      # Base64 has four letters for three bytes.
      condition     = length(base64encode(local.function)) * 3 / 4 <= 10240
      error_message = <<-EOT
        CloudFront takes functions of 10 kB. With the names of all files and the page for what is not there, this has
        ${length(base64encode(local.function)) * 3 / 4} bytes. Make 404.html shorter.
      EOT
    }
  }
}

# The same as scripts/shop/src/storefront.rs has for the local cloud.
resource "aws_cloudfront_response_headers_policy" "site" {
  #checkov:skip=CKV_AWS_259:All but preload, which is a promise for a whole domain and not one host's to make.
  count = var.site == null ? 0 : 1

  name    = "${var.name}-site"
  comment = "For pages: TLS only, not sniffed, not framed, and no script but the shop's own."

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
      referrer_policy = "strict-origin-when-cross-origin"
      override        = true
    }

    content_security_policy {
      content_security_policy = local.policy
      override                = true
    }
  }

  custom_headers_config {
    items {
      header   = "permissions-policy"
      value    = "camera=(), geolocation=(), microphone=()"
      override = true
    }

    items {
      header   = "cross-origin-opener-policy"
      value    = "same-origin"
      override = true
    }
  }
}

# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = {
      bucket_regional_domain_name = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name          = "emporium-test-storefront-123456789012"
  folder        = "tests/fixture/pages"
  distributions = { site = "arn:aws:cloudfront::123456789012:distribution/E1" }
  login = {
    client_id     = "client12345"
    authorize_url = "https://login.example.com/oauth2/authorize"
    token_url     = "https://login.example.com/oauth2/token"
    revoke_url    = "https://login.example.com/oauth2/revoke"
    logout_url    = "https://login.example.com/logout"
    scopes        = "openid email shop/customer"
  }
}

run "pages" {
  assert {
    condition = { for key, object in aws_s3_object.page : key => [object.content_type, object.cache_control] } == {
      "404.html"          = ["text/html; charset=utf-8", "no-cache"]
      "assets/js/shop.js" = ["text/javascript; charset=utf-8", "public, max-age=60, must-revalidate"]
      "assets/shop.css"   = ["text/css; charset=utf-8", "public, max-age=60, must-revalidate"]
      "index.html"        = ["text/html; charset=utf-8", "no-cache"]
    }
    error_message = "Pages are missing, too many, of another type, or kept for too long."
  }

  assert {
    condition = alltrue([
      for key, object in aws_s3_object.page :
      object.source == "tests/fixture/pages/${key}" && object.source_hash == filesha256("tests/fixture/pages/${key}")
    ])
    error_message = "A page is another file, or a changed one would stay as it was."
  }

  assert {
    condition = output.site == {
      bucket_domain = "emporium-test-storefront-123456789012.s3.eu-central-1.amazonaws.com"
      files         = toset(["404.html", "assets/js/shop.js", "assets/shop.css", "config.json", "index.html"])
      not_found     = file("tests/fixture/pages/404.html")
    }
    error_message = "CloudFront is told of another bucket or other files: ${jsonencode(output.site)}"
  }
}

run "config" {
  assert {
    condition = jsondecode(aws_s3_object.config.content) == {
      client_id              = "client12345"
      authorize_url          = "https://login.example.com/oauth2/authorize"
      token_url              = "https://login.example.com/oauth2/token"
      revoke_url             = "https://login.example.com/oauth2/revoke"
      logout_url             = "https://login.example.com/logout"
      scopes                 = "openid email shop/customer"
      stripe_publishable_key = null
      local                  = false
    }
    error_message = "Pages would read something else: ${aws_s3_object.config.content}"
  }

  assert {
    condition = (
      aws_s3_object.config.key == "config.json" && aws_s3_object.config.content_type == "application/json"
      && aws_s3_object.config.cache_control == "no-cache"
    )
    error_message = "Pages would not find it, or an old one."
  }
}

run "with_stripes_form" {
  variables {
    stripe_publishable_key = "pk_test_1"
  }

  assert {
    condition     = jsondecode(aws_s3_object.config.content).stripe_publishable_key == "pk_test_1"
    error_message = "Pages would not have Stripe's form."
  }
}

run "a_secret_key_is_refused" {
  command = plan

  variables {
    stripe_publishable_key = "sk_test_1"
  }

  expect_failures = [var.stripe_publishable_key]
}

run "a_folder_without_pages_is_refused" {
  command = plan

  variables {
    folder = "tests/fixture"
  }

  expect_failures = [var.folder]
}

run "a_file_of_an_unknown_type_is_refused" {
  command = plan

  variables {
    folder = "tests/fixture/odd"
  }

  expect_failures = [aws_s3_object.page]
}

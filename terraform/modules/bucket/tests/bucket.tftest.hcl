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
  name                = "emporium-test-failed-records-123456789012"
  key_arn             = "arn:aws:kms:eu-central-1:123456789012:key/1"
  expire_days         = 90
  deletion_protection = false
}

run "closed" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "The bucket could be opened to the public."
  }

  assert {
    condition = one(
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default
      ) == {
      kms_master_key_id = "arn:aws:kms:eu-central-1:123456789012:key/1"
      sse_algorithm     = "aws:kms"
    }
    error_message = "Objects are not encrypted with the key."
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.this.policy).Statement == [{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Action    = "s3:*"
      Principal = "*"
      Resource = [
        "arn:aws:s3:::emporium-test-failed-records-123456789012/*",
        "arn:aws:s3:::emporium-test-failed-records-123456789012",
      ]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "The bucket answers without TLS."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "What is overwritten is lost."
  }

  assert {
    condition = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      one(rule.expiration).days if rule.id == "old-objects"
    ] == [90]
    error_message = "Objects do not go after the days that were asked for."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy
    error_message = "Without protection, destroy has to empty the bucket."
  }
}

run "protected" {
  command = plan

  variables {
    deletion_protection = true
    expire_days         = null
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "Destroy would empty a protected bucket."
  }

  assert {
    condition     = !contains(aws_s3_bucket_lifecycle_configuration.this.rule[*].id, "old-objects")
    error_message = "Objects that should be kept are deleted."
  }
}

run "for_a_distribution" {
  command = plan

  variables {
    key_arn       = null
    distributions = { site = "arn:aws:cloudfront::123456789012:distribution/E1" }
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement if statement.Effect == "Allow"
      ]) == {
      Sid       = "DistributionSite"
      Effect    = "Allow"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::emporium-test-failed-records-123456789012/*"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/E1" } }
    }
    error_message = "Others than the distribution may read, or it may do more than read."
  }

  assert {
    condition = one(one(
      aws_s3_bucket_server_side_encryption_configuration.this.rule
    ).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Without a key, objects are encrypted with S3's own."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "A bucket that CloudFront reads is as closed as any."
  }
}

run "nobody_uploads_and_nobody_is_told_by_default" {
  command = plan

  assert {
    condition     = length(aws_s3_bucket_cors_configuration.this) + length(aws_s3_bucket_notification.this) == 0
    error_message = "A page may put something here, or somebody is told of what others do."
  }
}

run "for_uploads" {
  command = plan

  variables {
    upload_origins = ["https://shop.example.com", "http://localhost:4580"]
    queue_arn      = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-catalog-uploaded-images"
  }

  assert {
    condition = [
      for rule in one(aws_s3_bucket_cors_configuration.this).cors_rule :
      [rule.allowed_origins, rule.allowed_methods, rule.allowed_headers]
    ] == [[toset(["https://shop.example.com", "http://localhost:4580"]), toset(["PUT"]), toset(["content-type"])]]
    error_message = jsonencode(aws_s3_bucket_cors_configuration.this)
  }

  assert {
    condition = (
      one(one(aws_s3_bucket_notification.this).queue).queue_arn
      == "arn:aws:sqs:eu-central-1:123456789012:emporium-test-catalog-uploaded-images"
      && one(one(aws_s3_bucket_notification.this).queue).events == toset(["s3:ObjectCreated:*"])
    )
    error_message = jsonencode(aws_s3_bucket_notification.this)
  }

  assert {
    condition     = length(jsondecode(aws_s3_bucket_policy.this.policy).Statement) == 1
    error_message = "Uploads are somebody's by the bucket's policy, and not by a signature."
  }
}

run "uploads_from_anywhere_are_refused" {
  command = plan

  variables {
    upload_origins = ["https://*"]
    queue_arn      = "emporium-test-catalog-uploaded-images"
  }

  expect_failures = [var.upload_origins, var.queue_arn]
}

run "a_distribution_is_named_by_its_arn" {
  command = plan

  variables {
    distributions = { "The Site" = "d1.cloudfront.net" }
  }

  expect_failures = [var.distributions]
}

run "a_bad_name_is_refused" {
  command = plan

  variables {
    name = "Emporium"
  }

  expect_failures = [var.name]
}

run "no_days_are_refused" {
  command = plan

  variables {
    expire_days     = 0
    noncurrent_days = 0
  }

  expect_failures = [var.expire_days, var.noncurrent_days]
}

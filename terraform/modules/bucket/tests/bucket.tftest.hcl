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

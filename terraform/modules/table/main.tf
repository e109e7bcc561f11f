data "aws_partition" "current" {}

locals {
  arn = "arn:${data.aws_partition.current.partition}:dynamodb:${var.region}:${var.account}:table/${var.name}"

  keys       = concat([var.key], values(var.indexes))
  attributes = toset(compact(flatten([for key in local.keys : [key.hash, key.range]])))
}

resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV2_AWS_16:The table is billed per request: there is no capacity to scale.
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.key.hash
  range_key                   = var.key.range
  deletion_protection_enabled = var.deletion_protection

  stream_enabled   = var.stream
  stream_view_type = var.stream ? "NEW_AND_OLD_IMAGES" : null

  dynamic "attribute" {
    for_each = local.attributes

    content {
      name = attribute.value
      type = "S"
    }
  }

  # Keys only: what an index finds is read from the table, and a write to an item costs the index nothing.
  dynamic "global_secondary_index" {
    for_each = var.indexes

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash
      range_key       = global_secondary_index.value.range
      projection_type = "KEYS_ONLY"

      # An index that cannot keep up holds the table's writes back.
      dynamic "warm_throughput" {
        for_each = var.warm_throughput == null ? [] : [var.warm_throughput]

        content {
          read_units_per_second  = warm_throughput.value.read
          write_units_per_second = warm_throughput.value.write
        }
      }
    }
  }

  dynamic "warm_throughput" {
    for_each = var.warm_throughput == null ? [] : [var.warm_throughput]

    content {
      read_units_per_second  = warm_throughput.value.read
      write_units_per_second = warm_throughput.value.write
    }
  }

  dynamic "ttl" {
    for_each = var.ttl == null ? [] : [var.ttl]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  point_in_time_recovery {
    enabled                 = var.point_in_time_recovery_days > 0
    recovery_period_in_days = var.point_in_time_recovery_days > 0 ? var.point_in_time_recovery_days : null
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }
}

# DynamoDB's endpoints also answer without TLS.
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["dynamodb:*"]
    resources = [local.arn, "${local.arn}/index/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_dynamodb_resource_policy" "this" {
  resource_arn = aws_dynamodb_table.this.arn
  policy       = data.aws_iam_policy_document.this.json
}

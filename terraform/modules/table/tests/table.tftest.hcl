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
  name                        = "emporium-test-orders-orders"
  region                      = "eu-central-1"
  account                     = "123456789012"
  key                         = { hash = "order_id" }
  indexes                     = { by-customer = { hash = "customer_id", range = "created_at" } }
  stream                      = true
  point_in_time_recovery_days = 35
  deletion_protection         = true
  key_arn                     = "arn:aws:kms:eu-central-1:123456789012:key/stage"
}

run "keys_are_strings_and_the_index_holds_keys_only" {
  command = plan

  assert {
    condition = (
      aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
      && aws_dynamodb_table.this.hash_key == "order_id"
    )
    error_message = "The table is not billed per request, or has another key."
  }

  assert {
    condition = { for attribute in aws_dynamodb_table.this.attribute : attribute.name => attribute.type } == {
      order_id = "S", customer_id = "S", created_at = "S"
    }
    error_message = "The attributes are not the keys, as strings."
  }

  assert {
    condition = [
      for index in aws_dynamodb_table.this.global_secondary_index :
      "${index.name} ${index.hash_key} ${index.range_key} ${index.projection_type}"
    ] == ["by-customer customer_id created_at KEYS_ONLY"]
    error_message = "The index is another one."
  }
}

# An item without an index's key is not in it, so that one attribute may put few of many items into an index. An index may
# have the table's own partition key, in another order.
run "several_indexes_share_attributes" {
  command = plan

  variables {
    key = { hash = "sku", range = "adjustment_id" }
    indexes = {
      by-time      = { hash = "sku", range = "at" }
      by-attention = { hash = "attention", range = "at" }
    }
  }

  assert {
    condition = { for attribute in aws_dynamodb_table.this.attribute : attribute.name => attribute.type } == {
      sku = "S", adjustment_id = "S", at = "S", attention = "S"
    }
    error_message = "An attribute is missing, there twice, or no key's."
  }

  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index : index.name => [index.hash_key, index.range_key]
    } == { by-time = ["sku", "at"], by-attention = ["attention", "at"] }
    error_message = jsonencode(aws_dynamodb_table.this.global_secondary_index)
  }
}

run "it_is_protected" {
  command = plan

  assert {
    condition = (
      aws_dynamodb_table.this.deletion_protection_enabled
      && aws_dynamodb_table.this.point_in_time_recovery[0].enabled
      && aws_dynamodb_table.this.point_in_time_recovery[0].recovery_period_in_days == 35
    )
    error_message = "The table can be deleted, or not restored for 35 days."
  }

  assert {
    condition = (
      aws_dynamodb_table.this.server_side_encryption[0].enabled
      && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.key_arn
    )
    error_message = "The table is not encrypted with the stage's key."
  }

  assert {
    condition = jsondecode(aws_dynamodb_resource_policy.this.policy).Statement == [{
      Sid    = "OnlyOverTls"
      Effect = "Deny"
      Action = "dynamodb:*"
      Resource = [
        "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-orders-orders/index/*",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-orders-orders",
      ]
      Principal = { AWS = "*" }
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "The policy is ${aws_dynamodb_resource_policy.this.policy}"
  }
}

run "the_stream_shows_both_images" {
  command = plan

  assert {
    condition = (
      aws_dynamodb_table.this.stream_enabled && aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES"
    )
    error_message = "There is no stream of both images."
  }
}

run "a_plain_table_has_none_of_it" {
  command = plan

  variables {
    key                         = { hash = "order_id", range = "sku" }
    indexes                     = {}
    stream                      = false
    ttl                         = "forget_at"
    point_in_time_recovery_days = 0
    deletion_protection         = false
  }

  assert {
    condition = (
      !aws_dynamodb_table.this.stream_enabled && output.stream_arn == null
      && !aws_dynamodb_table.this.deletion_protection_enabled
      && !aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    )
    error_message = "Something is on that was not asked for."
  }

  assert {
    condition = (
      aws_dynamodb_table.this.range_key == "sku"
      && aws_dynamodb_table.this.ttl[0].attribute_name == "forget_at"
    )
    error_message = "The sort key or the TTL is missing."
  }
}

run "it_is_as_warm_as_dynamodb_makes_it" {
  command = plan

  assert {
    condition = (
      length(aws_dynamodb_table.this.warm_throughput) == 0 && output.warm_throughput == null
      && alltrue([for index in aws_dynamodb_table.this.global_secondary_index : length(index.warm_throughput) == 0])
    )
    error_message = "Warm throughput is paid for that nobody asked for."
  }
}

run "it_is_warmed_with_its_indexes" {
  command = plan

  variables {
    warm_throughput = { read = 12000, write = 20000 }
  }

  assert {
    condition = [
      for warm in concat(
        aws_dynamodb_table.this.warm_throughput,
        flatten([for index in aws_dynamodb_table.this.global_secondary_index : index.warm_throughput]),
      ) : [warm.read_units_per_second, warm.write_units_per_second]
    ] == [[12000, 20000], [12000, 20000]]
    error_message = "The table or its index is not as warm as it should be."
  }
}

run "less_to_read_than_a_new_table_has_is_refused" {
  command = plan

  variables {
    warm_throughput = { read = 11999, write = 4000 }
  }

  expect_failures = [var.warm_throughput]
}

run "less_to_write_than_a_new_table_has_is_refused" {
  command = plan

  variables {
    warm_throughput = { read = 12000, write = 3999 }
  }

  expect_failures = [var.warm_throughput]
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name                        = "o"
    region                      = "Frankfurt"
    account                     = "emporium"
    point_in_time_recovery_days = 36
    key_arn                     = "alias/emporium-test"
  }

  expect_failures = [var.name, var.region, var.account, var.point_in_time_recovery_days, var.key_arn]
}

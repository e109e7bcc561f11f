# What only AWS knows, made up.
mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = {
      arn        = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-orders-orders"
      stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-orders-orders/stream/2026"
    }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  name                        = "emporium-test-orders-orders"
  region                      = "eu-central-1"
  account                     = "123456789012"
  key                         = { hash = "order_id" }
  point_in_time_recovery_days = 0
  deletion_protection         = false
  key_arn                     = "arn:aws:kms:eu-central-1:123456789012:key/stage"
}

run "the_stream_is_that_of_the_table" {
  variables {
    stream = true
  }

  assert {
    condition     = endswith(output.stream_arn, ":table/emporium-test-orders-orders/stream/2026")
    error_message = "The output is not the stream's ARN: ${output.stream_arn}"
  }
}

run "without_a_stream_there_is_no_arn" {
  assert {
    condition     = output.stream_arn == null
    error_message = "The output names a stream that is not there."
  }

  assert {
    condition     = length(aws_dynamodb_table.this.global_secondary_index) == 0
    error_message = "There is an index that nobody asked for."
  }
}

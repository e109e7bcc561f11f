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
  topic_arn       = "arn:aws:sns:eu-central-1:123456789012:emporium-test-orders-order-events"
  queue_arn       = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-notifications-order-mails"
  dead_letter_arn = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-notifications-order-mails-dead"
  types           = ["shop.order.confirmed.v1", "shop.order.cancelled.v1"]
}

run "the_queue_gets_the_event_itself_by_type" {
  command = plan

  assert {
    condition = (
      aws_sns_topic_subscription.this.protocol == "sqs" && aws_sns_topic_subscription.this.raw_message_delivery
      && aws_sns_topic_subscription.this.filter_policy_scope == "MessageAttributes"
    )
    error_message = "Delivery is not raw, or filters look at something else than attributes."
  }

  assert {
    condition = jsondecode(aws_sns_topic_subscription.this.filter_policy) == {
      type = ["shop.order.confirmed.v1", "shop.order.cancelled.v1"]
    }
    error_message = "The filter is ${aws_sns_topic_subscription.this.filter_policy}"
  }

  assert {
    condition = jsondecode(aws_sns_topic_subscription.this.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-notifications-order-mails-dead"
    }
    error_message = "What cannot be delivered is lost."
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    topic_arn       = "orders/order-events"
    queue_arn       = "https://sqs.eu-central-1.amazonaws.com/123456789012/order-mails"
    dead_letter_arn = "order-mails-dead"
    types           = []
  }

  expect_failures = [var.topic_arn, var.queue_arn, var.dead_letter_arn, var.types]
}

resource "aws_sns_topic_subscription" "this" {
  topic_arn            = var.topic_arn
  protocol             = "sqs"
  endpoint             = var.queue_arn
  raw_message_delivery = true # a message is the event itself

  filter_policy       = jsonencode({ type = var.types })
  filter_policy_scope = "MessageAttributes"

  # SNS does not try again after an error of the client, such as a queue policy that forbids the topic.
  redrive_policy = jsonencode({ deadLetterTargetArn = var.dead_letter_arn })
}

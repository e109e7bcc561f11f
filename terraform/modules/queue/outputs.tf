output "name" {
  description = "The queue's full name."
  value       = aws_sqs_queue.this.name
}

output "arn" {
  description = "The queue's ARN."
  value       = local.arn

  # A consumer or a subscription that waits for the ARN waits for the queue and its policy.
  depends_on = [aws_sqs_queue_policy.this]
}

output "url" {
  description = "The queue's URL."
  value       = aws_sqs_queue.this.url
}

output "dead_letter_name" {
  description = "The dead-letter queue's full name."
  value       = aws_sqs_queue.dead.name
}

output "dead_letter_arn" {
  description = "The dead-letter queue's ARN."
  value       = local.dead_letter_arn

  depends_on = [aws_sqs_queue_policy.this]
}

output "dead_letter_url" {
  description = "The dead-letter queue's URL."
  value       = aws_sqs_queue.dead.url
}

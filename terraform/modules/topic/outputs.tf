output "arn" {
  description = "The topic's ARN."
  value       = local.arn

  # Whoever waits for the ARN waits for the topic and its policy.
  depends_on = [aws_sns_topic_policy.this]
}

output "name" {
  description = "The topic's full name."
  value       = aws_sns_topic.this.name
}

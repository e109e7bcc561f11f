output "arn" {
  description = "The topic's ARN."
  value       = aws_sns_topic.this.arn

  # Whoever publishes to the ARN is allowed to.
  depends_on = [aws_sns_topic_policy.this]
}

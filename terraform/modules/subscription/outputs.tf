output "arn" {
  description = "The subscription's ARN."
  value       = aws_sns_topic_subscription.this.arn
}

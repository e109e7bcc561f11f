output "arn" {
  description = "The topic's ARN."
  value       = aws_sns_topic.this.arn
}

output "name" {
  description = "The topic's full name."
  value       = aws_sns_topic.this.name
}

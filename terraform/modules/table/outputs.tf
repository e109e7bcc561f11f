output "name" {
  description = "The table's full name."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "The table's ARN."
  value       = local.arn

  depends_on = [aws_dynamodb_table.this]
}

output "warm_throughput" {
  description = "Units a second that it was asked to take at once; null for what DynamoDB gives by itself."
  value       = var.warm_throughput
}

output "stream_arn" {
  description = "The stream's ARN; null if there is no stream."
  value       = var.stream ? aws_dynamodb_table.this.stream_arn : null
}

output "name" {
  description = "The table's full name."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "The table's ARN."
  value       = local.arn

  depends_on = [aws_dynamodb_table.this]
}

output "stream_arn" {
  description = "The stream's ARN; null if there is no stream."
  value       = var.stream ? aws_dynamodb_table.this.stream_arn : null
}

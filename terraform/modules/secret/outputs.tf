output "name" {
  description = "The secret's full name."
  value       = aws_secretsmanager_secret.this.name
}

output "arn" {
  description = "The secret's ARN, with the ending that AWS gave it."
  value       = aws_secretsmanager_secret.this.arn

  # A function that waits for the ARN finds a value.
  depends_on = [aws_secretsmanager_secret_version.this]
}

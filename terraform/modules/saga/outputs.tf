output "name" {
  description = "The state machine's full name."
  value       = aws_sfn_state_machine.this.name
}

output "arn" {
  description = "The state machine's ARN."
  value       = local.arn

  depends_on = [aws_sfn_state_machine.this]
}

output "type" {
  description = "EXPRESS or STANDARD."
  value       = aws_sfn_state_machine.this.type
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

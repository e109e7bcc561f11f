output "arn" {
  description = "The schedule's ARN."
  value       = aws_scheduler_schedule.this.arn
}

output "target_arn" {
  description = "ARN of what is invoked."
  value       = aws_scheduler_schedule.this.target[0].arn
}

output "dead_letter_name" {
  description = "Name of the queue for invocations that could not be made."
  value       = aws_sqs_queue.dead.name
}

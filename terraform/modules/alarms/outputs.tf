output "names" {
  description = "Names of the alarms, by their keys."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.alarm_name }
}

output "arns" {
  description = "ARNs of the alarms, by their keys."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn }
}

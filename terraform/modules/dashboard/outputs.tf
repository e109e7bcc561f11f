output "url" {
  description = "Where the dashboard is in the console."
  value = join("", [
    "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}",
    "#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}",
  ])
}

output "body" {
  description = "The dashboard itself, as JSON."
  value       = aws_cloudwatch_dashboard.this.dashboard_body
}

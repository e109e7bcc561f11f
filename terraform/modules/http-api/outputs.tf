output "id" {
  description = "The API's id."
  value       = aws_apigatewayv2_api.this.id
}

output "url" {
  description = "Where the API answers, without a slash at the end."
  value       = var.domain == null ? aws_apigatewayv2_api.this.api_endpoint : "https://${var.domain.name}"

  # Before its route, its permission and its stage are there, it answers 404 or 500.
  depends_on = [
    aws_apigatewayv2_api_mapping.this,
    aws_apigatewayv2_stage.default,
    aws_lambda_permission.route,
    aws_route53_record.this,
  ]
}

output "origin_url" {
  description = "The same, but known before the API has routes: for CloudFront, whose address may be part of them."
  value       = var.domain == null ? aws_apigatewayv2_api.this.api_endpoint : "https://${var.domain.name}"
}

output "log_group" {
  description = "The log group of the access logs."
  value       = aws_cloudwatch_log_group.access.name
}

output "alarms" {
  description = "Names of the API's alarms."
  value       = values(module.alarms.names)
}

output "alarm_arns" {
  description = "ARNs of the API's alarms."
  value       = values(module.alarms.arns)
}

output "routes" {
  description = "The routes, each with the scope that a token needs, or null if it needs none."
  value = {
    for key, route in aws_apigatewayv2_route.this : key => try(one(route.authorization_scopes), null)
  }
}

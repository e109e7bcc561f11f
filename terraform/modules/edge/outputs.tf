output "url" {
  description = "Where customers reach the pages and the API, without a slash at the end."
  value       = "https://${var.domain == null ? aws_cloudfront_distribution.this.domain_name : var.domain.name}"
}

output "distribution_id" {
  description = "The distribution's id."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "The distribution's ARN, by which the bucket of the pages knows it."
  value       = aws_cloudfront_distribution.this.arn
}

output "web_acl_arn" {
  description = "ARN of the web ACL; null without a firewall."
  value       = one(aws_wafv2_web_acl.this[*].arn)
}

output "log_groups" {
  description = "The log groups in us-east-1: of CloudFront's accesses, and of what a firewall blocked."
  value = {
    access   = aws_cloudwatch_log_group.access.name
    firewall = one(aws_cloudwatch_log_group.firewall[*].name)
  }
}

output "api_paths" {
  description = "Paths that lead to the API, where there are pages; without pages, all do."
  value       = local.api_paths
}

output "served" {
  description = "Hosts of the buckets of which everybody may read, by path."
  value       = var.served
}

output "content_security_policy" {
  description = "What pages may load and whom they may talk with, as browsers are told; empty without pages."
  value       = local.policy
}

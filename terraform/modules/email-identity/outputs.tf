output "sender" {
  description = "What sends: the address, the identity that it belongs to, and the configuration set."
  value = {
    address               = var.sender
    identity_arn          = local.identity_arn
    configuration_set_arn = local.configuration_set_arn
  }

  depends_on = [aws_sesv2_email_identity.this]
}

output "identity" {
  description = "The identity: a domain or an address."
  value       = aws_sesv2_email_identity.this.email_identity
}

output "dkim_records" {
  description = "CNAME records that a domain needs, by name, if its DNS is not in Route 53; empty for an address."
  value = var.domain == null ? tomap({}) : tomap({
    for token in local.dkim_tokens : "${token}._domainkey.${var.domain}" => "${token}.dkim.amazonses.com"
  })
}

output "feedback_topic_arn" {
  description = "ARN of the topic that hears of bounces, complaints, rejections and delays."
  value       = module.feedback.arn
}

output "alarms" {
  description = "Names of the alarms."
  value       = values(module.alarms.names)
}

output "alarm_arns" {
  description = "ARNs of the alarms."
  value       = values(module.alarms.arns)
}

output "verified" {
  description = "Whether SES sends for the identity: whether it was verified when Terraform last looked."
  value       = coalesce(aws_sesv2_email_identity.this.verified_for_sending_status, false)
}

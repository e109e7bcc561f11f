output "mail_from" {
  description = "The name that bounces go to."
  value       = aws_sesv2_email_identity_mail_from_attributes.this.mail_from_domain
}

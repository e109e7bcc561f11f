resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:The other side issues the value (Stripe), so AWS cannot rotate it.
  name                    = var.name
  description             = var.description
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.deletion_protection ? 30 : 0 # with a window, the name stays taken after a destroy
}

# Write-only: the value is in no plan and no state. It is sent when value_version changes.
resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = var.value
  secret_string_wo_version = var.value_version
}

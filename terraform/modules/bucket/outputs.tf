output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "The bucket's ARN."
  value       = local.arn

  # Whoever waits for the ARN finds a bucket that is closed to the public and encrypted.
  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}

output "domain_name" {
  description = "The host name that CloudFront finds the bucket by, in the bucket's region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

output "upload_origins" {
  description = "Origins whose pages may put objects here."
  value       = var.upload_origins
}

output "queue_arn" {
  description = "ARN of the queue that is told of every object that is put here; null for none."
  value       = var.queue_arn
}

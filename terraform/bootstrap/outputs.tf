output "state_bucket" {
  description = "The bucket for states."
  value       = module.state.name
}

output "backend" {
  description = "What belongs into environments/<stage>/<stage>.s3.tfbackend."
  value       = <<-EOT
    bucket = "${module.state.name}"
    region = "${var.region}"
  EOT
}

output "plan_role_arn" {
  description = "The role for plans; the repository's variable AWS_PLAN_ROLE."
  value       = aws_iam_role.plan.arn
}

output "apply_role_arns" {
  description = "The roles for applies, by stage; the variable AWS_APPLY_ROLE of GitHub's environment of that name."
  value       = { for stage, role in aws_iam_role.apply : stage => role.arn }
}

output "service_boundary_arn" {
  description = "The boundary for the shop's roles; stage.permissions_boundary_arn in terraform.tfvars."
  value       = local.service_boundary

  depends_on = [aws_iam_policy.service_boundary]
}

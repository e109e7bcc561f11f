output "name" {
  description = "The function's full name."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "The function's ARN, without a version. Invoke alias_arn."
  value       = local.arn

  depends_on = [aws_lambda_function.this]
}

output "version" {
  description = "The newest version, which gets traffic as the rollout has it."
  value       = aws_lambda_function.this.version
}

output "alias_name" {
  description = "The alias that everything invokes: live."
  value       = local.alias.name
}

output "alias_arn" {
  description = "The alias's ARN."
  value       = local.alias_arn

  depends_on = [aws_lambda_alias.live, aws_lambda_alias.codedeploy]
}

output "invoke_arn" {
  description = "The ARN by which API Gateway invokes the alias."
  value       = local.invoke_arn

  depends_on = [aws_lambda_alias.live, aws_lambda_alias.codedeploy]
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.this.arn
}

output "policy" {
  description = "What the function may do, as the JSON of its role's policy."
  value       = data.aws_iam_policy_document.this.json
}

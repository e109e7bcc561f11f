# Everything that invokes the function goes through the alias `live`. There are two of it, because Terraform cannot make
# ignore_changes depend on a variable; only one exists.

locals {
  alias = one(concat(aws_lambda_alias.live, aws_lambda_alias.codedeploy))

  # The version that keeps its traffic while a newer one gets a share.
  stable_version = one(terraform_data.stable[*].output)
  live_version   = var.rollout.kind == "weighted" ? local.stable_version : aws_lambda_function.this.version
  canary         = var.rollout.kind == "weighted" && local.stable_version != aws_lambda_function.this.version
}

resource "aws_lambda_alias" "live" {
  count = var.rollout.kind == "codedeploy" ? 0 : 1

  name             = "live"
  description      = "What is in use."
  function_name    = aws_lambda_function.this.function_name
  function_version = local.live_version

  dynamic "routing_config" {
    for_each = local.canary && var.rollout.weight > 0 ? [var.rollout.weight] : []

    content {
      additional_version_weights = { (aws_lambda_function.this.version) = routing_config.value }
    }
  }
}

resource "aws_lambda_alias" "codedeploy" {
  count = var.rollout.kind == "codedeploy" ? 1 : 0

  name             = "live"
  description      = "What is in use. A CodeDeploy deployment moves it."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

# Remembers the newest version as it was when `promoted` last changed.
resource "terraform_data" "stable" {
  count = var.rollout.kind == "weighted" ? 1 : 0

  input            = aws_lambda_function.this.version
  triggers_replace = var.rollout.promoted

  lifecycle {
    ignore_changes = [input]
  }
}

# CodeDeploy moves the aliases when the rollout is `codedeploy`. Terraform makes what a deployment needs; a deployment
# itself is started by `cargo shop deploy`.

locals {
  deployed = toset([for name in keys(local.functions) : name if var.operations.rollout.kind == "codedeploy"])
}

resource "aws_codedeploy_app" "this" {
  count = length(local.deployed) > 0 ? 1 : 0

  name             = local.prefix
  compute_platform = "Lambda"
}

resource "aws_codedeploy_deployment_group" "this" {
  for_each = local.deployed

  app_name               = aws_codedeploy_app.this[0].name
  deployment_group_name  = each.key
  deployment_config_name = var.operations.rollout.codedeploy_config
  service_role_arn       = aws_iam_role.codedeploy[0].arn

  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
  }

  alarm_configuration {
    enabled = true
    alarms  = local.function_alarm_names[each.key]
  }
}

data "aws_iam_policy_document" "codedeploy_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codedeploy.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }
  }
}

resource "aws_iam_role" "codedeploy" {
  count = length(local.deployed) > 0 ? 1 : 0

  name                 = "${local.prefix}-codedeploy"
  description          = "What CodeDeploy may do with the functions of ${local.context}."
  assume_role_policy   = data.aws_iam_policy_document.codedeploy_trust.json
  permissions_boundary = var.permissions_boundary_arn
}

data "aws_iam_policy_document" "codedeploy" {
  statement {
    sid       = "MovesAliases"
    actions   = ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"]
    resources = ["${local.arn_prefix.lambda}:function:${local.prefix}-*"]
  }

  statement {
    sid       = "WatchesAlarms"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = ["arn:${local.partition}:cloudwatch:${var.region}:${var.account}:alarm:*"]
  }
}

resource "aws_iam_role_policy" "codedeploy" {
  count = length(local.deployed) > 0 ? 1 : 0

  name   = "grants"
  role   = aws_iam_role.codedeploy[0].name
  policy = data.aws_iam_policy_document.codedeploy.json
}

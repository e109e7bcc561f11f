data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.arn]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-saga" # a function may be called like the saga
  description          = "What the saga ${var.name} may do."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
}

data "aws_iam_policy_document" "this" {
  #checkov:skip=CKV_AWS_111:X-Ray and log delivery have no resources that a policy could name.
  #checkov:skip=CKV_AWS_356:X-Ray and log delivery have no resources that a policy could name.
  statement {
    sid       = "Functions"
    actions   = ["lambda:InvokeFunction"]
    resources = [for function in local.invoked : "${var.functions}${function}"]
  }

  # Source: Step Functions, "Using CloudWatch Logs to log execution history".
  statement {
    sid = "LogDelivery"
    actions = [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.tracing ? ["Traces"] : []

    content {
      sid = statement.value
      actions = [
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
      ]
      resources = ["*"]
    }
  }

  # Source: Step Functions, "Data at rest encryption".
  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:states:stateMachineArn"
      values   = [local.arn]
    }
  }

  statement {
    sid       = "KeyForLogDelivery"
    actions   = ["kms:GenerateDataKey"]
    resources = [var.key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:SourceArn"
      values   = ["arn:${local.partition}:logs:${var.region}:${var.account}:*"]
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "grants"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}

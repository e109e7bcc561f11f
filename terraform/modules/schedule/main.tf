data "aws_partition" "current" {}

locals {
  partition        = data.aws_partition.current.partition
  dead_letter_name = "${var.name}-dead"
  dead_letter_arn  = "arn:${local.partition}:sqs:${var.region}:${var.account}:${local.dead_letter_name}"
}

resource "aws_scheduler_schedule" "this" {
  name                = var.name
  description         = var.description
  schedule_expression = var.expression
  kms_key_arn         = var.key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.target_arn
    role_arn = aws_iam_role.this.arn

    # For when the function cannot be invoked at all; when it fails, Lambda tries again.
    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 5
    }

    dead_letter_config {
      arn = local.dead_letter_arn
    }
  }

  depends_on = [aws_iam_role_policy.this, aws_sqs_queue.dead]
}

resource "aws_sqs_queue" "dead" {
  name                      = local.dead_letter_name
  message_retention_seconds = 14 * 24 * 3600
  kms_master_key_id         = var.key_arn
}

data "aws_iam_policy_document" "dead" {
  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.dead_letter_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "dead" {
  queue_url = aws_sqs_queue.dead.url
  policy    = data.aws_iam_policy_document.dead.json
}

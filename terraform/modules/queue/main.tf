data "aws_partition" "current" {}

locals {
  dead_letter_name = "${var.name}-dead"
  arn_prefix       = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account}"
  arn              = "${local.arn_prefix}:${var.name}"
  dead_letter_arn  = "${local.arn_prefix}:${local.dead_letter_name}"
  queues           = { (var.name) = aws_sqs_queue.this.url, (local.dead_letter_name) = aws_sqs_queue.dead.url }
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility_seconds
  message_retention_seconds  = var.retention_days * 24 * 3600
  kms_master_key_id          = var.key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = local.dead_letter_arn
    maxReceiveCount     = var.max_receives
  })

  lifecycle {
    precondition {
      condition     = var.visibility_seconds >= 6 * var.consumer_timeout_seconds
      error_message = <<-EOT
        ${var.name}: visibility_seconds is ${var.visibility_seconds}, and has to be at least six times the consumer's
        timeout (${6 * var.consumer_timeout_seconds}). Otherwise messages come again while they are being handled.
        Raise visibility_seconds, or lower the consumer's timeout_seconds, in the context's service.yaml.
      EOT
    }
  }

  # SQS refuses a dead-letter queue that is not there.
  depends_on = [aws_sqs_queue.dead]
}

resource "aws_sqs_queue" "dead" {
  name                      = local.dead_letter_name
  message_retention_seconds = 14 * 24 * 3600 # the most that SQS offers: someone has to look
  kms_master_key_id         = var.key_arn
}

# Nobody else's queue may use the dead-letter queue as its own.
resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  queue_url = aws_sqs_queue.dead.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.arn]
  })
}

data "aws_iam_policy_document" "this" {
  for_each = local.queues

  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["${local.arn_prefix}:${each.key}"]

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

  # A topic puts what it cannot deliver on the dead-letter queue, hence both.
  dynamic "statement" {
    for_each = length(var.topic_arns) > 0 ? [var.topic_arns] : []

    content {
      sid       = "TopicsSend"
      actions   = ["sqs:SendMessage"]
      resources = ["${local.arn_prefix}:${each.key}"]

      principals {
        type        = "Service"
        identifiers = ["sns.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = statement.value
      }
    }
  }

  # A bucket tries again by itself, and puts nothing on the dead-letter queue. Its ARN does not say whose it is.
  dynamic "statement" {
    for_each = var.bucket_arn != null && each.key == var.name ? [var.bucket_arn] : []

    content {
      sid       = "BucketTells"
      actions   = ["sqs:SendMessage"]
      resources = [local.arn]

      principals {
        type        = "Service"
        identifiers = ["s3.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [var.account]
      }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  for_each = local.queues

  queue_url = each.value
  policy    = data.aws_iam_policy_document.this[each.key].json
}

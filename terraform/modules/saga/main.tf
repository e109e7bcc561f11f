data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  arn       = "arn:${local.partition}:states:${var.region}:${var.account}:stateMachine:${var.name}"
  log_group = "arn:${local.partition}:logs:${var.region}:${var.account}:log-group:${aws_cloudwatch_log_group.this.name}"

  # The definition names functions as ${functions}<context>-<function>:live.
  invoked = distinct(flatten(regexall("\\$\\{functions\\}([a-z0-9-]+:live)", file(var.definition))))
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_285:Whether data is logged is var.include_execution_data; what a saga is given may be private.
  name       = var.name
  type       = var.type
  role_arn   = aws_iam_role.this.arn
  definition = templatefile(var.definition, { functions = var.functions })

  logging_configuration {
    level                  = var.log_level
    include_execution_data = var.include_execution_data
    log_destination        = "${local.log_group}:*"
  }

  tracing_configuration {
    enabled = var.tracing
  }

  encryption_configuration {
    type                              = "CUSTOMER_MANAGED_KMS_KEY"
    kms_key_id                        = var.key_arn
    kms_data_key_reuse_period_seconds = 900 # the longest, for the fewest calls of KMS
  }

  lifecycle {
    precondition {
      condition     = length(local.invoked) > 0
      error_message = <<-EOT
        ${var.definition} names no function. A step's Resource is written as $${functions}<context>-<function>:live.
      EOT
    }
  }

  # Step Functions checks at creation that it may write the log.
  depends_on = [aws_iam_role_policy.this]
}

# CloudWatch grants log delivery by a resource policy of limited size; this prefix is exempt from it.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is the stage's decision: a week in dev, a year in prod.
  name              = "/aws/vendedlogs/states/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.key_arn
}

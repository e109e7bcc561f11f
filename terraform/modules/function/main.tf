data "aws_partition" "current" {}

# ARNs are computed, so that a plan shows what refers to a function that is not there yet.
locals {
  partition = data.aws_partition.current.partition
  arn       = "arn:${local.partition}:lambda:${var.region}:${var.account}:function:${var.name}"
  alias_arn = "${local.arn}:${local.alias.name}"
  invoke_arn = join("", [
    "arn:${local.partition}:apigateway:${var.region}:lambda:path/2015-03-31/functions/${local.alias_arn}/invocations",
  ])
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:Concurrency is reserved by stage, where an account's limit is known.
  #checkov:skip=CKV_AWS_116:Only a schedule invokes asynchronously, and its next run does what the last one did not.
  #checkov:skip=CKV_AWS_117:It talks to AWS's APIs and to Stripe; there is nothing in a VPC to reach.
  #checkov:skip=CKV_AWS_173:Settings hold names and ARNs; secrets are read from Secrets Manager.
  #checkov:skip=CKV_AWS_272:Packages are reproducible, and Terraform passes on the hash of each.
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  filename         = var.package.path
  source_code_hash = var.package.sha256_base64
  architectures    = [var.package.architecture]
  runtime          = "provided.al2023"
  handler          = var.handler # reaches the program as _HANDLER
  publish          = true

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  dynamic "environment" {
    for_each = length(var.environment) > 0 ? [var.environment] : []

    content {
      variables = environment.value
    }
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.this.name
    application_log_level = var.log_level
    system_log_level      = local.system_log_level
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.package.path)
      error_message = "There is no package ${var.package.path}. Build it with `cargo shop package`, and try again."
    }
  }

  # Whoever waits for the function waits for what it may do: an event source mapping is refused without.
  depends_on = [aws_iam_role_policy.this]
}

locals {
  # Lambda knows no TRACE and no ERROR for what the platform itself logs. INFO has a line per invocation with its cost.
  system_log_level = lookup({ TRACE = "DEBUG", DEBUG = "DEBUG", INFO = "INFO" }, var.log_level, "WARN")
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is the stage's decision: a week in dev, a year in prod.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.key_arn
}

resource "aws_lambda_provisioned_concurrency_config" "this" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = local.alias.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

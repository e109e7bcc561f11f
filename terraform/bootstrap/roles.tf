# GitHub's workflows get short-lived credentials for their own signed tokens: no key is stored anywhere.

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_provider_arn == null ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  github = coalesce(var.github_provider_arn, "${local.iam}:oidc-provider/token.actions.githubusercontent.com")

  # Who a token has to be for. GitHub sets the subject, so no workflow can claim another.
  subjects = merge(
    { plan = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/main"] },
    { for stage in local.stages : "apply-${stage}" => ["repo:${var.repository}:environment:${stage}"] },
  )
}

data "aws_iam_policy_document" "trust" {
  #checkov:skip=CKV_AWS_358:The check does not see through each.value. Subjects are exact; a test compares them.
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.github]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = each.value
    }
  }
}

# Plans: of pull requests, and each night of main, to find what was changed by hand. It reads, and locks the state.
resource "aws_iam_role" "plan" {
  name                 = "emporium-plan"
  description          = "Plans of pull requests and of main."
  assume_role_policy   = data.aws_iam_policy_document.trust["plan"].json
  max_session_duration = 3600

  # IAM refuses to trust a provider that is not there.
  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.plan.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

data "aws_iam_policy_document" "plan" {
  statement {
    sid       = "States"
    actions   = ["s3:GetObject"]
    resources = ["${module.state.arn}/emporium/*"]
  }

  statement {
    sid       = "Locks"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = ["${module.state.arn}/emporium/*.tflock"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [module.key.arn]
  }

  # Terraform has a changed saga checked when it plans. The call reads nothing.
  statement {
    sid       = "ChecksSagas"
    actions   = ["states:ValidateStateMachineDefinition"]
    resources = ["*"]
  }

  # ReadOnlyAccess may read what the shop keeps. A plan needs its shape only, and a pull request's author may be anyone.
  # (For write-only secrets, the provider stopped calling GetSecretValue in December 2025: its pull request 44876.)
  statement {
    sid    = "NoCustomersData"
    effect = "Deny"
    actions = [
      "cognito-idp:AdminGetUser", "cognito-idp:AdminListUserAuthEvents", "cognito-idp:ListUsers",
      "cognito-idp:ListUsersInGroup", "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect", "dynamodb:Query",
      "dynamodb:Scan", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults", "logs:StartQuery",
      "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "states:DescribeExecution", "states:GetExecutionHistory",
    ]
    resources = ["*"]
  }

  # The pages of a storefront are in the state, and public: a plan looks whether they are still what it says.
  statement {
    sid     = "NoOtherObjects"
    effect  = "Deny"
    actions = ["s3:GetObject"]

    not_resources = [
      "${module.state.arn}/emporium/*",
      "arn:${local.partition}:s3:::emporium-*-storefront-${var.account_id}/*",
    ]
  }
}

resource "aws_iam_role_policy" "plan" {
  name   = "states-and-no-data"
  role   = aws_iam_role.plan.name
  policy = data.aws_iam_policy_document.plan.json
}

# Applies: one role for each stage. GitHub's environment of the same name says who has to approve.
resource "aws_iam_role" "apply" {
  for_each = local.stages

  name                 = "emporium-apply-${each.key}"
  description          = "Applies ${each.key}."
  assume_role_policy   = data.aws_iam_policy_document.trust["apply-${each.key}"].json
  permissions_boundary = local.apply_boundary
  max_session_duration = 3600

  depends_on = [aws_iam_openid_connect_provider.github, aws_iam_policy.apply_boundary]
}

# It makes and deletes nearly every kind of thing that AWS has; the boundary takes back what it must not do.
resource "aws_iam_role_policy_attachment" "apply" {
  #checkov:skip=CKV_AWS_274:Terraform makes roles and policies, which is nearly everything; the boundary limits it.
  for_each = aws_iam_role.apply

  role       = each.value.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AdministratorAccess"
}

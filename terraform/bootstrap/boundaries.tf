# A boundary limits what a role may do, whatever its own policies say.

locals {
  # Computed, because the boundaries protect the roles, which have the boundaries.
  iam              = "arn:${local.partition}:iam::${var.account_id}"
  roles            = "${local.iam}:role"
  service_boundary = "${local.iam}:policy/emporium-service-boundary"
  apply_boundary   = "${local.iam}:policy/emporium-apply-boundary"
}

# For the roles of the shop itself: what services do, and nothing that could widen a role.
data "aws_iam_policy_document" "service_boundary" {
  #checkov:skip=CKV_AWS_107:A boundary grants nothing. Each role's own policy names its actions and resources.
  #checkov:skip=CKV_AWS_108:As above.
  #checkov:skip=CKV_AWS_109:As above.
  #checkov:skip=CKV_AWS_110:As above.
  #checkov:skip=CKV_AWS_111:As above.
  #checkov:skip=CKV_AWS_356:As above.
  statement {
    sid = "WhatTheShopIsMadeOf"
    actions = [
      "codedeploy:*", "cloudwatch:*", "dynamodb:*", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*",
      "lambda:*", "logs:*", "s3:*", "secretsmanager:GetSecretValue", "ses:SendEmail", "ses:SendRawEmail", "sns:*",
      "sqs:*", "states:*", "xray:*",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NotTheStates"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [module.state.arn, "${module.state.arn}/*"]
  }
}

resource "aws_iam_policy" "service_boundary" {
  name        = "emporium-service-boundary"
  description = "The most that a role of the shop may do."
  policy      = data.aws_iam_policy_document.service_boundary.json
}

# For the roles that apply: everything, but no way around the boundaries.
data "aws_iam_policy_document" "apply_boundary" {
  #checkov:skip=CKV_AWS_1:A boundary grants nothing; see the role.
  #checkov:skip=CKV_AWS_49:As above.
  #checkov:skip=CKV_AWS_107:As above.
  #checkov:skip=CKV_AWS_108:As above.
  #checkov:skip=CKV_AWS_109:As above.
  #checkov:skip=CKV_AWS_110:As above.
  #checkov:skip=CKV_AWS_111:As above.
  #checkov:skip=CKV_AWS_356:As above.
  #checkov:skip=CKV2_AWS_40:As above.
  statement {
    sid       = "Everything"
    actions   = ["*"]
    resources = ["*"]
  }

  statement {
    sid     = "ButNoRoleWithoutABoundary"
    effect  = "Deny"
    actions = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]

    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.service_boundary]
    }
  }

  # Other roles of the account may be stronger: not to be used, passed to a function, or opened.
  statement {
    sid           = "NorOtherRoles"
    effect        = "Deny"
    actions       = ["iam:PassRole", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole"]
    not_resources = ["${local.roles}/emporium-*"]
  }

  statement {
    sid       = "NorAwayWithOne"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }

  statement {
    sid    = "NorUsersAndKeys"
    effect = "Deny"
    actions = [
      "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider",
      "iam:CreateUser", "iam:UpdateOpenIDConnectProviderThumbprint", "organizations:*", "account:*",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "NorWhatBootstrapMade"
    effect = "Deny"
    actions = [
      "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion",
      "iam:DeleteRole", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:UpdateAssumeRolePolicy",
      "iam:DeleteOpenIDConnectProvider",
    ]
    resources = [
      local.service_boundary,
      local.apply_boundary,
      "${local.roles}/emporium-plan",
      "${local.roles}/emporium-apply-*",
      local.github,
    ]
  }

  statement {
    sid    = "NorTheStatesBucket"
    effect = "Deny"
    actions = [
      "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketPolicy",
      "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
    ]
    resources = [module.state.arn, "${module.state.arn}/*"]
  }

  statement {
    sid       = "NorTheStatesKey"
    effect    = "Deny"
    actions   = ["kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
    resources = [module.key.arn]
  }
}

resource "aws_iam_policy" "apply_boundary" {
  name        = "emporium-apply-boundary"
  description = "The most that a role that applies a stage may do."
  policy      = data.aws_iam_policy_document.apply_boundary.json
}

# A plan of what is not there yet asks AWS nothing, so no account is needed.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# A key's ARN cannot be computed.
override_resource {
  target          = module.key.aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-central-1:123456789012:key/states" }
}

variables {
  account_id = "123456789012"
  region     = "eu-central-1"
  repository = "example/emporium"
  stages     = ["dev", "prod"]
}

run "roles" {
  command = plan

  assert {
    condition     = toset(keys(output.apply_role_arns)) == toset(["dev", "prod"])
    error_message = "There is not one role for each stage."
  }

  assert {
    condition = jsondecode(aws_iam_role.apply["prod"].assume_role_policy).Statement[0].Condition.StringEquals == {
      "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
      "token.actions.githubusercontent.com:sub" = "repo:example/emporium:environment:prod"
    }
    error_message = "Applying prod is open to more than the repository's environment prod."
  }

  assert {
    condition = toset(jsondecode(aws_iam_role.plan.assume_role_policy).Statement[0].Condition.StringEquals[
      "token.actions.githubusercontent.com:sub"
    ]) == toset(["repo:example/emporium:pull_request", "repo:example/emporium:ref:refs/heads/main"])
    error_message = "Planning is open to more, or less, than pull requests and main."
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role.apply :
      role.permissions_boundary == "arn:aws:iam::123456789012:policy/${aws_iam_policy.apply_boundary.name}"
    ])
    error_message = "A role that applies has no boundary."
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_policy.apply_boundary.policy).Statement :
      statement.Effect == "Deny" && contains(flatten([statement.Action]), "iam:CreateRole")
      && try(statement.Condition.StringNotEquals["iam:PermissionsBoundary"] == local.service_boundary, false)
    ])
    error_message = "A role could be made without a boundary, and with that the boundary be left."
  }

  assert {
    condition = (
      output.service_boundary_arn == "arn:aws:iam::123456789012:policy/${aws_iam_policy.service_boundary.name}"
      && local.service_boundary == output.service_boundary_arn
    )
    error_message = "The computed ARN is not that of the shop's boundary: ${output.service_boundary_arn}"
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_policy.apply_boundary.policy).Statement :
      statement.Effect == "Deny" && contains(flatten([statement.Action]), "iam:DeleteRole")
      && length(setsubtract([
        local.github, local.apply_boundary, local.service_boundary,
        "arn:aws:iam::123456789012:role/${aws_iam_role.plan.name}",
      ], flatten([try(statement.Resource, [])]))) == 0
    ])
    error_message = "A role that applies could delete what bootstrap made."
  }

  assert {
    condition = (
      local.github == "arn:aws:iam::123456789012:oidc-provider/${
        trimprefix(one(aws_iam_openid_connect_provider.github).url, "https://")
      }"
    )
    error_message = "The computed ARN is not that of the provider: ${local.github}"
  }

  assert {
    condition = alltrue([
      for role in concat([aws_iam_role.plan], values(aws_iam_role.apply)) :
      jsondecode(role.assume_role_policy).Statement[0].Principal == { Federated = local.github }
    ])
    error_message = "A role trusts somebody else than GitHub."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.service_boundary.policy).Statement :
      statement.Effect == "Deny" || !anytrue([
        for action in flatten([statement.Action]) :
        startswith(action, "iam:") || startswith(action, "sts:") || action == "*"
      ])
    ])
    error_message = "A role of the shop could widen itself."
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.plan.policy).Statement :
      statement.Effect == "Deny" && contains(flatten([statement.Action]), "dynamodb:GetItem")
      && try(statement.Resource == "*", false)
    ])
    error_message = "A plan could read customers' data."
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.plan.policy).Statement :
      statement.Effect == "Deny" && contains(flatten([statement.Action]), "cognito-idp:ListUsers")
    ])
    error_message = "A plan could read who has an account."
  }

  assert {
    condition = toset(one([
      for statement in jsondecode(aws_iam_role_policy.plan.policy).Statement :
      statement.NotResource if statement.Sid == "NoOtherObjects"
      ])) == toset([
      "arn:aws:s3:::emporium-state-123456789012/emporium/*", "arn:aws:s3:::emporium-*-storefront-123456789012/*",
    ])
    error_message = "A plan could read other objects than states and pages, or not those."
  }

  assert {
    condition = (
      output.state_bucket == "emporium-state-123456789012"
      && strcontains(output.backend, output.state_bucket)
    )
    error_message = "The backend's lines do not name the bucket."
  }
}

run "an_existing_provider_is_used" {
  command = plan

  variables {
    github_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account has one provider for GitHub at most."
  }
}

run "the_placeholder_for_the_account_is_refused" {
  command = plan

  variables {
    account_id = "000000000000"
  }

  expect_failures = [var.account_id]
}

run "a_wildcard_repository_is_refused" {
  command = plan

  variables {
    repository = "example/*"
  }

  expect_failures = [var.repository]
}

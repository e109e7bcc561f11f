# What terraform.tfvars makes of the shop. Only the account is the test's own.

# A plan of what is not there yet asks AWS nothing, so no account is needed.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "global"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# For a state machine it does ask, even at plan, whether the definition is valid.
override_resource {
  target = module.service["orders"].module.saga["order-saga"].aws_sfn_state_machine.this
}

# Before the first apply, SES has verified nothing.
override_resource {
  target          = module.email_identity.aws_sesv2_email_identity.this
  override_during = plan
  values          = { verified_for_sending_status = false }
}

variables {
  packages = "../test-packages"
  pages    = "../../../storefront"
}

run "the_shop_in_prod" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012" })
  }

  expect_failures = [check.mail]

  assert {
    condition     = output.stage == "prod" && output.tags == { project = "emporium", stage = "prod" }
    error_message = "The outputs do not name the stage."
  }

  assert {
    condition = length(output.functions) == sum([
      for file in fileset("../../../services", "*/service.yaml") :
      length(yamldecode(file("../../../services/${file}")).functions)
    ])
    error_message = "There is not one function for each in the service.yaml files."
  }

  assert {
    condition     = output.functions["orders/place-order"].name == "emporium-prod-orders-place-order"
    error_message = "A function's name is not made of stage, context and name."
  }

  assert {
    condition = length(module.http_api.routes) == length(flatten([
      for file in fileset("../../../services", "*/service.yaml") : [
        for function in yamldecode(file("../../../services/${file}")).functions : 1 if can(function.trigger.http)
      ]
    ]))
    error_message = "There is not one route for each HTTP trigger."
  }

  assert {
    condition = toset(keys(module.subscription)) == toset([
      "inventory/queued-orders", "notifications/order-mails",
      "orders/allocations", "orders/payment-changes", "orders/product-changes",
    ])
    error_message = "The queues do not hear the topics that they should."
  }

  assert {
    condition = output.buckets == {
      "catalog/images"  = "emporium-prod-catalog-images-123456789012"
      "catalog/uploads" = "emporium-prod-catalog-uploads-123456789012"
    }
    error_message = jsonencode(output.buckets)
  }

  # Of what is uploaded, a queue is told that a function works off.
  assert {
    condition = {
      for key, bucket in module.bucket : key => bucket.queue_arn if bucket.queue_arn != null
    } == { "catalog/uploads" = "arn:aws:sqs:eu-central-1:123456789012:emporium-prod-catalog-uploaded-images" }
    error_message = "Pictures would stay as they were uploaded."
  }

  assert {
    condition     = output.sagas["orders/order-saga"].type == "EXPRESS"
    error_message = "The saga is not of the stage's type."
  }

  assert {
    condition     = output.rollout == "codedeploy" && length(output.codedeploy) == 7
    error_message = "New versions do not get their traffic as the stage has it."
  }

  assert {
    condition     = length(module.edge) == 1 && length(module.edge[0].log_groups.firewall) > 0
    error_message = "The firewall is missing."
  }

  assert {
    condition = (
      var.stage.log_retention_days == 365
      && var.stage.point_in_time_recovery_days == 35
      && var.stage.deletion_protection == true
    )
    error_message = "What is kept, and for how long, is not what this stage is for."
  }
}

run "nothing_is_raised" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012" })
  }

  expect_failures = [check.mail]

  assert {
    condition = alltrue(flatten([
      for service in module.service : [for table in service.tables : table.warm_throughput == null]
    ]))
    error_message = "A table is warmed, which costs."
  }

  assert {
    condition = alltrue(flatten([
      for file in fileset("../../../services", "*/service.yaml") : [
        for name, function in yamldecode(file("../../../services/${file}")).functions :
        module.service[dirname(file)].functions[name].queue_concurrency == lookup(function.trigger, "concurrency", 10)
        if can(function.trigger.queue)
      ]
    ]))
    error_message = "A queue is consumed otherwise than its trigger says."
  }

  assert {
    condition = alltrue(flatten([
      for file in fileset("../../../services", "*/service.yaml") : [
        for name, function in yamldecode(file("../../../services/${file}")).functions : [
          for setting, value in lookup(function, "settings", {}) :
          module.service[dirname(file)].functions[name].settings[setting] == tostring(value)
          if !strcontains(value, "/")
        ]
      ]
    ]))
    error_message = "A setting is not what service.yaml has."
  }
}

run "what_is_raised_for_a_sale_goes_where_it_says" {
  command = plan

  variables {
    stage = merge(var.stage, {
      account_id        = "123456789012"
      queue_concurrency = { "inventory/allocate-stock" = 4 }
      warm_throughput   = { "orders/orders" = { read = 12000, write = 20000 } }
      settings          = { SALE_STARTS_PER_SECOND = "90" }
    })
  }

  expect_failures = [check.mail]

  assert {
    condition = (
      module.service["inventory"].functions["allocate-stock"].queue_concurrency == 4
      && module.service["orders"].functions["admit-orders"].queue_concurrency == 2
    )
    error_message = "The concurrency went to another queue, or to none."
  }

  assert {
    condition = {
      for key, table in merge([for context, service in module.service : {
        for name, table in service.tables : "${context}/${name}" => table.warm_throughput
      }]...) : key => table if table != null
    } == { "orders/orders" = { read = 12000, write = 20000 } }
    error_message = "Another table is warmed, or none."
  }

  # Place, show and admit have to reckon with the same rate.
  assert {
    condition = {
      for name, function in module.service["orders"].functions :
      name => function.settings.SALE_STARTS_PER_SECOND if can(function.settings.SALE_STARTS_PER_SECOND)
    } == { place-order = "90", get-order = "90", admit-orders = "90" }
    error_message = "A function has another rate than the others."
  }
}

run "the_shop_window" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012" })
  }

  override_resource {
    target          = module.edge[0].aws_cloudfront_distribution.this
    override_during = plan
    values = {
      arn         = "arn:aws:cloudfront::123456789012:distribution/E1"
      domain_name = "d1.cloudfront.net"
    }
  }

  expect_failures = [check.mail]

  assert {
    condition     = output.site_url == "https://d1.cloudfront.net" && output.edge_url == output.site_url
    error_message = "Pages and API are not at one address."
  }

  # A page has a name with a dot; what the API answers has none. So no route is a page's, and none is forgotten.
  assert {
    condition = toset([for path in module.edge[0].api_paths : split("/", path)[1]]) == toset([
      for route in keys(module.http_api.routes) : split("/", route)[1]
    ])
    error_message = "A route of the API does not lead there: ${join(", ", module.edge[0].api_paths)}"
  }

  assert {
    condition = (
      contains(module.edge[0].api_paths, "/orders") && contains(module.edge[0].api_paths, "/orders/*")
      && !contains(module.edge[0].api_paths, "/orders*")
    )
    error_message = "The page /orders.html is asked of the API."
  }

  assert {
    condition = alltrue([
      for page in ["index.html", "admin/index.html"] : contains(module.storefront[0].site.files, page)
    ])
    error_message = "There are no pages, or none for admins."
  }

  # Nobody but the stage's own pages puts pictures there, and those may.
  assert {
    condition = (
      { for key, bucket in module.bucket : key => one(bucket.upload_origins) if length(bucket.upload_origins) > 0 }
      == { "catalog/uploads" = "https://d1.cloudfront.net" }
      && strcontains(module.edge[0].content_security_policy, join(" ", [
        "connect-src 'self'", module.user_pool[0].login_origin,
        "https://emporium-prod-catalog-uploads-123456789012.s3.eu-central-1.amazonaws.com;",
      ]))
    )
    error_message = "Pages cannot upload, or others can: ${module.edge[0].content_security_policy}"
  }

  assert {
    condition = { for path, host in module.edge[0].served : path => host } == {
      "/images" = "emporium-prod-catalog-images-123456789012.s3.eu-central-1.amazonaws.com"
    }
    error_message = "Pictures are not seen, or uploads are: ${jsonencode(module.edge[0].served)}"
  }

  assert {
    condition = (
      output.accounts.login.authorize_url
      == "https://emporium-prod-2a33349e.auth.eu-central-1.amazoncognito.com/oauth2/authorize"
      && output.accounts.login.scopes == "openid email shop/customer"
    )
    error_message = "Customers would sign in elsewhere: ${output.accounts.login.authorize_url}"
  }

  assert {
    condition = (
      module.http_api.routes["POST /orders"] == "shop/customer"
      && module.http_api.routes["POST /stock/{sku}"] == "shop/admin"
      && module.http_api.routes["GET /products"] == null
    )
    error_message = "Routes ask for other scopes than the user pool's."
  }
}

run "with_an_issuer_from_outside" {
  command = plan

  variables {
    stage = merge(var.stage, {
      account_id = "123456789012"
      accounts   = null
      storefront = null
      api = merge(var.stage.api, {
        issuer = "https://login.example.com", audience = "emporium", scope_prefix = "x/"
      })
    })
  }

  expect_failures = [check.mail]

  assert {
    condition = output.tokens == {
      issuer       = "https://login.example.com"
      audience     = "emporium"
      scope_prefix = "x/"
    }
    error_message = "The API takes the tokens of somebody else."
  }

  assert {
    condition     = output.accounts == null && output.site_url == null && length(module.edge[0].api_paths) == 0
    error_message = "There are accounts or pages that nobody asked for."
  }
}

run "two_issuers_are_refused" {
  command = plan

  variables {
    stage = merge(var.stage, {
      account_id = "123456789012"
      api        = merge(var.stage.api, { issuer = "https://login.example.com", audience = "emporium" })
    })
  }

  expect_failures = [var.stage]
}

run "no_issuer_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", accounts = null, storefront = null })
  }

  expect_failures = [var.stage]
}

run "pages_that_nobody_serves_are_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", edge = null })
  }

  expect_failures = [var.stage]
}

run "accounts_that_lead_nowhere_are_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", storefront = null })
  }

  expect_failures = [var.stage]
}

run "missing_pages_are_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012" })
    pages = "../no-pages"
  }

  expect_failures = [var.pages, check.mail]
}

run "another_stage_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", name = "elsewhere" })
  }

  expect_failures = [var.stage]
}

run "missing_packages_are_refused" {
  command = plan

  variables {
    stage    = merge(var.stage, { account_id = "123456789012" })
    packages = "../no-packages"
  }

  expect_failures = [var.packages, check.mail]
}

run "a_retention_that_cloudwatch_does_not_have_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", log_retention_days = 8 })
  }

  expect_failures = [var.stage]
}

run "a_log_level_that_functions_do_not_have_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", log_level = "FATAL" })
  }

  expect_failures = [var.stage]
}

run "an_unknown_rollout_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", rollout = { kind = "blue_green" } })
  }

  expect_failures = [var.stage]
}

run "concurrency_of_an_unknown_context_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", reserved_concurrency = { "cart/add" = 1 } })
  }

  expect_failures = [var.stage]
}

run "the_placeholder_for_the_account_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "000000000000" })
  }

  expect_failures = [var.stage]
}

run "a_stripe_without_tls_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", stripe_api_base = "http://stripe.example.com" })
  }

  expect_failures = [var.stage]
}

run "an_issuer_without_tls_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, {
      account_id = "123456789012"
      accounts   = null
      storefront = null
      api        = merge(var.stage.api, { issuer = "http://login.example.com", audience = "emporium" })
    })
  }

  expect_failures = [var.stage]
}

run "prod_without_deletion_protection_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", deletion_protection = false })
  }

  expect_failures = [var.stage]
}

run "prod_without_an_alarm_address_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", alarm_email = null })
  }

  expect_failures = [var.stage]
}

run "prod_without_recovery_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", point_in_time_recovery_days = 0 })
  }

  expect_failures = [var.stage]
}

run "queue_concurrency_of_an_unknown_context_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", queue_concurrency = { "cart/add" = 4 } })
  }

  expect_failures = [var.stage]
}

run "queue_concurrency_that_lambda_does_not_allow_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", queue_concurrency = { "orders/admit-orders" = 1 } })
  }

  expect_failures = [var.stage]
}

run "warm_throughput_of_an_unknown_context_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, {
      account_id      = "123456789012"
      warm_throughput = { "cart/carts" = { read = 12000, write = 20000 } }
    })
  }

  expect_failures = [var.stage]
}

run "warm_throughput_below_that_of_a_new_table_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, {
      account_id      = "123456789012"
      warm_throughput = { "orders/orders" = { read = 12000, write = 3000 } }
    })
  }

  expect_failures = [var.stage]
}

run "a_setting_that_no_context_has_is_refused" {
  command = plan

  variables {
    stage = merge(var.stage, { account_id = "123456789012", settings = { SALES_STARTS_PER_SECOND = "90" } })
  }

  expect_failures = [var.stage]
}

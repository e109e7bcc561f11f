# Every context of the shop, as it is: what comes out has to agree with its service.yaml.

# A plan of what is not there yet asks AWS nothing, so no account is needed.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# For a state machine it does ask, even at plan, whether the definition is valid.
override_resource {
  target = module.saga["order-saga"].aws_sfn_state_machine.this
}

variables {
  stage   = "test"
  region  = "eu-central-1"
  account = "123456789012"
  package = {
    path          = "../function/tests/fixture/bootstrap.zip"
    sha256_base64 = "d79ggpH7qn7/P238ypx/fQCxe1yfu8vcxmJFP6aL7WE="
    architecture  = "arm64"
  }
  key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/stage"
  failed_records  = { bucket = "failed-records", arn = "arn:aws:s3:::failed-records" }
  values          = { stripe_api_base = "https://api.stripe.com" }
  secrets         = { stripe-api-key = "sk_test_1", stripe-webhook-secret = "whsec_1" }
  secrets_version = 1
  sender = {
    address               = "shop@example.com"
    identity_arn          = "arn:aws:ses:eu-central-1:123456789012:identity/example.com"
    configuration_set_arn = "arn:aws:ses:eu-central-1:123456789012:configuration-set/emporium-test"
  }
  operations = {
    log_retention_days          = 7
    point_in_time_recovery_days = 0
    deletion_protection         = false
  }
  alarms = {
    topic_arn   = "arn:aws:sns:eu-central-1:123456789012:emporium-test-alarms"
    runbook_url = "https://example.com/RUNBOOK.md"
  }
}

run "catalog" {
  command = plan

  variables {
    folder = "../../../services/catalog"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition = { for route, to in output.routes : route => "${to.function_name} ${coalesce(to.scope, "-")}" } == {
      "GET /products"         = "emporium-test-catalog-list-products -"
      "GET /products/{id}"    = "emporium-test-catalog-get-product -"
      "PUT /products/{id}"    = "emporium-test-catalog-put-product admin"
      "DELETE /products/{id}" = "emporium-test-catalog-delete-product admin"

      "POST /products/{id}/images"              = "emporium-test-catalog-request-image-upload admin"
      "GET /products/{id}/images"               = "emporium-test-catalog-list-images admin"
      "DELETE /products/{id}/images/{image_id}" = "emporium-test-catalog-remove-image admin"
    }
    error_message = jsonencode(output.routes)
  }

  assert {
    condition = output.topics == {
      product-events = "arn:aws:sns:eu-central-1:123456789012:emporium-test-catalog-product-events"
    }
    error_message = jsonencode(output.topics)
  }

  assert {
    condition = { for name, table in output.tables : name => [table.name, table.arn] } == {
      images = [
        "emporium-test-catalog-images",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-catalog-images"
      ]
      products = [
        "emporium-test-catalog-products",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/emporium-test-catalog-products"
      ]
    }
    error_message = jsonencode(output.tables)
  }

  assert {
    condition = {
      for name, bucket in output.buckets :
      name => [bucket.name, bucket.takes_uploads, bucket.served_at, bucket.expire_days]
      } == {
      "catalog/images"  = ["emporium-test-catalog-images-123456789012", false, "/images", null]
      "catalog/uploads" = ["emporium-test-catalog-uploads-123456789012", true, null, 7]
    }
    error_message = jsonencode(output.buckets)
  }

  # Pictures as they were uploaded are admins' own; those that are shown are everybody's.
  assert {
    condition = (
      output.buckets["catalog/uploads"].key_arn == var.key_arn && output.buckets["catalog/images"].key_arn == null
      && output.buckets["catalog/uploads"].queue_arn == module.queue["uploaded-images"].arn
      && output.buckets["catalog/images"].queue_arn == null
    )
    error_message = jsonencode(output.buckets)
  }

  assert {
    condition     = merge(output.subscriptions, output.sagas, output.secrets) == {}
    error_message = "The catalogue hears no topics, and has no sagas and secrets."
  }
}

run "inventory" {
  command = plan

  variables {
    folder = "../../../services/inventory"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition     = keys(module.schedule) == ["expire-reservations", "rebalance-stock"]
    error_message = "Nothing gives expired holds back, or evens shards out."
  }

  assert {
    condition = { for route, target in output.routes : route => target.scope } == {
      "GET /availability"            = null
      "GET /stock/{sku}"             = "admin"
      "POST /stock/{sku}"            = "admin"
      "PUT /stock/{sku}/shards"      = "admin"
      "GET /stock/{sku}/adjustments" = "admin"
      "GET /holds/{order}"           = "admin"
    }
    error_message = jsonencode(output.routes)
  }

  assert {
    condition = { for name, subscription in output.subscriptions : name => [subscription.topic, subscription.types] } == {
      "inventory/queued-orders" = ["orders/order-events", ["shop.order.queued.v1"]]
    }
    error_message = jsonencode(output.subscriptions)
  }
}

run "payments" {
  command = plan

  variables {
    folder = "../../../services/payments"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition     = toset(keys(output.secrets)) == toset(["stripe-api-key", "stripe-webhook-secret"])
    error_message = "A secret is missing."
  }

  assert {
    condition = { for route, target in output.routes : route => target.scope } == {
      "GET /payments/{id}"    = "admin"
      "POST /webhooks/stripe" = null
    }
    error_message = jsonencode(output.routes)
  }
}

run "notifications" {
  command = plan

  variables {
    folder = "../../../services/notifications"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition = output.subscriptions == {
      "notifications/order-mails" = {
        topic           = "orders/order-events"
        types           = ["shop.order.confirmed.v1", "shop.order.cancelled.v1", "shop.order.action_required.v1"]
        queue_arn       = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-notifications-order-mails"
        queue_url       = "https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-notifications-order-mails"
        dead_letter_arn = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-notifications-order-mails-dead"
      }
    }
    error_message = jsonencode(output.subscriptions)
  }
}

run "orders" {
  command = plan

  variables {
    folder = "../../../services/orders"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition = (
      output.sagas["order-saga"].arn
      == "arn:aws:states:eu-central-1:123456789012:stateMachine:emporium-test-orders-order-saga"
    )
    error_message = jsonencode(output.sagas)
  }

  assert {
    condition = { for name, subscription in output.subscriptions : name => subscription.topic } == {
      "orders/product-changes" = "catalog/product-events", "orders/payment-changes" = "payments/payment-events"
      "orders/allocations"     = "inventory/stock-events"
    }
    error_message = jsonencode(output.subscriptions)
  }

  assert {
    condition = { for route, target in output.routes : route => target.scope if target.scope != "customer" } == {
      "PUT /sales/{sku}"         = "admin"
      "DELETE /sales/{sku}"      = "admin"
      "GET /sales/{sku}"         = null
      "GET /sales"               = null
      "POST /orders/{id}/resume" = "admin"
    }
    error_message = "A route of orders is open to others than customers and admins."
  }
}

run "operations" {
  command = plan

  variables {
    folder = "../../../services/operations"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition = { for route, target in output.routes : route => target.scope } == {
      "GET /dead-letters"                            = "admin"
      "POST /dead-letters/{context}/{queue}/redrive" = "admin"
    }
    error_message = jsonencode(output.routes)
  }

  # All there are, of all contexts.
  assert {
    condition = tolist([
      for pair in split(",", output.functions["list-dead-letters"].settings["DEAD_LETTER_QUEUES"]) :
      split("=", pair)[0]
      ]) == sort(flatten([
        for file in fileset("../../../services", "*/service.yaml") : [
          for queue in keys(lookup(yamldecode(file("../../../services/${file}")), "queues", {})) :
          "${dirname(file)}/${queue}"
        ]
    ]))
    error_message = output.functions["list-dead-letters"].settings["DEAD_LETTER_QUEUES"]
  }

  assert {
    condition = contains(
      split(",", output.functions["redrive-dead-letters"].settings["DEAD_LETTER_QUEUES"]),
      "orders/watch=https://sqs.eu-central-1.amazonaws.com/123456789012/emporium-test-orders-watch-dead"
    )
    error_message = output.functions["redrive-dead-letters"].settings["DEAD_LETTER_QUEUES"]
  }

  # What may be read and given back is a dead letter, of this stage.
  assert {
    condition = {
      for statement in jsondecode(module.function["redrive-dead-letters"].policy).Statement :
      statement.Sid => statement.Resource if startswith(statement.Sid, "Shop")
      } == {
      ShopDeadLetters = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-*-dead"
      ShopQueues      = "arn:aws:sqs:eu-central-1:123456789012:emporium-test-*"
    }
    error_message = "The policy is ${module.function["redrive-dead-letters"].policy}"
  }

  assert {
    condition = merge(
      output.tables, output.topics, output.queues, output.buckets, output.sagas, output.secrets
    ) == {}
    error_message = "Operations keep nothing of their own."
  }
}

run "accounts" {
  command = plan

  variables {
    folder = "../../../services/accounts"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(local.service.functions))
    error_message = "Functions are missing, or too many: ${join(", ", keys(output.functions))}"
  }

  assert {
    condition = output.user_pool_triggers == {
      pre_token_generation = {
        function_name = "emporium-test-accounts-grant-scopes"
        alias_name    = "live"
        alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:emporium-test-accounts-grant-scopes:live"
      }
    }
    error_message = jsonencode(output.user_pool_triggers)
  }

  # What it is asked about is in the question.
  assert {
    condition = merge(
      output.routes, output.tables, output.topics, output.queues, output.buckets, output.sagas, output.secrets
    ) == {}
    error_message = "Accounts keep nothing, and nobody calls them but the user pool."
  }

  assert {
    condition = toset([
      for statement in jsondecode(module.function["grant-scopes"].policy).Statement : statement.Sid
    ]) == toset(["Logs", "Traces"])
    error_message = "It may do more than write its log and its traces: ${module.function["grant-scopes"].policy}"
  }
}

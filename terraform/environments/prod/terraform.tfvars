stage = {
  name       = "prod"
  region     = "eu-central-1"
  account_id = "000000000000" # the stage's AWS account
  owner      = "shop-team"
  repository = "example/emporium"

  saga_type                     = "EXPRESS"
  log_retention_days            = 365
  event_source_batching_seconds = 1
  point_in_time_recovery_days   = 35
  deletion_protection           = true
  rollout = {
    kind              = "codedeploy"
    codedeploy_config = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  }

  # What a burst of orders must not take from the rest, nor the rest from it.
  reserved_concurrency = {
    "orders/place-order" = 200
  }

  # What to raise before a sale; terraform/README.md says when.
  # provisioned_concurrency = { "orders/place-order" = 100 }
  # queue_concurrency       = { "inventory/allocate-stock" = 4 }
  # warm_throughput         = { "orders/orders" = { read = 12000, write = 20000 } }
  # settings                = { SALE_STARTS_PER_SECOND = "90" } # when Stripe allows 200 requests a second

  accounts   = { own_sender = true }
  storefront = {} # stripe_publishable_key = "pk_live_..." for Stripe's card form

  api = {
    throttle       = { rate = 1000, burst = 2000 }
    route_throttle = { "POST /orders" = { rate = 200, burst = 400 } }
  }

  edge = {} # domain = { name = "shop.example.com", zone_id = "Z..." } for a name of its own

  mail = { sender = "orders@example.com", domain = "example.com" }

  alarm_email = "operators@example.com"
  runbook_url = "https://github.com/example/emporium/blob/main/docs/RUNBOOK.md"
  budget_usd  = 500

  # One in a million fails of itself and is tried again: what counts is more than that.
  alarms = {
    errors        = 2
    api_errors    = 5
    saga_failures = 2
  }
}

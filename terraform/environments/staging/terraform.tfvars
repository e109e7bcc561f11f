# Production's rehearsal: the same kind of saga and the same rollout, with less of everything.
stage = {
  name       = "staging"
  region     = "eu-central-1"
  account_id = "000000000000" # the stage's AWS account
  owner      = "shop-team"
  repository = "example/emporium"

  saga_type                     = "EXPRESS"
  log_retention_days            = 30
  event_source_batching_seconds = 1
  point_in_time_recovery_days   = 7
  rollout                       = { kind = "codedeploy", codedeploy_config = "CodeDeployDefault.LambdaAllAtOnce" }

  accounts   = { own_sender = true }
  storefront = {} # stripe_publishable_key = "pk_test_..." for Stripe's card form

  api = { throttle = { rate = 100, burst = 200 } }

  edge = {} # domain = { name = "staging.example.com", zone_id = "Z..." } for a name of its own

  mail = { sender = "orders@staging.example.com", domain = "staging.example.com" }

  alarm_email = "shop-team@example.com"
  runbook_url = "https://github.com/example/emporium/blob/main/docs/RUNBOOK.md"
  budget_usd  = 50
}

# A stage to try things in: cheap, forgetful, and with the saga's visual history.
stage = {
  name       = "dev"
  region     = "eu-central-1"
  account_id = "000000000000" # the stage's AWS account
  owner      = "shop-team"
  repository = "example/emporium"

  saga_type          = "STANDARD"
  saga_log_level     = "ALL"
  log_retention_days = 7
  rollout            = { kind = "all_at_once" }

  accounts   = {}
  storefront = {} # stripe_publishable_key = "pk_test_..." for Stripe's card form

  api = { throttle = { rate = 50, burst = 100 } }

  edge = { firewall = false } # which costs $9 a month

  mail = { sender = "orders@example.com" } # an address of yours, which gets a mail to verify it

  runbook_url = "https://github.com/example/emporium/blob/main/docs/RUNBOOK.md"
  budget_usd  = 20

  # Alarms cost $0.10 each a month; those of single functions are most of them.
  alarms = { functions = false }
}

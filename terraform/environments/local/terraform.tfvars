# The same shop at an AWS endpoint on this computer.
stage = {
  name       = "local"
  region     = "us-east-1"
  account_id = "000000000000" # the emulator's
  owner      = "shop-team"
  repository = "example/emporium"

  saga_type          = "STANDARD"
  saga_log_level     = "ALL"
  log_retention_days = 1
  tracing            = false

  api = {
    issuer   = "http://127.0.0.1:4580"
    audience = "emporium"
    throttle = { rate = 1000, burst = 2000 }
  }

  mail = { sender = "orders@example.com" }

  stripe_api_base = "http://127.0.0.1:4580"
  queue_url_base  = "http://127.0.0.1:4566/000000000000"

  runbook_url = "https://github.com/example/emporium/blob/main/docs/RUNBOOK.md"
  budget_usd  = 20
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project    = "emporium"
      stage      = "bootstrap"
      repository = var.repository
      managed-by = "terraform"
    }
  }
}

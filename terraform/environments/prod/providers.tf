locals {
  tags = {
    project    = "emporium"
    stage      = var.stage.name
    owner      = var.stage.owner
    repository = var.stage.repository
    managed-by = "terraform"
  }
}

provider "aws" {
  region              = var.stage.region
  allowed_account_ids = [var.stage.account_id]

  default_tags {
    tags = local.tags
  }
}

# For what CloudFront uses.
provider "aws" {
  alias               = "global"
  region              = "us-east-1"
  allowed_account_ids = [var.stage.account_id]

  default_tags {
    tags = local.tags
  }
}

# The endpoint is in AWS_ENDPOINT_URL, and any key will do, as in AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test.

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
  region                      = var.stage.region
  s3_use_path_style           = true # a bucket is not a host name there
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  default_tags {
    tags = local.tags
  }
}

# For what CloudFront uses.
provider "aws" {
  alias                       = "global"
  region                      = "us-east-1"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  default_tags {
    tags = local.tags
  }
}

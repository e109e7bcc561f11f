# What has to be there before the first stage: a bucket for states, and the roles of CI. Once per AWS account.

data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  stages    = toset(var.stages)
}

module "key" {
  source = "../modules/key"

  name        = "emporium-state"
  description = "Terraform's states of emporium."
  region      = var.region
  account     = var.account_id
}

module "state" {
  source = "../modules/bucket"

  name                = "emporium-state-${var.account_id}"
  key_arn             = module.key.arn
  noncurrent_days     = 365 # how far back a state can be fetched
  deletion_protection = true
}

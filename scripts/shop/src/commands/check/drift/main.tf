# Every context by modules/service, planned for a stage that does not exist: what `cargo shop check drift` compares with
# each service.yaml. Nothing is ever applied, and no account is needed: what a stage would read from its account is
# given here.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region                      = var.region
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    sfn = var.state_machines
  }
}

variable "state_machines" {
  description = "Who is asked whether a state machine's definition is valid."
  type        = string
}

variable "contexts" {
  description = "The contexts' names."
  type        = set(string)
}

variable "stage" {
  description = "The stage's name."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "account" {
  description = "The account, by its 12 digits."
  type        = string
}

variable "sender" {
  description = "Who mails come from."
  type        = string
}

variable "stage_values" {
  description = "What stage/... references stand for, by the part after the slash."
  type        = map(string)
}

locals {
  arn     = "${var.region}:${var.account}"
  key_arn = "arn:aws:kms:${local.arn}:key/00000000-0000-0000-0000-000000000000"
  alarms  = { topic_arn = "arn:aws:sns:${local.arn}:alarms", runbook_url = "https://example.com/RUNBOOK.md" }
}

module "service" {
  source   = "../../../terraform/modules/service"
  for_each = var.contexts

  folder         = "../../../services/${each.key}"
  stage          = var.stage
  region         = var.region
  account        = var.account
  key_arn        = local.key_arn
  failed_records = { bucket = "failed-records", arn = "arn:aws:s3:::failed-records" }
  values         = var.stage_values
  sender         = { address = var.sender, identity_arn = "arn:aws:ses:${local.arn}:identity/${var.sender}" }

  # A file is all that a plan asks for.
  package = {
    path          = "main.tf"
    sha256_base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    architecture  = "arm64"
  }

  # Values are checked when they are used, which is when a stage is applied.
  secrets = {}

  operations = {
    saga_type                   = "EXPRESS"
    log_retention_days          = 7
    log_level                   = "INFO"
    tracing                     = false
    reserved_concurrency        = {}
    provisioned_concurrency     = {}
    rollout                     = { kind = "all_at_once" }
    point_in_time_recovery_days = 0
    deletion_protection         = false
  }

  alarms = {
    topic_arn   = "arn:aws:sns:${local.arn}:alarms"
    runbook_url = "https://example.com/RUNBOOK.md"
  }
}

module "bucket" {
  source   = "../../../terraform/modules/bucket"
  for_each = merge(values(module.service)[*].buckets...)

  name                = each.value.name
  key_arn             = each.value.key_arn
  expire_days         = each.value.expire_days
  queue_arn           = each.value.queue_arn
  distributions       = each.value.served_at == null ? {} : { site = "arn:aws:cloudfront::${var.account}:distribution/E1" }
  upload_origins      = each.value.takes_uploads ? ["https://example.com"] : []
  deletion_protection = false
}

module "subscription" {
  source   = "../../../terraform/modules/subscription"
  for_each = merge(values(module.service)[*].subscriptions...)

  topic_arn       = module.service[split("/", each.value.topic)[0]].topics[split("/", each.value.topic)[1]]
  queue_arn       = each.value.queue_arn
  dead_letter_arn = each.value.dead_letter_arn
  types           = each.value.types
}

module "api" {
  source = "../../../terraform/modules/http-api"

  name               = "emporium-${var.stage}"
  routes             = merge(values(module.service)[*].routes...)
  tokens             = { issuer = "https://example.com", audience = "emporium" }
  throttle           = { rate = 100, burst = 200 }
  log_retention_days = 7
  key_arn            = local.key_arn

  alarms = {
    topic_arn        = local.alarms.topic_arn
    runbook_url      = local.alarms.runbook_url
    errors           = 0
    p99_milliseconds = 3000
  }
}

module "user_pool" {
  source = "../../../terraform/modules/user-pool"

  name                 = "emporium-${var.stage}"
  region               = var.region
  account              = var.account
  domain_prefix        = "emporium-${var.stage}"
  sites                = ["https://example.com"]
  pre_token_generation = merge(values(module.service)[*].user_pool_triggers...)["pre_token_generation"]
  deletion_protection  = false
}

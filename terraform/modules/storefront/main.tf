locals {
  # What is for readers of the repository, and what is made here, is no page.
  pages = toset([
    for file in fileset(var.folder, "**") : file
    if !endswith(file, ".md") && file != "config.json"
    && !anytrue([for part in split("/", file) : startswith(part, ".")])
  ])

  content_types = {
    css         = "text/css; charset=utf-8"
    html        = "text/html; charset=utf-8"
    ico         = "image/x-icon"
    jpg         = "image/jpeg"
    js          = "text/javascript; charset=utf-8"
    json        = "application/json"
    png         = "image/png"
    svg         = "image/svg+xml"
    txt         = "text/plain; charset=utf-8"
    webmanifest = "application/manifest+json"
    webp        = "image/webp"
    woff2       = "font/woff2"
  }
  extensions = { for file in local.pages : file => element(split(".", basename(file)), -1) }
  unknown    = [for file in local.pages : file if !contains(keys(local.content_types), local.extensions[file])]

  # Pages are asked for each time, and answered with 304 if they are the same. What a page loads is asked for a minute
  # later: so long an old script can meet a new page.
  asked_again = "no-cache"
  for_minutes = "public, max-age=60, must-revalidate"
}

module "bucket" {
  source = "../bucket"

  name                = var.name
  key_arn             = null # what everybody may read needs no key of ours
  deletion_protection = false
  distributions       = var.distributions
}

resource "aws_s3_object" "page" {
  #checkov:skip=CKV_AWS_186:Everybody may read it: S3's own key encrypts it.
  for_each = local.pages

  bucket        = module.bucket.name
  key           = each.key
  source        = "${var.folder}/${each.key}"
  source_hash   = filesha256("${var.folder}/${each.key}")
  content_type  = lookup(local.content_types, local.extensions[each.key], "application/octet-stream")
  cache_control = startswith(each.key, "assets/") ? local.for_minutes : local.asked_again

  lifecycle {
    precondition {
      condition     = length(local.unknown) == 0
      error_message = <<-EOT
        Browsers have to be told what a file is. Add the type of ${join(", ", local.unknown)} to content_types in
        modules/storefront/main.tf, or take the file out of ${var.folder}.
      EOT
    }
  }
}

# What differs between stages. The local cloud writes the same for itself (scripts/shop/src/storefront.rs).
resource "aws_s3_object" "config" {
  #checkov:skip=CKV_AWS_186:Everybody may read it: S3's own key encrypts it.
  bucket        = module.bucket.name
  key           = "config.json"
  content_type  = local.content_types.json
  cache_control = local.asked_again

  content = jsonencode({
    client_id              = var.login.client_id
    authorize_url          = var.login.authorize_url
    token_url              = var.login.token_url
    revoke_url             = var.login.revoke_url
    logout_url             = var.login.logout_url
    scopes                 = var.login.scopes
    stripe_publishable_key = var.stripe_publishable_key
    local                  = false
  })
}

output "name" {
  description = "The bucket's name."
  value       = module.bucket.name
}

output "site" {
  description = "What modules/edge serves: where the bucket is, which files are in it, and the page for what is not."
  value = {
    bucket_domain = module.bucket.domain_name
    files         = setunion(local.pages, ["config.json"])
    not_found     = file("${var.folder}/404.html")
  }
}

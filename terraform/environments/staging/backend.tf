# The bucket and its region are in staging.s3.tfbackend: terraform init -backend-config=staging.s3.tfbackend
terraform {
  backend "s3" {
    key          = "emporium/staging.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

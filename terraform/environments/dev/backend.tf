# The bucket and its region are in dev.s3.tfbackend: terraform init -backend-config=dev.s3.tfbackend
terraform {
  backend "s3" {
    key          = "emporium/dev.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

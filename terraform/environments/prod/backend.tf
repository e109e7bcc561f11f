# The bucket and its region are in prod.s3.tfbackend: terraform init -backend-config=prod.s3.tfbackend
terraform {
  backend "s3" {
    key          = "emporium/prod.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

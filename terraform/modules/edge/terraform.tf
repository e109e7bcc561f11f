terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
      # CloudFront takes web ACLs and certificates, and delivers its logs, in us-east-1 only.
      configuration_aliases = [aws.global]
    }
  }
}

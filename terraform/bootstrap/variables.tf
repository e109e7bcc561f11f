variable "account_id" {
  description = "The AWS account, by its 12 digits. Terraform refuses to work on another one."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id)) && var.account_id != "000000000000"
    error_message = "account_id is the 12 digits of your AWS account, in quotes. Set it in bootstrap/terraform.tfvars."
  }
}

variable "region" {
  description = "The region of the state bucket, as in eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written as in eu-central-1."
  }
}

variable "repository" {
  description = "The GitHub repository whose workflows may plan and apply, as in example/emporium."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "repository is an owner and a name, as in example/emporium, without wildcards."
  }
}

variable "stages" {
  description = "The stages that are applied in this account, by their names. One account for each stage is safest."
  type        = list(string)

  validation {
    condition = length(var.stages) > 0 && alltrue([for name in var.stages :
    can(regex("^[a-z][a-z0-9]{1,11}$", name))])
    error_message = "stages are one or more names of environments, as in dev."
  }
}

variable "github_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, if it has one already: there can be only one."
  type        = string
  default     = null
}

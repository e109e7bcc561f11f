variable "name" {
  description = "The key's alias, without alias/, as in emporium-dev."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9/_-]{1,250}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "A key's name has 1 to 250 letters, digits, /, - and _, and does not begin with aws/."
  }
}

variable "description" {
  description = "What the key encrypts, as the console shows it."
  type        = string
}

variable "region" {
  description = "The region whose log groups the key may encrypt, as in eu-central-1."
  type        = string
}

variable "account" {
  description = "The account, by its 12 digits. Its policies say who may use the key."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account is 12 digits."
  }
}

variable "deletion_window_days" {
  description = "How long a deleted key can be restored. What it encrypted cannot be read in that time, or ever after."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days is between 7 and 30."
  }
}

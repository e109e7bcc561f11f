variable "name" {
  description = "The table's full name, as in emporium-dev-orders-orders."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "A table's name has 3 to 255 letters, digits, hyphens, underscores and dots."
  }
}

variable "region" {
  description = "The table's region, as in eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written as in eu-central-1."
  }
}

variable "account" {
  description = "The table's account, by its 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account is 12 digits."
  }
}

variable "key" {
  description = "The primary key: names of the partition key and, if there is one, of the sort key. Both are strings."
  type = object({
    hash  = string
    range = optional(string)
  })
}

variable "indexes" {
  description = "Global secondary indexes by name, each with its key."
  type = map(object({
    hash  = string
    range = optional(string)
  }))
  default = {}

  validation {
    condition     = length(var.indexes) <= 20
    error_message = "A table has 20 global secondary indexes at most."
  }
}

variable "stream" {
  description = "Whether the table has a stream, of new and old images."
  type        = bool
  default     = false
}

variable "ttl" {
  description = "The attribute after whose time (Unix seconds) an item may be thrown away; null for none."
  type        = string
  default     = null
}

variable "warm_throughput" {
  description = <<-EOT
    Units a second that the table and its indexes take at once; null for what DynamoDB gives by itself.
    It can be raised and never lowered: to let go of it, take it out.
  EOT
  type        = object({ read = number, write = number })
  default     = null

  # What every on-demand table takes when it is new.
  validation {
    condition = var.warm_throughput == null ? true : (
      var.warm_throughput.read >= 12000 && var.warm_throughput.write >= 4000
      && floor(var.warm_throughput.read) == var.warm_throughput.read
      && floor(var.warm_throughput.write) == var.warm_throughput.write
    )
    error_message = "warm_throughput is at least 12000 units to read and 4000 to write: every new table takes as much."
  }
}

variable "point_in_time_recovery_days" {
  description = "How many days back the table can be restored to any second; 0 turns it off."
  type        = number

  validation {
    condition     = var.point_in_time_recovery_days >= 0 && var.point_in_time_recovery_days <= 35
    error_message = "point_in_time_recovery_days is between 0 (off) and 35."
  }
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted."
  type        = bool
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the table."
  type        = string

  validation {
    condition     = startswith(var.key_arn, "arn:")
    error_message = "key_arn is the ARN of a KMS key: an alias or an id is not enough."
  }
}

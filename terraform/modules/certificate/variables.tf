variable "domain_name" {
  description = "The name that the certificate is for, as in api.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+[.])+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name is a full name in lower case, as in api.example.com."
  }
}

variable "zone_id" {
  description = "Id of the Route 53 hosted zone that the name is in."
  type        = string

  validation {
    condition     = can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "zone_id is the id of a hosted zone, as in Z0123456789ABCDEFGHIJ."
  }
}

variable "name" {
  description = "What the web ACL and the log groups are called, as in emporium-prod."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,60}$", var.name))
    error_message = "name has 1 to 60 letters, digits and hyphens."
  }
}

variable "api_url" {
  description = "Where the API answers, as in https://api.example.com."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+$", var.api_url))
    error_message = "api_url is https:// and a host, without a path."
  }
}

variable "domain" {
  description = "The distribution's own name, and the Route 53 zone that it is in; null for CloudFront's name for it."
  type = object({
    name    = string
    zone_id = string
  })
  default = null
}

variable "site" {
  description = <<-EOT
    The pages, which are served where the API has no routes; null for the API alone.
    `bucket_domain`, `files`, `not_found`: where they are, their paths, and the page for what is none of them; as
    modules/storefront puts them out.
    `connect_to`: origins that pages may talk with, besides their own. `stripe`: whether they have Stripe's form.
    `routes`: those of the API, as in GET /orders/{id}: their paths lead to it.
  EOT
  type = object({
    bucket_domain = string
    files         = set(string)
    not_found     = string
    connect_to    = optional(list(string), [])
    stripe        = optional(bool, false)
    routes        = set(string)
  })
  default = null

  validation {
    condition = var.site == null ? true : alltrue([
      for origin in var.site.connect_to : can(regex("^https://[^/ ;]+$", origin))
    ])
    error_message = "site.connect_to has origins, as in https://login.example.com, without a path."
  }

  validation {
    condition = var.site == null ? true : alltrue([
      for route in var.site.routes : can(regex("^[A-Z]+ /[a-z0-9-]+(/|$)", route))
    ])
    error_message = "site.routes are as in GET /orders/{id}: one that begins with a parameter would hide all pages."
  }
}

variable "served" {
  description = "Hosts of buckets of which everybody may read, by the path that their keys begin with, as in /images."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for path in keys(var.served) : can(regex("^/[a-z0-9-]+$", path))])
    error_message = "served has paths of one segment, as in /images."
  }
}

variable "firewall" {
  description = "Whether there is a web firewall in front, which has a price by the month."
  type        = bool
  default     = true
}

variable "requests_per_address" {
  description = "Requests in five minutes after which an IP address is refused, with 429, until it sends fewer."
  type        = number
  default     = 2000

  validation {
    condition     = var.requests_per_address >= 10
    error_message = "requests_per_address is 10 at least, as WAF has it."
  }
}

variable "price_class" {
  description = "How far CloudFront spreads: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "log_retention_days" {
  description = "How long the logs of CloudFront and WAF are kept."
  type        = number
}

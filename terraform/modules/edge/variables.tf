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

# DKIM: receivers look here for the keys that SES signs with.
resource "aws_route53_record" "dkim" {
  for_each = toset(["0", "1", "2"])

  zone_id = var.zone_id
  name    = "${var.dkim_tokens[tonumber(each.key)]}._domainkey.${var.domain}"
  type    = "CNAME"
  ttl     = 1800
  records = ["${var.dkim_tokens[tonumber(each.key)]}.dkim.amazonses.com"]
}

# MAIL FROM: bounces go to a name of the domain's own, whose SPF record says that SES may send for it.
resource "aws_sesv2_email_identity_mail_from_attributes" "this" {
  email_identity         = var.domain
  mail_from_domain       = "bounce.${var.domain}"
  behavior_on_mx_failure = "USE_DEFAULT_VALUE" # send all the same, from amazonses.com
}

resource "aws_route53_record" "mail_from" {
  for_each = {
    MX  = "10 feedback-smtp.${var.region}.amazonses.com"
    TXT = "v=spf1 include:amazonses.com -all"
  }

  zone_id = var.zone_id
  name    = aws_sesv2_email_identity_mail_from_attributes.this.mail_from_domain
  type    = each.key
  ttl     = 1800
  records = [each.value]
}

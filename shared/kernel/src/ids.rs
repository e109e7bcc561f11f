//! Identifiers and other checked text.

use crate::text::checked_string;

checked_string! {
    /// A stock keeping unit, which is also a product's id: 1 to 32 of `A-Z 0-9 -`, as in `MUG-01`.
    Sku, "sku", |value| {
        let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if value.is_empty() || value.len() > 32 || !value.chars().all(legal) {
            return Some("must be 1 to 32 of A-Z, 0-9 and -");
        }
        None
    }
}

checked_string! {
    /// An order's id: `ord_` and 32 hexadecimal digits, derived from the customer and the idempotency key (see
    /// `orders::domain::identity`).
    OrderId, "order id", |value| {
        let digits = value.strip_prefix("ord_").unwrap_or_default();
        let legal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (digits.len() != 32 || !digits.chars().all(legal)).then_some("must be ord_ and 32 hexadecimal digits")
    }
}

impl OrderId {
    /// The id that these 16 bytes name.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("ord_{}", uuid::Uuid::from_bytes(bytes).simple()))
    }
}

checked_string! {
    /// Who is asking: the `sub` claim of the token, 1 to 128 printable ASCII characters without spaces.
    CustomerId, "customer id", |value| {
        (value.is_empty() || value.len() > 128 || !value.bytes().all(|b| b.is_ascii_graphic()))
            .then_some("must be 1 to 128 printable ASCII characters without spaces")
    }
}

checked_string! {
    /// The client's name for one request: 1 to 255 printable ASCII characters.
    ///
    /// Source: draft-ietf-httpapi-idempotency-key-header-07 §2 (the value is a structured-field string); the length is
    /// Stripe's.
    IdempotencyKey, "idempotency key", |value| {
        (value.is_empty() || value.len() > 255 || !value.bytes().all(|b| (0x20..0x7f).contains(&b)))
            .then_some("must be 1 to 255 printable ASCII characters")
    }
}

checked_string! {
    /// Where mails go. Checked for shape only (one `@`, no spaces or control characters, at most 254 characters, ASCII);
    /// whether it exists, the mail will tell.
    EmailAddress, "email", |value| {
        let (local, domain) = value.rsplit_once('@').unwrap_or_default();
        let legal = value.len() <= 254
            && value.bytes().all(|b| b.is_ascii_graphic() && !b"<>(),;:\\\"[]".contains(&b))
            && !local.is_empty() && local.len() <= 64 && !local.contains('@')
            && domain.contains('.') && !domain.starts_with(['.', '-']) && !domain.ends_with(['.', '-'])
            && !domain.contains("..");
        (!legal).then_some("must be an address such as ada@example.com")
    }
}

checked_string! {
    /// A Stripe payment method id, such as `pm_card_visa`. It stands for a card; no card number ever reaches this shop.
    PaymentMethodId, "payment method", |value| {
        let rest = value.strip_prefix("pm_").unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
        (rest.is_empty() || value.len() > 128 || !rest.chars().all(legal))
            .then_some("must be a Stripe payment method id, such as pm_card_visa")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_types_accept_what_they_describe_and_nothing_else() {
        assert!(Sku::parse("MUG-01").is_ok());
        for bad in ["", "mug", "MUG 01", "MUG#0", &"A".repeat(33)] {
            assert!(Sku::parse(bad).is_err(), "{bad:?}");
        }
        assert!(OrderId::parse(OrderId::from_bytes([7; 16]).as_str()).is_ok());
        for bad in ["ord_", "ord_0123", "0123", "ord_G23456789012345678901234567890123"] {
            assert!(OrderId::parse(bad).is_err(), "{bad:?}");
        }
        for good in ["ada@example.com", "a+b@shop.example.org"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good:?}");
        }
        for bad in
            ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@example.com", "a@x..y", "a@b\r\nBcc: c@d.e"]
        {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert!(PaymentMethodId::parse("pm_card_visa").is_ok());
        assert!(PaymentMethodId::parse("4242424242424242").is_err());
    }
}

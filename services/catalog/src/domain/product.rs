//! A product and its parts, each of which is checked once, on the way in.

use std::collections::BTreeMap;

use kernel::{Invalid, Money, Sku, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ImageId, Picture};

/// A product, or the tombstone of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub sku: Sku,
    /// Its name.
    pub name: ProductName,
    /// What there is to say about it.
    pub description: Description,
    /// Its price.
    pub price: Price,
    /// Counts its changes from 1, its deletions among them.
    pub version: u64,
    /// Whether it was taken out of the catalogue.
    pub deleted: bool,
    /// When it was created, the last time.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its pictures, by their ids.
    #[serde(default)]
    pub images: BTreeMap<ImageId, Picture>,
}

/// What an admin says about a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name.
    pub name: ProductName,
    /// What there is to say about it.
    pub description: Description,
    /// Its price.
    pub price: Price,
}

/// A product's name: 1 to 100 characters on one line, without spaces around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductName(String);

impl ProductName {
    /// Trims and checks `text`.
    ///
    /// # Errors
    /// [`Invalid`] when nothing is left of it, or too much, or when it has control characters, line breaks among them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
            return Err(Invalid { what: "name", rule: "must be 1 to 100 characters without control characters" });
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProductName {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ProductName> for String {
    fn from(name: ProductName) -> Self {
        name.0
    }
}

/// A product's description: up to 2,000 characters, as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

impl Description {
    /// Checks `text` and takes it.
    ///
    /// # Errors
    /// [`Invalid`] when it is too long.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if text.chars().count() > 2_000 {
            return Err(Invalid { what: "description", rule: "must be at most 2000 characters" });
        }
        Ok(Self(text))
    }

    /// The description as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Description {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

/// The highest price, in minor units: Stripe charges at most eight digits.
///
/// Source: Stripe API, PaymentIntent `amount`.
pub const PRICE_MAX_MINOR: i64 = 99_999_999;

/// A price: 1 to [`PRICE_MAX_MINOR`] minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money", into = "Money")]
pub struct Price(Money);

impl Price {
    /// Checks `money` and takes it.
    ///
    /// # Errors
    /// [`Invalid`] when it is too little or too much.
    pub fn new(money: Money) -> Result<Self, Invalid> {
        if !(1..=PRICE_MAX_MINOR).contains(&money.amount_minor()) {
            return Err(Invalid { what: "price", rule: "must be 1 to 99999999 minor units" });
        }
        Ok(Self(money))
    }

    /// The price as money.
    pub fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for Price {
    type Error = Invalid;
    fn try_from(money: Money) -> Result<Self, Invalid> {
        Self::new(money)
    }
}

impl From<Price> for Money {
    fn from(price: Price) -> Self {
        price.0
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(ProductName::parse("  Mug ☕ \t").unwrap().as_str(), "Mug ☕");
        assert!(ProductName::parse(&"é".repeat(100)).is_ok());
        for bad in ["", " \t ", "two\nlines", "bell\u{7}", "c1\u{85}control", &"é".repeat(101)] {
            assert!(ProductName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_description_may_be_empty_and_have_lines() {
        for good in ["", "two\nlines", &"é".repeat(2_000)] {
            assert_eq!(Description::parse(good).unwrap().as_str(), good);
        }
        assert!(Description::parse("é".repeat(2_001)).is_err());
    }

    #[test]
    fn a_price_is_something_that_stripe_can_charge() {
        for good in [1, 1_980, PRICE_MAX_MINOR] {
            assert!(Price::new(Money::minor(good, Currency::EUR)).is_ok(), "{good}");
        }
        for bad in [i64::MIN, -1, 0, PRICE_MAX_MINOR + 1, i64::MAX] {
            assert!(Price::new(Money::minor(bad, Currency::EUR)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stored_product_is_checked_when_it_is_read() {
        let stored = serde_json::json!({
            "sku": "MUG-01", "name": "Mug", "description": "", "price": { "amount_minor": 1980, "currency": "EUR" },
            "version": 1, "deleted": false, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        });
        assert!(serde_json::from_value::<Product>(stored.clone()).is_ok());
        for (field, bad) in [
            ("sku", "mug".into()),
            ("name", "".into()),
            ("price", serde_json::json!({ "amount_minor": 0, "currency": "EUR" })),
        ] {
            let mut stored = stored.clone();
            stored[field] = bad;
            assert!(serde_json::from_value::<Product>(stored).is_err(), "{field}");
        }
    }
}

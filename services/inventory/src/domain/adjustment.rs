//! What admins do to stock: receive units, and write them off.

use kernel::{IdempotencyKey, Invalid, Sku, Timestamp};
use serde::{Deserialize, Serialize};

/// A change of a sku's stock by an admin. It is kept under its idempotency key, so that asking again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The sku.
    pub sku: Sku,
    /// The client's name for it.
    pub id: IdempotencyKey,
    /// Units to receive, or to write off.
    pub delta: Delta,
    /// Why, in the admin's words.
    pub reason: AdjustmentReason,
    /// When it was made.
    pub at: Timestamp,
}

impl Adjustment {
    /// Whether the two ask for the same.
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        (&self.sku, &self.id, self.delta, &self.reason) == (&other.sku, &other.id, other.delta, &other.reason)
    }
}

/// Where a page of adjustments ends: the next begins after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentPosition {
    /// When the page's last adjustment was made.
    pub at: Timestamp,
    /// What it is called.
    pub id: IdempotencyKey,
}

/// Units to receive (above zero) or to write off (below zero): 1 to 1,000,000 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta(i64);

impl Delta {
    /// Units in one adjustment, at most.
    pub const MAX: i64 = 1_000_000;

    /// Checks `units` and takes it.
    ///
    /// # Errors
    /// [`Invalid`] when it is zero, or too much either way.
    pub fn new(units: i64) -> Result<Self, Invalid> {
        if units == 0 || !(-Self::MAX..=Self::MAX).contains(&units) {
            return Err(Invalid { what: "delta", rule: "must be 1 to 1000000, or -1 to -1000000" });
        }
        Ok(Self(units))
    }

    /// The units: above zero to receive, below zero to write off.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// Why stock was adjusted: 1 to 200 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustmentReason(String);

impl AdjustmentReason {
    /// Checks `text` and takes it.
    ///
    /// # Errors
    /// [`Invalid`] when it is empty, too long, or has control characters.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
            return Err(Invalid { what: "reason", rule: "must be 1 to 200 characters, on one line" });
        }
        Ok(Self(text))
    }

    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_up_to_a_million_units_either_way_and_never_none() {
        for good in [-1_000_000, -1, 1, 1_000_000] {
            assert_eq!(Delta::new(good).unwrap().get(), good);
        }
        for bad in [i64::MIN, -1_000_001, 0, 1_000_001, i64::MAX] {
            assert!(Delta::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_reason_is_one_line_of_text() {
        for good in ["delivery", "Größe fehlt", &"x".repeat(200)] {
            assert!(AdjustmentReason::parse(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(AdjustmentReason::parse(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}

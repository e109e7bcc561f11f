//! How many of something.

use std::num::NonZeroU32;

use crate::Invalid;

/// How many units of one sku: 1 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Quantity(NonZeroU32);

impl Quantity {
    /// The most units of one sku in one order.
    pub const MAX: u32 = 10_000;

    /// Checks `units` and takes it.
    ///
    /// # Errors
    /// [`Invalid`] when it is not 1 to [`Quantity::MAX`].
    pub fn new(units: i64) -> Result<Self, Invalid> {
        u32::try_from(units)
            .ok()
            .filter(|units| *units <= Self::MAX)
            .and_then(NonZeroU32::new)
            .map(Self)
            .ok_or(Invalid { what: "quantity", rule: "must be 1 to 10000" })
    }

    /// The number of units.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// Both together.
    ///
    /// # Errors
    /// [`Invalid`] when the sum exceeds [`Quantity::MAX`].
    pub fn plus(self, other: Self) -> Result<Self, Invalid> {
        Self::new(i64::from(self.get()) + i64::from(other.get()))
    }
}

impl TryFrom<i64> for Quantity {
    type Error = Invalid;
    fn try_from(units: i64) -> Result<Self, Invalid> {
        Self::new(units)
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        i64::from(quantity.get())
    }
}

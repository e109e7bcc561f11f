//! Stripe's idempotency keys.

use kernel::OrderId;

/// Begins every key of this shop.
const PREFIX: &str = "order/";

/// What Stripe is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Create the intent, and confirm it.
    Authorize,
    /// Take the money.
    Capture,
    /// End the intent without taking money.
    Cancel,
    /// Give the money back.
    Refund,
}

/// The name of one thing done for one order, once: `order/{order_id}/{operation}`.
///
/// Stripe saves the first answer to a key, a 500 included, and gives it to whoever asks again; after 24 hours or more
/// it forgets the key. Source: Stripe API, "Idempotent requests".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The key of `operation` on this order's payment.
    pub fn new(order_id: &OrderId, operation: Operation) -> Self {
        let operation = match operation {
            Operation::Authorize => "authorize",
            Operation::Capture => "capture",
            Operation::Cancel => "cancel",
            Operation::Refund => "refund",
        };
        Self(format!("{PREFIX}{order_id}/{operation}"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` is a key of this shop.
    pub fn is_ours(text: &str) -> bool {
        text.starts_with(PREFIX)
    }
}

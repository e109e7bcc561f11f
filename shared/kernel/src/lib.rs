//! The words that every context shares: money, skus, quantities, ids and time.
//!
//! Nothing here does I/O. Every type is parsed once, at the edge, and cannot hold a wrong value afterwards: fields are
//! private, and the only ways in are `parse`, `TryFrom` and serde, which goes through `TryFrom`.

mod clock;
mod ids;
mod money;
mod quantity;
mod text;

pub use clock::{Clock, ManualClock, SystemClock};
pub use ids::{CustomerId, EmailAddress, IdempotencyKey, OrderId, PaymentMethodId, Sku};
pub use money::{Currency, Money, MoneyError};
pub use quantity::Quantity;
pub use text::Invalid;

pub use jiff::{SignedDuration, Timestamp};

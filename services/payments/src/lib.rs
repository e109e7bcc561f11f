//! Payments and the money ledger.
//!
//! Layout: `domain/` has the rules, free of I/O; `ports.rs` says what the use cases in `usecases/` need of the world,
//! and `adapters/` does it with Stripe and AWS; `functions/` has one file per Lambda; `audit.rs` checks the invariants
//! against everything that Stripe and the table hold. `error.rs` is every way to fail, `api.rs` what travels on HTTP.
//!
//! Invariants:
//! - An order has one intent for life, created under one idempotency key; a canceled one is never replaced.
//! - Stripe's intent decides whether an order is paid: whoever captures or cancels it first has decided.
//! - Stripe remembers what is open; the table has what is decided, or waits for the customer.
//! - A row only moves forward (by rank), and its ledger only grows: `authorized = captured + voided + open`,
//!   `refunded ≤ captured`, and `captured − refunded` is what Stripe says.
//! - An unknown outcome is resolved by asking Stripe under the same key, never by guessing and never by a second key.

mod adapters;
pub mod api;
pub mod audit;
pub mod domain;
mod error;
mod functions;
pub mod ports;
pub mod usecases;

pub use error::{Error, Rejection};
pub use functions::functions;

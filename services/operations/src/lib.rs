//! Operations: what an operator does that is no other context's own affair.
//!
//! Layout: `domain.rs` has the queues and their dead letters; `functions/` has one file per Lambda, and `api.rs` what travels on
//! HTTP; `ports.rs` says what they need, and `adapters/` does it with SQS; `error.rs` is every way to fail.
//!
//! Invariant: a dead letter is never deleted, and never changed: it is looked at, or given back.

mod adapters;
pub mod api;
pub mod domain;
mod error;
mod functions;
pub mod ports;

pub use error::Error;
pub use functions::functions;

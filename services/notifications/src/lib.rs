//! Mails: what the customer hears of an order.
//!
//! Layout: `domain/` has the mails and their templates (`templates/`), free of I/O; `usecases/` has the protocol by
//! which a mail is sent once; `ports.rs` says what it needs, and `adapters/` does it with DynamoDB and SES;
//! `functions/` has one file per Lambda, and `api.rs` what travels on HTTP; `audit.rs` checks the invariants of a whole database; `error.rs` is every way
//! to fail.
//!
//! Invariants:
//! - A mail is sent at least once per (order, template), and a second time only when SES's answer was lost or the
//!   sender died before recording it: SES has no idempotency token.
//! - A message that cannot be handled fails alone; the others of its batch are sent.
//! - A customer's address is in the message, in SES's request and nowhere else: in no table, and in no log.

mod adapters;
pub mod api;
pub mod audit;
pub mod domain;
mod error;
mod functions;
pub mod ports;
pub mod usecases;

pub use error::Error;
pub use functions::functions;

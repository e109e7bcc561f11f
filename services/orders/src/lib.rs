//! Orders and the order saga.
//!
//! Layout: `functions/` holds one file per Lambda; `usecases/` what they do; `domain/` the rules, pure; `ports.rs` what the use
//! cases need from outside, and `adapters/` how AWS gives it; `api.rs` the HTTP API's types. The saga is
//! `saga/order-saga.asl.json`, which Step Functions runs.
//!
//! Invariants: an order's status changes only along [`domain::Status::may_become`], by writes that are conditional on the
//! status; what an order costs is decided here and never by the client; an order that exists is never lost, because its
//! stream sets a watchdog on it.

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

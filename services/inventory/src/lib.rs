//! Stock and reservations: what can be ordered, and what each order holds of it.
//!
//! Layout: `domain/` has the rules, free of I/O; `ports.rs` says what the use cases in `usecases/` need of a database,
//! and `adapters/` does it with DynamoDB; `functions/` has one file per Lambda; `audit.rs` checks the invariants of a
//! whole database. `error.rs` is every way to fail, `api.rs` what travels on HTTP.
//!
//! Invariants:
//! - `received = available + Σ held + Σ committed + written_off`, per sku over all shards, after every write.
//! - Nothing is ever below zero: what is not there cannot be held.
//! - An order holds all of its lines or none, and never twice: its hold items decide, whoever asks and however often.
//! - What has ended never comes back: a released or refused hold stays as a tombstone, longer than any late call.
//! - Stock items are written by transactions only: a plain write would be one more thing for transactions to conflict
//!   with, and the holds would not be part of it.

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

//! The catalogue: what the shop sells, under which name, at which price.
//!
//! Layout: `domain/` has products and the conditions under which they are written, free of I/O; `ports.rs` says what
//! the functions need of a database, and `adapters/` does it with DynamoDB; `functions/` has one file per Lambda;
//! `error.rs` is every way to fail, `api.rs` what travels on HTTP.
//!
//! Invariants:
//! - A product's version counts its changes from 1 and never goes back: a deleted product stays as a tombstone, and
//!   creating it again goes on from the tombstone's version. Consumers of events can therefore keep the highest they
//!   saw.
//! - Nobody overwrites what they have not seen: every write of an existing product names the version that it replaces.
//! - A write is one conditional `UpdateItem`, with no read before it: the condition and the change cannot come apart.

mod adapters;
pub mod api;
pub mod domain;
mod error;
mod functions;
pub mod ports;

pub use error::Error;
pub use functions::functions;

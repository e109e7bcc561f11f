//! The catalogue: what the shop sells, under which name, at which price, and what it looks like.
//!
//! Layout: `domain/` has products and the conditions under which they are written, free of I/O; `ports.rs` says what
//! the functions need, and `adapters/` does it with DynamoDB, S3 and SQS; `functions/` has one file per Lambda, `usecases/` what
//! is more than a few lines; `error.rs` is every way to fail, `api.rs` what travels on HTTP.
//!
//! Invariants:
//! - A product's version counts its changes from 1 and never goes back: a deleted product stays as a tombstone, and
//!   creating it again goes on from the tombstone's version. Consumers of events can therefore keep the highest they
//!   saw.
//! - Nobody overwrites what they have not seen: every write of an existing product names the version that it replaces.
//! - A write is one conditional `UpdateItem`, with no read before it: the condition and the change cannot come apart.
//! - A picture is on its product exactly while it is `ready`: both change in one transaction. What has been decided about it
//!   stays so, however often and late its upload is told of; only an admin takes it off, for good.
//! - Nothing of an upload is served: what is shown was decoded and encoded anew, and is named after the upload's content.

mod adapters;
pub mod api;
pub mod domain;
mod error;
mod functions;
pub mod ports;
mod usecases;

pub use error::Error;
pub use functions::functions;

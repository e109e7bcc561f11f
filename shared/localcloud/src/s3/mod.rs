//! S3, as far as the shop needs it: objects that functions put and get, objects that browsers put with an address which a
//! function has signed, what a bucket tells a queue, and what the shop's address serves of a bucket.
//!
//! What is modelled: `PutObject` and `GetObject` with content type, cache control, entity tag and length; presigned `PUT`
//! with its whole signature, expiry and signed headers checked; `s3:ObjectCreated:Put` to one queue; objects that survive a
//! restart. Whoever may not list a bucket is told "Access Denied" about an object that does not exist, as in S3.
//!
//! What is left out: versions, parts, ranges, conditions, copies, deletion, listing, access lists, encryption, checksums
//! (they are taken and not compared), expiry of objects, the `s3:TestEvent` that a new notification begins with, CORS (the
//! address that takes uploads is the shop's own), virtual-hosted addresses, and everything else that buckets do.
//!
//! Layout: `buckets.rs` is what is kept; `events.rs` what a bucket tells a queue; `api.rs` answers functions; `presigned.rs`
//! checks signatures; `serve.rs` is what browsers reach.

mod api;
mod buckets;
mod events;
mod presigned;
mod serve;
#[cfg(test)]
mod tests;

pub(crate) use api::{Location, action, xml_error};
pub use buckets::Object;
pub(crate) use buckets::{BucketConfig, Buckets, Metadata};
pub(crate) use serve::router;

/// Where S3 is, below the address of the API: browsers must reach it under the same address as the pages.
pub(crate) const PATH: &str = "/_s3";

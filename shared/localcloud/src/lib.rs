//! A small AWS in one process, for development and for tests. Production is AWS.
//!
//! The shop's real handlers run in it, with the real AWS SDK clients, whose HTTP requests are answered in process
//! ([`connector`]). It is wired from the contexts' `service.yaml`, gives every function its own access key, and denies what is
//! not granted. README.md lists what each stand-in models and what it leaves out.
//!
//! Layout: `cloud.rs` puts everything together; `endpoint.rs` is where functions' requests arrive; then a file or folder per
//! service. `sources/` invokes functions; `gateway/` is the HTTP API; `console.rs` is what `/_local` shows.

pub mod aws;
mod clock;
mod cloud;
mod connector;
mod dynamodb;
mod endpoint;
mod executions;
mod functions;
mod mailbox;
mod meter;
mod permissions;
mod sources;
pub mod sns;
pub mod sqs;
pub mod states;
mod store;
mod stripe;
pub mod testing;

pub use clock::LocalClock;
pub use store::Store;

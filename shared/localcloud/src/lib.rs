//! A small AWS in one process, for development and for tests. Production is AWS.
//!
//! The shop's real handlers run in it, with the real AWS SDK clients, whose HTTP requests are answered in process
//! (`connector.rs`). It is wired from the contexts' `service.yaml`, gives every function its own access key, and denies what is
//! not granted. README.md lists what each stand-in models and what it leaves out.
//!
//! Layout: `cloud.rs` puts everything together and `front.rs` is how it is seen from outside; `carrier.rs` brings functions'
//! requests to `endpoint.rs`, or loses them, as `driver.rs` decides; then a file or folder per service. `sources/` invokes
//! functions; `gateway/` is the HTTP API; `console.rs` is what `/_local` shows. `limits/` is a driver that refuses what is
//! too much.

pub mod aws;
mod carrier;
mod clock;
mod cloud;
mod connector;
pub mod console;
pub mod driver;
mod dynamodb;
mod endpoint;
mod executions;
mod front;
mod functions;
pub mod gateway;
pub mod issuer;
pub mod limits;
mod mailbox;
mod meter;
mod permissions;
mod s3;
pub mod sns;
mod sources;
pub mod sqs;
pub mod step_functions;
mod store;
mod stripe;
mod surroundings;
pub mod switches;
pub mod testing;
pub mod user_pool;

pub use clock::LocalClock;
pub use cloud::{CloudError, Code, Options};
pub use executions::Execution;
pub use fakestripe::Authentication;
pub use front::{Cloud, QueueView};
pub use functions::InvokeFailure;
pub use mailbox::Mail;
pub use meter::Readings;
pub use permissions::Grant;
pub use s3::Object;
pub use sources::FailedRecord;
pub use store::Store;
pub use surroundings::{Remains, Surroundings};

//! What every function needs.
//!
//! A context's crate lists its functions with [`Function::new`]; each function's `start` is given a [`Runtime`] (settings,
//! SDK configuration, clock, ids) and answers a [`Handler`], built with [`http`], [`step`], [`queue`], [`stream`],
//! [`schedule`] or [`token`]. A context's `main.rs` hands the list to [`main`]; the local cloud and the tests call the same handlers.
//! Nothing in a handler can tell where it runs.
//!
//! Layout: `function.rs` and `runtime.rs` are the frame; `http.rs` (with `page.rs`), `queue.rs`, `stream.rs`, `step.rs` and `user_pool.rs` turn each kind of
//! trigger into a typed call, and `bucket.rs` what a bucket tells a queue; `outbox.rs` publishes a table's stream as events; `process.rs` is what runs in AWS.

mod bucket;
mod error;
mod function;
mod http;
mod outbox;
mod page;
mod problem;
mod process;
mod queue;
mod runtime;
mod settings;
mod step;
mod stream;
mod user_pool;

pub use bucket::{StoredObject, stored_objects};
pub use error::{FunctionError, StartError, chain};
pub use function::{Function, Handle, Handler, Invocation};
pub use http::{Caller, Request, Response, http};
pub use outbox::{Outbox, publish_changes, publisher};
pub use page::cursor;
pub use problem::{FieldError, Problem};
pub use process::main;
pub use queue::{Message, queue, queue_batch, queue_of};
pub use runtime::{Runtime, UniqueIds, Uuids, jitter, retries, timeouts};
pub use settings::Settings;
pub use step::{schedule, step};
pub use stream::{Change, stream};
pub use user_pool::{TokenRequest, token};

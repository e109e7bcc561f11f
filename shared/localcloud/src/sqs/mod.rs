//! SQS standard queues, faithful in what can lose or repeat a message.
//!
//! What is modelled, each with AWS's own rule: visibility timeouts, delays, receipt handles (only the newest one of a
//! message counts), receive counts, moves to and from dead-letter queues, retention, long polling, batches that fail in
//! part, size limits, and the MD5 sums that some SDKs check. Messages are written through to the
//! [`Store`](crate::Store), so that a restart goes on where the last run ended. A [`Courier`] decides whatever AWS
//! leaves open: order, repeats, and delays of a topic's deliveries.
//!
//! What is left out: FIFO queues, fair queues (`MessageGroupId`), queue policies and encryption, the limit of 120,000
//! messages in flight, the limit of twelve hours over several visibility changes, the limit of one purge a minute, the
//! system attributes `SenderId` and `AWSTraceHeader`, and creating queues over the API: they come from `service.yaml`.
//! An action or a field of a request that is not modelled is refused, never half obeyed.
//!
//! Layout: `message.rs` is what can be sent and what is received; `queue.rs` one queue's messages by time; `broker.rs`
//! the rules over all queues, with the time passed in; `queues.rs` adds the clock, the lock and waiting; `api.rs` and
//! `requests.rs` are the JSON protocol; `batch.rs` the rules of batches, which SNS shares.

mod api;
pub(crate) mod batch;
mod broker;
mod courier;
mod error;
mod message;
mod queue;
mod queues;
mod requests;
#[cfg(test)]
mod tests;

pub use courier::{Courier, Delivery, Prompt};
pub use error::query_code;
pub use message::{AttributeValue, Depth, MessageAttribute, NewMessage, Peeked, Received, Standing, md5_of_body};
pub(crate) use message::{WireAttribute, check_attribute, check_text, parse_attributes};
pub use queue::{QueueConfig, RETENTION, RETENTION_DEAD, Redrive};
pub use queues::Queues;

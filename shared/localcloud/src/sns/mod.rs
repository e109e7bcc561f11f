//! SNS topics that hand their messages to SQS queues.
//!
//! What is modelled: `Publish` and `PublishBatch` over the query protocol, batches that fail in part, size limits,
//! message attributes, raw delivery and the JSON envelope, and filter policies over attributes or the body. A message
//! is in its queues when the call is answered, hidden there for as long as the [`Courier`](crate::sqs::Courier) wants
//! its delivery to take, so that a restart loses none that is on its way.
//!
//! What is left out: subscribers other than queues, FIFO topics, `MessageStructure`, phone numbers, signatures in the
//! envelope, the filter operator `cidr`, and managing topics over the API: they come from `service.yaml`. A request or
//! a policy that asks for any of these is refused, never half obeyed.
//!
//! Layout: `topics.rs` is topics and delivery; `filter.rs` filter policies; `api.rs` the query protocol, whose forms
//! `form.rs` reads.

mod api;
mod filter;
mod form;
#[cfg(test)]
mod tests;
mod topics;

pub use filter::FilterScope;
pub use topics::{Notification, Subscription, Topics};

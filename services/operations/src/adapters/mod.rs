//! The only place that knows SQS.

mod sqs;

pub(crate) use sqs::Sqs;

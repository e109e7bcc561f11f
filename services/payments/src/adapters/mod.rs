//! The only place that knows AWS or Stripe.

pub(crate) mod dynamodb;
pub(crate) mod secrets;
pub(crate) mod sqs;
pub(crate) mod stripe;

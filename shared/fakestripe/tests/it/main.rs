//! What the stand-in promises, rule by rule.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod async_stripe;
mod bench;
mod idempotency;
mod intents;
mod laws;
mod lists;
mod refunds;
mod state;
mod webhooks;

//! The protocols hold, each rule is for something, and the model is of the saga that is shipped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod definition;
mod protocols;
mod rules;

//! The simulator's tests: a binary of its own, because they use every core, and the end-to-end tests go by the machine's
//! clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod matrix;
mod planted;
mod repeatability;
mod rules;
mod sale;
mod seeds;
mod shrinking;

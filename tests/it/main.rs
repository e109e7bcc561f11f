//! End-to-end, architecture and drift tests, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod architecture;
mod browser;
mod contracts;
mod documents;
mod drift;
mod e2e;
mod museum;
mod saga;
mod stage;

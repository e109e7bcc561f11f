//! End-to-end, architecture and drift tests, in one binary.

mod architecture;
mod contracts;
mod documents;
mod drift;
mod e2e;
mod saga;
mod stage;

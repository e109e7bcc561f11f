//! One file per command.

pub mod check;
pub mod docs;
pub mod up;

//! One file per command.

pub mod check;
pub mod docs;
pub mod package;
pub mod up;

//! One file per command.

pub mod check;
pub mod deploy;
pub mod destroy;
pub mod docs;
pub mod load;
pub mod logs;
pub mod outputs;
pub mod package;
pub mod rollback;
pub mod sale;
pub mod simulate;
pub mod up;

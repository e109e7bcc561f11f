//! What this context does.

mod send_once;

pub use send_once::send_once;

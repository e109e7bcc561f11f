//! What this context does, step by step. Each can be run again at any time, beside itself and beside the others.

mod adjust;
mod allocate;
mod commit;
mod expire;
mod refuse;
mod release;
mod reserve;
mod spread;

pub use adjust::adjust;
pub use allocate::{Allocate, Outcome};
pub use commit::commit;
pub use expire::{Expiry, expire};
pub use refuse::refuse;
pub use release::release;
pub use reserve::Reserve;
pub use spread::{Rebalance, even_out, rebalance, set_shards};

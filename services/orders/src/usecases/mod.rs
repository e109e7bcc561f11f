//! What the functions do.

mod admit;
mod cancel;
mod place;
mod settle;
mod watch;

pub use admit::{AdmitOrders, StartOrders};
pub use cancel::{Cancelled, cancel};
pub use place::{PlaceOrder, Placed};
pub use settle::{abandon, confirm, park};
pub use watch::{WatchOrders, resume};

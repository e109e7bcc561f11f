//! What the functions do.

mod admit;
mod cancel;
mod place;
mod resume;
mod settle;
mod watch;

pub use admit::{AdmitOrders, StartOrders};
pub use cancel::{Cancelled, Canceller, cancel};
pub use place::{PlaceOrder, Placed};
pub use resume::resume_now;
pub use settle::{abandon, confirm, park};
pub use watch::{WatchOrders, resume};

//! The rules of orders. Pure: no I/O, and time is passed in.

mod history;
mod identity;
mod order;
mod placing;
mod position;
mod sale;
mod status;
mod watch;

pub use history::{By, Entry, LOOKS_KEPT, What, execution_name};
pub use identity::{fingerprint, order_id};
pub use order::{Address, Line, Order};
pub use placing::{LINES_MAX, Price, Refused, Wanted, WantedLine, price};
pub use position::Position;
pub use sale::{Bid, Pace, Phase, Sale, Start, bid};
pub use status::Status;
pub use watch::{Schedule, Watch};

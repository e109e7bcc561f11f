//! The rules of stock and holds: no I/O, no clock.

mod adjustment;
mod hold;
mod reservation;
mod shards;
mod stock;

pub use adjustment::{Adjustment, AdjustmentPosition, AdjustmentReason, Delta};
pub use hold::{Ending, Event, Hold, HoldState};
pub use reservation::{LINES_MAX, Reservation};
pub use shards::{Move, SHARDS_MAX, Shards, Source};
pub use stock::{ShardKey, StockLevel, StockShard, UNITS_MAX};

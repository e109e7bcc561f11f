//! DynamoDB: the only place that knows its types.
//!
//! Layout: `items.rs` is how things are stored; `database.rs` sends writes and tries again where others were in the
//! way; `holds.rs`, `tombstones.rs`, `reservations.rs`, `stock.rs`, `recent_shards.rs`, `shards.rs`, `adjustments.rs`
//! and `ledger.rs` implement the ports.

mod adjustments;
mod database;
mod holds;
mod items;
mod ledger;
mod recent_shards;
mod reservations;
mod shards;
mod stock;
mod tombstones;

pub(crate) use adjustments::Adjustments;
pub(crate) use holds::HoldsTable;
pub(crate) use items::{HoldItem, StockItem, StoredState};
pub(crate) use ledger::AdjustmentsLedger;
pub(crate) use recent_shards::RecentShards;
pub(crate) use reservations::{Releases, Reservations};
pub(crate) use shards::ShardsTable;
pub(crate) use stock::StockTable;
pub(crate) use tombstones::Refusals;

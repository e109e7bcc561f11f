//! How AWS gives what the use cases need. The only place that knows AWS types.

mod orders_table;
mod price_cache;
mod prices_table;
mod sagas;
mod watch_queue;

pub(crate) use orders_table::OrdersTable;
pub(crate) use price_cache::PriceCache;
pub(crate) use prices_table::PricesTable;
pub(crate) use sagas::Sagas;
pub(crate) use watch_queue::WatchQueue;

//! How AWS gives what the use cases need. The only place that knows AWS types.

mod conditional;
mod delayed;
mod limits;
mod order_topic;
mod orders_table;
mod price_cache;
mod prices_table;
mod sagas;
mod start_queue;
mod turns;
mod watch_queue;

pub(crate) use limits::Limits;
pub(crate) use order_topic::OrderTopic;
pub(crate) use orders_table::OrdersTable;
pub(crate) use price_cache::PriceCache;
pub(crate) use prices_table::PricesTable;
pub(crate) use sagas::Sagas;
pub(crate) use start_queue::StartQueue;
pub(crate) use turns::Turns;
pub(crate) use watch_queue::WatchQueue;

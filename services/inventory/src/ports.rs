//! What the use cases need of the database: one trait per capability, as narrow as the grant behind it.
//!
//! Every write is conditional, and either happens whole or not at all. After an error it may have happened all the
//! same: the answer was lost. So every use case can be run again.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{OrderId, Sku, Timestamp};

use crate::{
    Error,
    domain::{Adjustment, AdjustmentPosition, Ending, Hold, Move, Reservation, Shards, Source, StockShard},
};

/// Takes an order's units from stock.
#[async_trait]
pub trait HoldLines: Send + Sync {
    /// Puts all of the order's holds and takes their units, one source per line, if no hold exists and there is enough of
    /// everything.
    ///
    /// # Errors
    /// The database does not say.
    async fn hold(&self, reservation: &Reservation, sources: &[Source], now: Timestamp) -> Result<Holding, Error>;
}

/// What came of wanting to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Every line is held.
    Held,
    /// Nothing was done: there are holds of this order already, and they decide.
    HoldsExist,
    /// Nothing was done: of some line there is not enough anywhere.
    SoldOut,
    /// Nothing was done: where the units of these lines were to come from there are not enough. Other shards may have them.
    Elsewhere(Vec<usize>),
}

/// Takes the units of many orders from one stock item.
#[async_trait]
pub trait HoldBatch: Send + Sync {
    /// Puts the holds of all these orders, which have one line each, of the same sku, and takes their units from one source,
    /// if none of the holds exists and there is enough for all. At most [`BATCH_MAX`] orders.
    ///
    /// # Errors
    /// The database does not say.
    async fn hold_batch(&self, orders: &[Reservation], source: Source, now: Timestamp) -> Result<BatchHolding, Error>;
}

/// Orders in a batch, at most: each takes one item of a transaction, and their stock item the last of a hundred.
///
/// Source: Amazon DynamoDB API, `TransactWriteItems`.
pub const BATCH_MAX: usize = 99;

/// What came of wanting to hold for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchHolding {
    /// Every order holds its units.
    Held,
    /// Nothing was done: of these orders, by their places, there are holds already, and they decide.
    HoldsExist(Vec<usize>),
    /// Nothing was done: the source does not have enough for all.
    TooFew,
}

/// Finds out how skus are spread over shards.
#[async_trait]
pub trait FindShards: Send + Sync {
    /// What the sku's shards had a second ago or less, if it is known here that it has several.
    ///
    /// # Errors
    /// The database does not say.
    async fn recent(&self, sku: &Sku) -> Result<Option<Shards>, Error>;

    /// What the sku's shards had at one moment after this was asked, if anything was ever received.
    ///
    /// # Errors
    /// The database does not say.
    async fn exact(&self, sku: &Sku) -> Result<Option<Shards>, Error>;
}

/// Finds out what can be ordered.
#[async_trait]
pub trait ReadAvailability: Send + Sync {
    /// The units of each of these skus over all of its shards, as they were a moment ago. A sku of which nothing was ever
    /// received is left out.
    ///
    /// # Errors
    /// The database does not say.
    async fn available(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, i64>, Error>;
}

/// Moves units between a sku's shards.
#[async_trait]
pub trait MoveUnits: Send + Sync {
    /// Makes all of these moves, unless some shard does not have what it is to give. Answers whether it did.
    ///
    /// # Errors
    /// The database does not say.
    async fn shift(&self, sku: &Sku, moves: &[Move], now: Timestamp) -> Result<bool, Error>;
}

/// Opens shards.
#[async_trait]
pub trait OpenShards: Send + Sync {
    /// Has so many shards in use from now on, and creates those that do not exist, if the sku has `existing` of them now.
    /// Answers whether it did.
    ///
    /// # Errors
    /// The database does not say.
    async fn open(&self, sku: &Sku, existing: u32, in_use: u32, now: Timestamp) -> Result<bool, Error>;
}

/// Finds the skus whose units may have to be evened out.
#[async_trait]
pub trait FindSharded: Send + Sync {
    /// The skus with several shards on one page of all stock; the first page, or the one `after` which this goes on.
    ///
    /// # Errors
    /// The database does not say.
    async fn sharded(&self, after: Option<String>) -> Result<ShardedPage, Error>;
}

/// One page of a search for skus with several shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardedPage {
    /// What it found.
    pub skus: Vec<Sku>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// Writes down that an order will never hold anything.
#[async_trait]
pub trait RecordRefusal: Send + Sync {
    /// Puts the tombstone, unless a hold is there. Answers whether it did.
    ///
    /// # Errors
    /// The database does not say.
    async fn record_refusal(&self, tombstone: &Hold, now: Timestamp) -> Result<bool, Error>;
}

/// Reads an order's holds.
#[async_trait]
pub trait ReadHolds: Send + Sync {
    /// All holds of the order as they are now, sorted by sku.
    ///
    /// # Errors
    /// The database does not say.
    async fn holds(&self, order_id: &OrderId) -> Result<Vec<Hold>, Error>;
}

/// Lists what admins did to stock.
#[async_trait]
pub trait ListAdjustments: Send + Sync {
    /// Up to `limit` adjustments of the sku before `after`, newest first, and whether there are more.
    ///
    /// # Errors
    /// The database does not say.
    async fn adjustments(
        &self,
        sku: &Sku,
        after: Option<&AdjustmentPosition>,
        limit: usize,
    ) -> Result<(Vec<Adjustment>, bool), Error>;
}

/// Makes a hold final.
#[async_trait]
pub trait CommitHold: Send + Sync {
    /// Commits the hold, if it is held and has not expired.
    ///
    /// # Errors
    /// The database does not say.
    async fn commit(&self, order_id: &OrderId, sku: &Sku, now: Timestamp) -> Result<Committing, Error>;
}

/// What came of wanting to commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committing {
    /// It is committed now.
    Committed,
    /// Nothing was done: the hold is in another state, or has expired.
    Unchanged(Hold),
    /// There is no such hold.
    Missing,
}

/// Ends holds and gives their units back.
#[async_trait]
pub trait ReleaseHolds: Send + Sync {
    /// Releases these holds of one order together, if every one of them is still in the state that it has here and,
    /// when the ending is expiry, has expired. Answers whether it did.
    ///
    /// # Errors
    /// The database does not say.
    async fn release(&self, holds: &[Hold], ending: Ending, now: Timestamp) -> Result<bool, Error>;
}

/// Finds the holds that nobody committed in time.
#[async_trait]
pub trait FindExpired: Send + Sync {
    /// The expired holds of one page of all holds; the first page, or the one `after` which this goes on.
    ///
    /// # Errors
    /// The database does not say.
    async fn expired(&self, now: Timestamp, after: Option<HoldKey>) -> Result<ExpiredPage, Error>;
}

/// Names a hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldKey {
    /// The order.
    pub order_id: OrderId,
    /// The sku.
    pub sku: Sku,
}

/// One page of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredPage {
    /// What it found. An item that cannot be read is an error of its own and keeps nobody from the others.
    pub holds: Vec<Result<Hold, Error>>,
    /// Where the next page begins, if there is one.
    pub next: Option<HoldKey>,
}

/// Reads stock.
#[async_trait]
pub trait ReadStock: Send + Sync {
    /// All shards of the sku as they were at one moment, by number; none when nothing was ever received.
    ///
    /// # Errors
    /// The database does not say.
    async fn stock(&self, sku: &Sku) -> Result<Vec<StockShard>, Error>;
}

/// Receives units and writes them off.
#[async_trait]
pub trait AdjustStock: Send + Sync {
    /// Records the adjustment and changes the stock in shard 0, if no adjustment has its id and the figures stay in bounds.
    ///
    /// # Errors
    /// The database does not say.
    async fn adjust(&self, adjustment: &Adjustment) -> Result<Adjusting, Error>;
}

/// What came of wanting to adjust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adjusting {
    /// It is done.
    Adjusted,
    /// Nothing was done: this adjustment has the id already.
    Known(Adjustment),
    /// Nothing was done: there would be too many units, or fewer than none, in shard 0.
    OutOfBounds,
}

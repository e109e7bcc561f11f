//! What the use cases need from outside: one trait per capability, as narrow as the function's grants.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use contracts::{
    events::ProductEvent,
    saga::{OrderSaga, Refusal},
};
use kernel::{CustomerId, OrderId, SignedDuration, Sku, Timestamp};

use crate::{
    Error,
    domain::{Bid, Entry, Order, Position, Price, Sale, Status, Watch},
};

/// Writes a new order down.
#[async_trait]
pub trait PutOrder: Send + Sync {
    /// Puts the order, unless there is one with its id: then that one is the answer.
    async fn put(&self, order: &Order) -> Result<Option<Order>, Error>;
}

/// Writes a new order down that counts towards a customer's limit.
#[async_trait]
pub trait PutLimited: Send + Sync {
    /// Puts the order, unless there is one with its id, or its customer would have more of the sale's product than `most`.
    async fn put_limited(&self, order: &Order, bid: &Bid, most: u32) -> Result<Limited, Error>;

    /// Lets these orders, which were cancelled, not count any more: so many units in all.
    async fn discount(&self, customer: &CustomerId, sku: &Sku, orders: &[OrderId], units: u32) -> Result<(), Error>;
}

/// What came of wanting to put an order within a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limited {
    /// It is written down.
    Put,
    /// Nothing was done: this order has its id already.
    Exists(Box<Order>),
    /// Nothing was done: these orders of the customer count already.
    Reached(Vec<OrderId>),
}

/// Has queued orders get their stock.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Tells whoever allocates stock that this order waits for it.
    async fn queue(&self, order: &Order) -> Result<(), Error>;
}

/// Gives turns to pay.
#[async_trait]
pub trait TakeTurns: Send + Sync {
    /// When turns begin that take so long in all, none of them before now and none that somebody else has.
    async fn take(&self, all: SignedDuration, now: Timestamp) -> Result<Timestamp, Error>;
}

/// Knows how long the queue is.
#[async_trait]
pub trait NextTurn: Send + Sync {
    /// When the next turn is, as it was a second ago or less; nothing, when nobody waits.
    async fn next(&self) -> Result<Option<Timestamp>, Error>;
}

/// Writes down when an order's turn is.
#[async_trait]
pub trait GiveTurn: Send + Sync {
    /// The order's turn is then, if it still waits for one. When its turn is, if it has one.
    async fn give(&self, id: &OrderId, starts_at: Timestamp) -> Result<Option<Timestamp>, Error>;
}

/// Sends for orders whose turn it is.
#[async_trait]
pub trait SendStarts: Send + Sync {
    /// Each of these orders is to be started after its delay. Where one fails, all count as failed.
    async fn send(&self, starts: &[(OrderId, Duration)]) -> Result<(), Error>;
}

/// Keeps sales.
#[async_trait]
pub trait KeepSales: Send + Sync {
    /// The product is in this sale from now on, or in none. Whether there is such a product.
    async fn set_sale(&self, sku: &Sku, sale: Option<&Sale>) -> Result<bool, Error>;
}

/// Lists sales.
#[async_trait]
pub trait ListSales: Send + Sync {
    /// Every product that is on sale and in a sale, by sku.
    async fn sales(&self) -> Result<BTreeMap<Sku, Sale>, Error>;
}

/// Marks sales in which nothing is left.
#[async_trait]
pub trait MarkSoldOut: Send + Sync {
    /// Nothing was left at this moment, if the product is in a sale.
    async fn mark_sold_out(&self, sku: &Sku, at: Timestamp) -> Result<(), Error>;
}

/// Finds one order.
#[async_trait]
pub trait FindOrder: Send + Sync {
    /// The order with this id, as of now.
    async fn find(&self, id: &OrderId) -> Result<Option<Order>, Error>;
}

/// Finds orders by their ids.
#[async_trait]
pub trait FindOrders: Send + Sync {
    /// Those of these orders that exist, in no particular order, as of now.
    async fn find_all(&self, ids: &[OrderId]) -> Result<Vec<Order>, Error>;
}

/// Lists orders.
#[async_trait]
pub trait ListOrders: Send + Sync {
    /// Up to `limit` of a customer's orders after `after`, newest first, and whether there are more.
    async fn list(
        &self,
        customer: &CustomerId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<(Vec<Order>, bool), Error>;

    /// Up to `limit` of the orders that need an operator after `after`, those that have waited longest first, and whether
    /// there are more.
    async fn list_marked(&self, after: Option<&Position>, limit: usize) -> Result<(Vec<Order>, bool), Error>;

    /// Up to `limit` of all orders after `after`, in no particular order, and whether there are more.
    async fn list_all(&self, after: Option<&Position>, limit: usize) -> Result<(Vec<Order>, bool), Error>;
}

/// Remembers what happened to an order.
#[async_trait]
pub trait RecordEntry: Send + Sync {
    /// Writes it down, if the order is there and not settled. Whether it was.
    async fn record(&self, id: &OrderId, entry: &Entry) -> Result<bool, Error>;
}

/// A step in an order's life.
#[derive(Debug, Clone)]
pub struct Step {
    /// The order.
    pub order_id: OrderId,
    /// Only if it is this customer's.
    pub owner: Option<CustomerId>,
    /// What it becomes, if the transition table allows it.
    pub to: Status,
    /// Why; the first reason that was ever given stays.
    pub reason: Option<Refusal>,
    /// What the customer's browser needs.
    pub client_secret: Option<String>,
    /// What is remembered of it, and when it was made.
    pub entry: Entry,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stepped {
    /// It was made; the order is as it is now.
    Made(Box<Order>),
    /// The order's status (or owner) does not allow it; the order is as it is.
    NotAllowed(Box<Order>),
    /// There is no such order.
    Missing,
}

/// Changes an order's status.
#[async_trait]
pub trait StepOrder: Send + Sync {
    /// Makes the step, in one write that is conditional on the status.
    async fn step(&self, step: Step) -> Result<Stepped, Error>;
}

/// Marks an order for an operator.
#[async_trait]
pub trait MarkOrder: Send + Sync {
    /// Marks it, unless it is marked already or has come to its end. Whether it was marked now.
    async fn mark(&self, id: &OrderId, at: Timestamp) -> Result<bool, Error>;
}

/// Remembers how far the watchdog has come with an order.
#[async_trait]
pub trait RecordRound: Send + Sync {
    /// Remembers that the watchdog has looked, and will for the `round`-th time, unless it has come further already.
    async fn record_round(&self, id: &OrderId, round: u32, looked: &Entry) -> Result<(), Error>;
}

/// Knows prices.
#[async_trait]
pub trait FindPrices: Send + Sync {
    /// The prices of those of these skus that are on sale.
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Price>, Error>;
}

/// Keeps this context's copy of a price.
#[async_trait]
pub trait KeepPrice: Send + Sync {
    /// Keeps what the event says, unless a later version is known. `removed` takes the product off sale.
    async fn keep(&self, product: &ProductEvent, removed: bool) -> Result<(), Error>;
}

/// Starts the order saga.
#[async_trait]
pub trait StartSaga: Send + Sync {
    /// Starts an execution. What it is called.
    async fn start(&self, saga: &OrderSaga) -> Result<String, Error>;
}

/// Sets the watchdog.
#[async_trait]
pub trait SetWatch: Send + Sync {
    /// Sends these, each to arrive after its delay. Where one fails, all count as failed.
    async fn watch(&self, watches: &[(Watch, Duration)]) -> Result<(), Error>;
}

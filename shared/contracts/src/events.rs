//! Events: CloudEvents 1.0, published to SNS by each context's stream publisher.
//!
//! Source: CloudEvents 1.0.2, JSON event format. The message attribute `type` repeats the event's type, so that queues can
//! filter by it.

use kernel::{CustomerId, EmailAddress, Money, OrderId, Quantity, Sku, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::saga::{MoneyShape, OrderFacts, Refusal};

/// A CloudEvents 1.0 envelope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CloudEvent<T> {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique per source. Made from the fact itself, so that publishing twice is recognisable.
    pub id: String,
    /// The context, as in `/emporium/orders`.
    pub source: String,
    /// What happened, and the version of `data`, as in `shop.order.confirmed.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it happened to: an order id or a sku.
    pub subject: String,
    /// When it happened.
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// The payload.
    pub data: T,
}

/// A payload: it knows which types of event carry it.
pub trait Payload: Serialize {
    /// The source of these events.
    const SOURCE: &'static str;
}

impl<T: Payload> CloudEvent<T> {
    /// An event of `kind` about `subject`. `id` must be the same whenever this fact is published again.
    pub fn new(kind: &str, id: impl Into<String>, subject: impl Into<String>, time: Timestamp, data: T) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: id.into(),
            source: T::SOURCE.to_owned(),
            kind: kind.to_owned(),
            subject: subject.into(),
            time,
            datacontenttype: "application/json".to_owned(),
            data,
        }
    }
}

/// An order of a sale waits for its stock to be allocated, in a batch with others.
pub const ORDER_QUEUED: &str = "shop.order.queued.v1";
/// Stock was allocated to queued orders, or could not be.
pub const STOCK_ALLOCATED: &str = "shop.stock.allocated.v1";
/// A product was created, or changed.
pub const PRODUCT_CHANGED: &str = "shop.product.changed.v1";
/// A product was taken out of the catalogue.
pub const PRODUCT_REMOVED: &str = "shop.product.removed.v1";
/// An order was placed.
pub const ORDER_PLACED: &str = "shop.order.placed.v1";
/// An order waits for its customer to authenticate the payment.
pub const ORDER_ACTION_REQUIRED: &str = "shop.order.action_required.v1";
/// An order's customer took it back; it is being undone.
pub const ORDER_CANCELLING: &str = "shop.order.cancelling.v1";
/// An order is paid, and its stock is committed.
pub const ORDER_CONFIRMED: &str = "shop.order.confirmed.v1";
/// An order is over: nothing held, nothing charged.
pub const ORDER_CANCELLED: &str = "shop.order.cancelled.v1";
/// An order has been tried many times and is not through; somebody should look.
pub const ORDER_NEEDS_OPERATOR: &str = "shop.order.needs_operator.v1";
/// The stock of a sku changed.
pub const STOCK_CHANGED: &str = "shop.stock.changed.v1";
/// A payment that waited for the customer is authorized now.
pub const PAYMENT_AUTHORIZED: &str = "shop.payment.authorized.v1";
/// A payment waits for the customer.
pub const PAYMENT_ACTION_REQUIRED: &str = "shop.payment.action_required.v1";
/// A payment was declined.
pub const PAYMENT_DECLINED: &str = "shop.payment.declined.v1";
/// A payment was captured.
pub const PAYMENT_CAPTURED: &str = "shop.payment.captured.v1";
/// A payment was canceled; no money moved.
pub const PAYMENT_CANCELED: &str = "shop.payment.canceled.v1";
/// A captured payment was given back.
pub const PAYMENT_REFUNDED: &str = "shop.payment.refunded.v1";

/// What `shop.product.*` events carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductEvent {
    /// The product.
    #[schemars(with = "String")]
    pub sku: Sku,
    /// Counts the product's changes from 1. Consumers keep the highest they have seen, and ignore the rest.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// Its price.
    #[schemars(with = "MoneyShape")]
    pub price: Money,
}

impl Payload for ProductEvent {
    const SOURCE: &'static str = "/emporium/catalog";
}

/// What `shop.order.*` events carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderEvent {
    /// The order.
    #[schemars(with = "String")]
    pub order_id: OrderId,
    /// Who placed it.
    #[schemars(with = "String")]
    pub customer_id: CustomerId,
    /// Where its mails go.
    #[schemars(with = "String")]
    pub email: EmailAddress,
    /// What was ordered.
    pub lines: Vec<OrderEventLine>,
    /// What it costs in all.
    #[schemars(with = "MoneyShape")]
    pub total: Money,
    /// Why, when it is cancelling or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Refusal>,
    /// When it was placed.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
}

/// What `shop.order.queued.v1` carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueuedOrder {
    /// When it was placed: stock is allocated first come, first served.
    #[schemars(with = "String")]
    pub placed_at: Timestamp,
    /// What its saga will be told of it. It has one line.
    pub order: OrderFacts,
}

impl Payload for QueuedOrder {
    const SOURCE: &'static str = "/emporium/orders";
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderEventLine {
    /// The sku.
    #[schemars(with = "String")]
    pub sku: Sku,
    /// The product's name when it was ordered.
    pub name: String,
    /// How many.
    #[schemars(with = "i64")]
    pub quantity: Quantity,
    /// The price of one.
    #[schemars(with = "MoneyShape")]
    pub unit_price: Money,
}

impl Payload for OrderEvent {
    const SOURCE: &'static str = "/emporium/orders";
}

/// What `shop.stock.changed.v1` carries: the state of one shard of one sku's stock after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockEvent {
    /// The sku.
    #[schemars(with = "String")]
    pub sku: Sku,
    /// Which part of its stock.
    pub shard: u32,
    /// Units that can be ordered.
    pub available: i64,
    /// Units ever received.
    pub received: i64,
    /// Units ever written off.
    pub written_off: i64,
}

impl Payload for StockEvent {
    const SOURCE: &'static str = "/emporium/inventory";
}

/// What `shop.stock.allocated.v1` carries: what became of a batch of queued orders. It is news and no decision: what an order
/// holds, its hold items say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockAllocated {
    /// What they wanted.
    #[schemars(with = "String")]
    pub sku: Sku,
    /// Orders that hold their units, first come first.
    #[schemars(with = "Vec<String>")]
    pub held: Vec<OrderId>,
    /// Orders for which not enough was left, or that were too late.
    #[schemars(with = "Vec<String>")]
    pub refused: Vec<OrderId>,
    /// Whether not a single unit was left.
    pub sold_out: bool,
}

impl Payload for StockAllocated {
    const SOURCE: &'static str = "/emporium/inventory";
}

/// What `shop.payment.*` events carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentEvent {
    /// The order it pays for.
    #[schemars(with = "String")]
    pub order_id: OrderId,
    /// Stripe's id of the payment intent.
    pub payment_intent_id: String,
    /// What it is about.
    #[schemars(with = "MoneyShape")]
    pub amount: Money,
    /// Why, when it was declined or canceled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Refusal>,
}

impl Payload for PaymentEvent {
    const SOURCE: &'static str = "/emporium/payments";
}

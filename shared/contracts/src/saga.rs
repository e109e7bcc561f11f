//! What the order saga (`services/orders/saga/order-saga.asl.json`) hands to its steps, and what they answer.
//!
//! A refusal is an answer, never an error: the saga's Choice states read `outcome`. An error means "not known yet": it is
//! retried, then ends the execution, and the watchdog starts the saga again. Every step, run again, answers what it
//! answered the first time.

use kernel::{CustomerId, Money, OrderId, PaymentMethodId, Quantity, Sku, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The input of an execution of the order saga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderSaga {
    /// Which way to begin. A forward execution may still turn to undo, and an undo to confirming.
    pub direction: Direction,
    /// Why, when beginning with the undo.
    pub reason: Option<Refusal>,
    /// The order.
    pub order: OrderFacts,
}

/// Which way an execution begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Reserve, authorize, commit, capture, confirm.
    Forward,
    /// Refuse, cancel the payment, release, abandon.
    Undo,
}

/// What never changes about an order, and all that the steps need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderFacts {
    /// The order.
    #[schemars(with = "String")]
    pub order_id: OrderId,
    /// Who placed it.
    #[schemars(with = "String")]
    pub customer_id: CustomerId,
    /// What was ordered: one line per sku, sorted by sku, never empty.
    pub lines: Vec<Line>,
    /// What it costs in all.
    #[schemars(with = "MoneyShape")]
    pub total: Money,
    /// The card, as a Stripe payment method.
    #[schemars(with = "String")]
    pub payment_method: PaymentMethodId,
    /// After this moment no step goes forward any more.
    #[schemars(with = "String")]
    pub deadline: Timestamp,
    /// Whether its stock was allocated before its saga was started. A hint: its holds are looked for before they are put.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allocated: bool,
}

/// So many of one sku.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The sku.
    #[schemars(with = "String")]
    pub sku: Sku,
    /// How many.
    #[schemars(with = "i64")]
    pub quantity: Quantity,
}

/// How [`Money`] looks in JSON.
#[derive(JsonSchema)]
#[schemars(rename = "Money")]
#[allow(dead_code, reason = "exists for its schema")]
pub(crate) struct MoneyShape {
    /// Minor units: cents for EUR, yen for JPY.
    amount_minor: i64,
    /// ISO 4217.
    currency: String,
}

/// Why an order does not go through. Definite: it will not change by trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A line could not be held.
    SoldOut,
    /// The hold had ended before the stock was committed.
    HoldExpired,
    /// The card was declined.
    PaymentDeclined,
    /// The card was declined for lack of funds.
    InsufficientFunds,
    /// The customer failed the bank's check (3-D Secure).
    AuthenticationFailed,
    /// The payment was canceled, by an undo or at Stripe.
    PaymentCanceled,
    /// The order was not through by its deadline.
    DeadlinePassed,
    /// The customer took the order back.
    CancelledByCustomer,
    /// The shop took the order back.
    CancelledByShop,
}

impl Refusal {
    /// The reason's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SoldOut => "sold_out",
            Self::HoldExpired => "hold_expired",
            Self::PaymentDeclined => "payment_declined",
            Self::InsufficientFunds => "insufficient_funds",
            Self::AuthenticationFailed => "authentication_failed",
            Self::PaymentCanceled => "payment_canceled",
            Self::DeadlinePassed => "deadline_passed",
            Self::CancelledByCustomer => "cancelled_by_customer",
            Self::CancelledByShop => "cancelled_by_shop",
        }
    }
}

/// The input of every forward step, and of those undo steps that need no reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The order.
    pub order: OrderFacts,
}

/// The input of the undo steps of inventory, which write down why: refuse-stock, release-stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UndoStep {
    /// The order.
    pub order: OrderFacts,
    /// Why it is undone.
    pub reason: Refusal,
}

/// The input of park-order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParkOrder {
    /// The order.
    pub order: OrderFacts,
    /// What the customer's browser needs to authenticate the payment with Stripe.
    pub client_secret: String,
    /// What the execution is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
}

/// The input of confirm-order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmOrder {
    /// The order.
    pub order: OrderFacts,
    /// What the execution is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
}

/// The input of abandon-order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbandonOrder {
    /// The order.
    pub order: OrderFacts,
    /// Why it is undone.
    pub reason: Refusal,
    /// What the execution is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
}

/// The input of capture-payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CapturePayment {
    /// The order.
    pub order: OrderFacts,
    /// Stripe's id of the payment intent, as authorize-payment answered it.
    pub payment_intent_id: String,
}

/// The input of cancel-payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelPayment {
    /// The order.
    pub order: OrderFacts,
    /// What to do when the money has been captured already: give it back, or say so and do nothing.
    pub refund_if_captured: bool,
}

/// What reserve-stock answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ReserveStockAnswer {
    /// Every line is held, or committed already.
    Held,
    /// This order will never hold anything (any more).
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// What authorize-payment answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum AuthorizePaymentAnswer {
    /// The money is set aside, or captured already.
    Authorized {
        /// Stripe's id of the payment intent, which capture-payment needs.
        payment_intent_id: String,
    },
    /// The customer has to authenticate first (3-D Secure).
    ActionRequired {
        /// What the customer's browser needs to do so.
        client_secret: String,
    },
    /// Declined, canceled, or too late.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// What commit-stock answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CommitStockAnswer {
    /// Every line's hold is committed.
    Committed,
    /// At least one hold had ended.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// What capture-payment answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CapturePaymentAnswer {
    /// The money is ours.
    Captured,
    /// It will not be.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// What confirm-order answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ConfirmOrderAnswer {
    /// The order is CONFIRMED or further.
    Confirmed,
    /// The order is CANCELLING: the customer's cancel came first.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// What park-order answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ParkOrderAnswer {
    /// The order waits for the customer (or is over already).
    Parked,
    /// The order is CANCELLING.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// What refuse-stock answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RefuseStockAnswer {
    /// Nothing was ever held, and now nothing ever will be: so there is no payment either.
    NeverHeld,
    /// Something was held once; the payment has to be looked at.
    WasHeld,
}

/// What cancel-payment answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CancelPaymentAnswer {
    /// No money will move.
    Canceled,
    /// The money was captured before it could be canceled; nothing was done.
    Captured,
    /// The money was captured and has been given back.
    Refunded,
}

/// What release-stock answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ReleaseStockAnswer {
    /// The order holds nothing any more.
    Released,
}

/// What abandon-order answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum AbandonOrderAnswer {
    /// The order is CANCELLED.
    Abandoned,
}

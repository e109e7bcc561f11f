//! An order.

use std::time::Duration;

use contracts::{
    events::{CloudEvent, ORDER_QUEUED, OrderEvent, OrderEventLine, QueuedOrder},
    saga::{Direction, OrderFacts, OrderSaga, Refusal},
};
use kernel::{CustomerId, EmailAddress, Money, OrderId, PaymentMethodId, Quantity, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{By, Entry, Status, What};

/// An order, as it is stored. Everything but status, reason and marks is decided when it is placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub order_id: OrderId,
    /// Who placed it.
    pub customer_id: CustomerId,
    /// Where it is in its life.
    pub status: Status,
    /// Counts its changes from 1.
    pub version: u64,
    /// What was ordered: one line per sku, sorted by sku.
    pub lines: Vec<Line>,
    /// What it costs in all.
    pub total: Money,
    /// The card, as a Stripe payment method.
    pub payment_method: PaymentMethodId,
    /// Where its mails go.
    pub email: EmailAddress,
    /// Where it goes.
    pub shipping_address: Address,
    /// What was asked, to recognise the same request.
    pub fingerprint: String,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// After this moment the saga does not go forward any more.
    pub deadline: Timestamp,
    /// Why it is cancelling or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Refusal>,
    /// What the customer's browser needs to authenticate the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Since when it has been waiting for somebody to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_operator_since: Option<Timestamp>,
    /// Whether it was placed in a sale, and so waits for its stock and its turn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub queued: bool,
    /// When its turn to pay comes, once its stock is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// How often the watchdog has looked at it, and come back to look again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub watch_round: u32,
    /// What happened to it since it was placed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Entry>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The sku.
    pub sku: Sku,
    /// The product's name when it was ordered.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one when it was ordered.
    pub unit_price: Money,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Who lives there.
    #[schema(max_length = 100)]
    pub name: String,
    /// Street and number.
    #[schema(max_length = 100)]
    pub line1: String,
    /// More of the street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub line2: Option<String>,
    /// The town.
    #[schema(max_length = 100)]
    pub city: String,
    /// The postal code.
    #[schema(max_length = 20)]
    pub postal_code: String,
    /// The state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub state: Option<String>,
    /// The country, in two capital letters (ISO 3166-1 alpha-2).
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: String,
}

/// Most orders are over before the watchdog looks.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
fn is_zero(round: &u32) -> bool {
    *round == 0
}

impl Order {
    /// What the saga's steps need to know.
    pub fn facts(&self) -> OrderFacts {
        let line = |line: &Line| contracts::saga::Line { sku: line.sku.clone(), quantity: line.quantity };
        OrderFacts {
            order_id: self.order_id.clone(),
            customer_id: self.customer_id.clone(),
            lines: self.lines.iter().map(line).collect(),
            total: self.total,
            payment_method: self.payment_method.clone(),
            deadline: self.deadline,
            allocated: self.starts_at.is_some(),
        }
    }

    /// Whether somebody has to look at it.
    pub fn needs_operator(&self) -> bool {
        self.needs_operator_since.is_some() && !self.status.is_settled()
    }

    /// The execution that brings this order further, or nothing when it is settled. An order whose customer took it back is
    /// undone; every other goes forward, and finds out by itself when that is no longer possible.
    pub fn next_execution(&self) -> Option<OrderSaga> {
        let (direction, reason) = match self.status {
            Status::Pending | Status::ActionRequired => (Direction::Forward, None),
            Status::Cancelling => (Direction::Undo, Some(self.reason.unwrap_or(Refusal::CancelledByCustomer))),
            _ => return None,
        };
        Some(OrderSaga { direction, reason, order: self.facts() })
    }

    /// How long it is until its turn to pay comes, if that is not over.
    pub fn waits(&self, now: Timestamp) -> Option<Duration> {
        let wait = self.starts_at.filter(|_| self.status == Status::Pending)?.duration_since(now);
        Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())
    }

    /// All that happened to it, oldest first, with the version that it had from then on, where that changed.
    pub fn story(&self) -> Vec<(Entry, Option<u64>)> {
        let mut entries = vec![Entry::new(self.created_at, What::Placed, By::Customer)];
        entries.extend(self.history.iter().cloned());
        let mut version = self.version;
        let mut story = Vec::with_capacity(entries.len() + 1);
        for entry in entries.into_iter().rev() {
            let changed = entry.what.event().map(|_| version);
            version -= u64::from(changed.is_some() && version > 1);
            story.push((entry, changed));
        }
        story.reverse();
        if let Some(starts_at) = self.starts_at {
            story.push((Entry::new(starts_at, What::Turn, By::Sale), None));
        }
        story.sort_by_key(|(entry, _)| entry.at);
        story
    }

    /// What whoever allocates stock to queued orders needs to know.
    pub fn queued(&self) -> CloudEvent<QueuedOrder> {
        let data = QueuedOrder { placed_at: self.created_at, order: self.facts() };
        let id = format!("{}:queued", self.order_id);
        CloudEvent::new(ORDER_QUEUED, id, self.order_id.as_str(), self.created_at, data)
    }

    /// The id of the event that tells of this version: publishing it twice is recognisable.
    pub fn event_id(&self, version: u64) -> String {
        format!("{}:{version}", self.order_id)
    }

    /// What events about this order carry.
    pub fn event(&self) -> OrderEvent {
        let line = |line: &Line| OrderEventLine {
            sku: line.sku.clone(),
            name: line.name.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
        };
        OrderEvent {
            order_id: self.order_id.clone(),
            customer_id: self.customer_id.clone(),
            email: self.email.clone(),
            lines: self.lines.iter().map(line).collect(),
            total: self.total,
            reason: self.reason,
            created_at: self.created_at,
        }
    }
}

//! What only admins are told of an order.

use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{By, Entry, Order, What};

/// What only admins are told of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderForAdmins)]
pub struct AdminBody {
    /// Who placed it.
    #[schema(example = "ada")]
    customer_id: String,
    /// Where its mails go.
    email: String,
    /// The card, as a Stripe payment method.
    payment_method: String,
    /// After this moment the saga does not go forward any more.
    #[schema(value_type = String, format = DateTime)]
    deadline: Timestamp,
    /// Counts its changes from 1.
    version: u64,
    /// How often the watchdog has looked at it.
    watch_round: u32,
    /// Since when it waits for an operator, if it does; if it is settled, since when it once did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    needs_operator_since: Option<Timestamp>,
    /// What happened to it, oldest first.
    history: Vec<EntryBody>,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderHistoryEntry)]
pub struct EntryBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What.
    what: What,
    /// By whose doing.
    by: By,
    /// The execution of the saga that did it, or was started by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
    /// The watchdog's round, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u32>,
    /// The event that tells the other contexts.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventBody>,
}

/// An event about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderEventName)]
pub struct EventBody {
    /// Its id.
    #[schema(example = "ord_0f8fad5bd9cb469fa16570867728950e:2")]
    id: String,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "shop.order.confirmed.v1")]
    kind: &'static str,
}

impl AdminBody {
    /// What there is to be told of this order.
    pub fn of(order: &Order) -> Self {
        let entry = |(entry, version): (Entry, Option<u64>)| EntryBody {
            at: entry.at,
            what: entry.what,
            by: entry.by,
            execution: entry.execution_name(&order.order_id),
            round: entry.round,
            event: version
                .zip(entry.what.event())
                .map(|(version, kind)| EventBody { id: order.event_id(version), kind }),
        };
        Self {
            customer_id: order.customer_id.to_string(),
            email: order.email.as_str().to_owned(),
            payment_method: order.payment_method.to_string(),
            deadline: order.deadline,
            version: order.version,
            watch_round: order.watch_round,
            needs_operator_since: order.needs_operator_since,
            history: order.story().into_iter().map(entry).collect(),
        }
    }
}

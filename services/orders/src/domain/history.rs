//! What happened to an order: for those who have to understand it later.
//!
//! It is kept in the order itself, and written by the same write as what it tells of. Nothing is decided by it.

use contracts::events::{
    ORDER_ACTION_REQUIRED, ORDER_CANCELLED, ORDER_CANCELLING, ORDER_CONFIRMED, ORDER_NEEDS_OPERATOR, ORDER_PLACED,
};
use kernel::{OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The watchdog's looks are written down so often; after that, only their number is.
pub const LOOKS_KEPT: u32 = 20;

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// By whose doing.
    pub by: By,
    /// The execution of the saga that did it, or was started by it: what its name has after the order's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// The watchdog's round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
}

/// What can happen to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderHistoryKind)]
pub enum What {
    /// It was placed.
    Placed,
    /// Its turn to pay was settled, for a moment that may still come.
    Turn,
    /// It waits for its customer to authenticate the payment.
    Parked,
    /// It went through.
    Confirmed,
    /// It was taken back, and is being undone.
    Cancelling,
    /// It is over: nothing held, nothing charged.
    Cancelled,
    /// The watchdog looked, found it unsettled, and started its saga again if nothing else was to come.
    Looked,
    /// The watchdog asked for an operator.
    Operator,
    /// An admin had its saga started again.
    Resumed,
}

/// Who can do something to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderHistoryBy)]
pub enum By {
    /// Its customer.
    Customer,
    /// An admin.
    Admin,
    /// A step of the saga.
    Saga,
    /// The watchdog.
    Watchdog,
    /// Who gives turns to the orders of a sale.
    Sale,
}

impl What {
    /// The type of the event that tells the other contexts of it, if they are told. Each of these, and nothing else, is a new
    /// version of the order.
    pub fn event(self) -> Option<&'static str> {
        match self {
            Self::Placed => Some(ORDER_PLACED),
            Self::Parked => Some(ORDER_ACTION_REQUIRED),
            Self::Confirmed => Some(ORDER_CONFIRMED),
            Self::Cancelling => Some(ORDER_CANCELLING),
            Self::Cancelled => Some(ORDER_CANCELLED),
            Self::Operator => Some(ORDER_NEEDS_OPERATOR),
            Self::Turn | Self::Looked | Self::Resumed => None,
        }
    }
}

impl Entry {
    /// Without an execution and a round.
    pub fn new(at: Timestamp, what: What, by: By) -> Self {
        Self { at, what, by, execution: None, round: None }
    }

    /// With the execution that is called this, of the saga of this order.
    #[must_use]
    pub fn execution(self, id: &OrderId, name: Option<&str>) -> Self {
        let short = |name: &str| name.strip_prefix(&format!("{id}-")).unwrap_or(name).to_owned();
        Self { execution: name.map(short), ..self }
    }

    /// What its execution is called, if it has one.
    pub fn execution_name(&self, id: &OrderId) -> Option<String> {
        self.execution.as_ref().map(|short| execution_name(id, short))
    }
}

/// What an execution of an order's saga is called. Every start has its own name: a saga may be started again while another
/// execution of it runs.
pub fn execution_name(id: &OrderId, unique: &str) -> String {
    format!("{id}-{unique}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_called_again_what_it_was_called() {
        let id = OrderId::from_bytes([1; 16]);
        let entry = Entry::new(Timestamp::UNIX_EPOCH, What::Confirmed, By::Saga);
        assert_eq!(entry.execution_name(&id), None);
        let name = execution_name(&id, "0f8fad5bd9cb469fa16570867728950e");
        let entry = entry.execution(&id, Some(&name));
        assert_eq!(entry.execution.as_deref(), Some("0f8fad5bd9cb469fa16570867728950e"));
        assert_eq!(entry.execution_name(&id), Some(name));
    }
}

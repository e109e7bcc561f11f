//! The life of an order.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order is in its life.
///
/// ```text
/// PENDING → CONFIRMED → (PARTIALLY_)FULFILLED → (PARTIALLY_)REFUNDED
///    ├⇄ ACTION_REQUIRED (3-D Secure)
///    └→ CANCELLING → CANCELLED
/// ```
///
/// That stock is held and money is set aside is not here: inventory and payments know it. An order that was tried many
/// times and is not through carries a mark besides its status ([`super::Order::needs_operator_since`]), because that is an
/// alarm and not an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Placed; the saga is at work.
    Pending,
    /// The customer has to authenticate the payment.
    ActionRequired,
    /// The customer took it back; it is being undone.
    Cancelling,
    /// Over: nothing held, nothing charged.
    Cancelled,
    /// Paid, and its stock is committed.
    Confirmed,
    /// Some of it has been handed over.
    PartiallyFulfilled,
    /// All of it has been handed over.
    Fulfilled,
    /// Some of the money has been given back.
    PartiallyRefunded,
    /// All of the money has been given back.
    Refunded,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::ActionRequired,
        Self::Cancelling,
        Self::Cancelled,
        Self::Confirmed,
        Self::PartiallyFulfilled,
        Self::Fulfilled,
        Self::PartiallyRefunded,
        Self::Refunded,
    ];

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::ActionRequired => "ACTION_REQUIRED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
            Self::Confirmed => "CONFIRMED",
            Self::PartiallyFulfilled => "PARTIALLY_FULFILLED",
            Self::Fulfilled => "FULFILLED",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::Refunded => "REFUNDED",
        }
    }

    /// The transition table. Whoever writes a status makes the write conditional on it.
    pub fn may_become(self, next: Self) -> bool {
        use Status::{
            ActionRequired, Cancelled, Cancelling, Confirmed, Fulfilled, PartiallyFulfilled, PartiallyRefunded,
            Pending, Refunded,
        };
        match self {
            Pending => matches!(next, ActionRequired | Cancelling | Cancelled | Confirmed),
            ActionRequired => matches!(next, Pending | Cancelling | Cancelled | Confirmed),
            Cancelling => matches!(next, Cancelled),
            Cancelled | Refunded => false,
            Confirmed => matches!(next, PartiallyFulfilled | Fulfilled | PartiallyRefunded | Refunded),
            PartiallyFulfilled => matches!(next, Fulfilled | PartiallyRefunded | Refunded),
            Fulfilled => matches!(next, PartiallyRefunded | Refunded),
            PartiallyRefunded => matches!(next, Refunded),
        }
    }

    /// The statuses from which `self` may be reached.
    pub fn predecessors(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |before| before.may_become(self))
    }

    /// Whether the saga has nothing left to do.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Pending | Self::ActionRequired | Self::Cancelling)
    }

    /// Whether the order went through.
    pub fn is_confirmed(self) -> bool {
        self.is_settled() && self != Self::Cancelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_absorb_and_nothing_becomes_itself() {
        for status in Status::ALL {
            assert!(!status.may_become(status), "{status:?}");
            assert!(!Status::Cancelled.may_become(status), "{status:?}");
            assert!(!Status::Refunded.may_become(status), "{status:?}");
        }
    }

    #[test]
    fn an_order_that_is_being_undone_can_only_end_undone() {
        let next: Vec<_> = Status::ALL.into_iter().filter(|next| Status::Cancelling.may_become(*next)).collect();
        assert_eq!(next, [Status::Cancelled]);
    }

    #[test]
    fn what_is_settled_never_becomes_unsettled() {
        for (from, to) in Status::ALL.into_iter().flat_map(|from| Status::ALL.map(|to| (from, to))) {
            assert!(!(from.is_settled() && from.may_become(to) && !to.is_settled()), "{from:?} to {to:?}");
            assert!(!(from.is_confirmed() && from.may_become(to) && !to.is_confirmed()), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}

//! Which mails there are.

use contracts::{
    events::{ORDER_ACTION_REQUIRED, ORDER_CANCELLED, ORDER_CONFIRMED},
    saga::Refusal,
};

/// A mail that an order can cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Template {
    /// The order is paid.
    OrderConfirmed,
    /// The order is over, and nothing is charged.
    OrderCancelled,
    /// The customer has to confirm the payment with the bank.
    OrderActionRequired,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OrderConfirmed, Self::OrderCancelled, Self::OrderActionRequired];

    /// The mail that an event of this type causes.
    pub fn of_event(kind: &str) -> Option<Self> {
        match kind {
            ORDER_CONFIRMED => Some(Self::OrderConfirmed),
            ORDER_CANCELLED => Some(Self::OrderCancelled),
            ORDER_ACTION_REQUIRED => Some(Self::OrderActionRequired),
            _ => None,
        }
    }

    /// Its name, in the table, in SES's tags and in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderConfirmed => "order_confirmed",
            Self::OrderCancelled => "order_cancelled",
            Self::OrderActionRequired => "order_action_required",
        }
    }
}

/// Why an order was cancelled, in words for its customer.
pub(super) fn in_plain_words(reason: Option<Refusal>) -> &'static str {
    match reason {
        Some(Refusal::SoldOut) => "Something in it sold out before we could put it aside for you.",
        Some(Refusal::HoldExpired) => "The payment took so long that we could not keep your items aside any longer.",
        Some(Refusal::PaymentDeclined) => "Your bank declined the payment.",
        Some(Refusal::InsufficientFunds) => {
            "Your bank declined the payment because there was not enough money on the card."
        }
        Some(Refusal::AuthenticationFailed) => "Your bank could not confirm that the payment came from you.",
        Some(Refusal::PaymentCanceled) => "The payment was canceled before it went through.",
        Some(Refusal::DeadlinePassed) => "The order was not paid in time.",
        Some(Refusal::CancelledByCustomer) => "You asked us to cancel it.",
        Some(Refusal::CancelledByShop) => "We had to cancel it ourselves.",
        None => "We could not carry it out.",
    }
}

#[cfg(test)]
mod tests {
    use contracts::events::{ORDER_CANCELLING, ORDER_PLACED};

    use super::*;

    #[test]
    fn each_event_that_customers_hear_of_has_its_mail() {
        let kinds = [ORDER_CONFIRMED, ORDER_CANCELLED, ORDER_ACTION_REQUIRED];
        assert_eq!(kinds.map(Template::of_event), Template::ALL.map(Some));
        for other in [ORDER_PLACED, ORDER_CANCELLING, "shop.order.confirmed.v2", ""] {
            assert_eq!(Template::of_event(other), None, "{other}");
        }
    }
}

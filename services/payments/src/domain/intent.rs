//! A payment intent as Stripe describes it, reduced to what this context acts on.

use std::fmt;

use contracts::saga::Refusal;
use kernel::{Money, OrderId};

/// One look at a payment intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Stripe's id of it.
    pub id: String,
    /// The order it pays for, from its metadata.
    pub order_id: Option<OrderId>,
    /// How much is to be paid.
    pub amount: Money,
    /// How far it has come.
    pub state: State,
    /// What the customer's browser needs to authenticate it.
    pub client_secret: Option<ClientSecret>,
}

/// How far an intent has come. Source: Stripe, "How PaymentIntents and SetupIntents work", intent statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// `requires_payment_method`: nothing tried yet, or the last try failed.
    RequiresPaymentMethod {
        /// Why the last try failed.
        failure: Option<Refusal>,
    },
    /// `requires_action`: the customer has to authenticate.
    RequiresAction,
    /// `requires_confirmation`, `processing`, or a status that this code does not know: nothing to act on yet.
    Pending,
    /// `requires_capture`: the money is set aside.
    RequiresCapture,
    /// `succeeded`: the money was captured.
    Succeeded {
        /// How much, in minor units.
        received_minor: i64,
        /// How much of that was given back since.
        refunded_minor: i64,
    },
    /// `canceled`: no money moved, and none will.
    Canceled {
        /// Whether money had been set aside before.
        was_authorized: bool,
    },
}

impl State {
    /// Whether it can still be canceled.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Succeeded { .. } | Self::Canceled { .. })
    }
}

impl Intent {
    /// Whether all of what was captured was given back.
    pub fn is_refunded(&self) -> bool {
        matches!(self.state, State::Succeeded { received_minor, refunded_minor }
            if received_minor > 0 && refunded_minor >= received_minor)
    }

    /// The same intent, after all of what was captured has been given back.
    #[must_use]
    pub fn refunded(mut self) -> Self {
        if let State::Succeeded { received_minor, refunded_minor } = &mut self.state {
            *refunded_minor = *received_minor;
        }
        self
    }
}

/// An intent's client secret: whoever has it can pay with it, so it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// This secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the customer's browser.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// What Stripe's codes of a failed payment mean to an order.
///
/// Sources: Stripe, "Error codes" and "Decline codes".
pub fn refusal(code: Option<&str>, decline_code: Option<&str>) -> Refusal {
    match (code, decline_code) {
        (_, Some("insufficient_funds")) => Refusal::InsufficientFunds,
        (Some("payment_intent_authentication_failure" | "authentication_required"), _)
        | (_, Some("authentication_required")) => Refusal::AuthenticationFailed,
        _ => Refusal::PaymentDeclined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_reasons() {
        assert_eq!(refusal(Some("card_declined"), Some("insufficient_funds")), Refusal::InsufficientFunds);
        assert_eq!(refusal(Some("card_declined"), Some("generic_decline")), Refusal::PaymentDeclined);
        assert_eq!(refusal(Some("payment_intent_authentication_failure"), None), Refusal::AuthenticationFailed);
        assert_eq!(
            refusal(Some("authentication_required"), Some("authentication_required")),
            Refusal::AuthenticationFailed
        );
        assert_eq!(refusal(None, None), Refusal::PaymentDeclined);
    }

    #[test]
    fn a_client_secret_is_not_printed() {
        assert!(!format!("{:?}", ClientSecret::new("pi_1_secret_2")).contains("secret_2"));
    }
}

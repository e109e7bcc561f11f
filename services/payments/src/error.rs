//! Every way in which this context can fail.

use contracts::saga::Refusal;
use lambda::{FunctionError, Problem};
use tracing::{error, warn};

use crate::domain::{BadSignature, NotAnEvent};

/// Why something was not done.
///
/// The first two leave open whether Stripe did what it was asked. The next two are definite answers that the use cases
/// turn into answers of their own; where one of them comes as a surprise, it is a fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer came, or one that only says to ask again: under the same key, the outcome will be learnt.
    #[error("no outcome from Stripe yet: {0}")]
    Unknown(String),
    /// Stripe answered that it failed (5xx). It may have saved this answer under the key, so that asking again under
    /// the same key may never say anything else.
    #[error("Stripe failed: {0}")]
    StripeFailed(String),
    /// The card was declined (402).
    #[error("the payment was declined: {}", reason.as_str())]
    Declined {
        /// Why.
        reason: Refusal,
        /// The intent that was declined.
        intent_id: Option<String>,
    },
    /// Stripe refused the request (4xx, `invalid_request_error`).
    #[error("Stripe refused the request: {0}")]
    StripeRefused(Rejection),
    /// Something that will not be better when tried again; an operator has to look.
    #[error("{0}")]
    Broken(String),
    /// AWS did not answer, or was too busy.
    #[error("AWS did not answer: {0}")]
    Unavailable(String),
    /// There is no row for this order.
    #[error("nothing is known of this payment")]
    NoSuchPayment,
    /// A webhook that Stripe did not sign.
    #[error("a webhook's signature does not hold: {0}")]
    BadSignature(#[from] BadSignature),
    /// A webhook that Stripe signed, and that is no event.
    #[error(transparent)]
    NotAnEvent(#[from] NotAnEvent),
}

/// What Stripe said about a request that it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Stripe's error code, such as `payment_intent_unexpected_state`.
    pub code: Option<String>,
    /// The parameter that is wrong.
    pub param: Option<String>,
    /// What is wrong, for people.
    pub message: String,
}

impl Rejection {
    /// Whether the create of an intent was refused for what the order is: its card or its amount. Neither will change,
    /// so no intent can ever come of it. (Whatever else is refused is a fault of this shop or its configuration.)
    pub fn is_of_the_order(&self) -> bool {
        matches!(self.param.as_deref(), Some("payment_method" | "amount"))
            || matches!(self.code.as_deref(), Some("amount_too_small" | "amount_too_large"))
    }

    /// Whether there is nothing left to refund.
    pub fn is_already_refunded(&self) -> bool {
        self.code.as_deref() == Some("charge_already_refunded")
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, param, message } = self;
        write!(f, "{} {} {message}", code.as_deref().unwrap_or("-"), param.as_deref().unwrap_or("-"))
    }
}

impl Error {
    /// Whether Stripe answered at all. Such an answer may have been saved under the key, and may have been overtaken by
    /// now; the intent itself knows more.
    pub fn is_an_answer(&self) -> bool {
        matches!(self, Self::StripeFailed(_) | Self::Declined { .. } | Self::StripeRefused(_))
    }
}

impl From<Error> for FunctionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unknown(_) | Error::StripeFailed(_) | Error::Unavailable(_) => Self::transient(error),
            _ => Self::broken(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoSuchPayment => Self::not_found("payment"),
            Error::BadSignature(why) => {
                warn!(%why, "a webhook was refused");
                Self::new(400, "bad-signature", "The signature does not hold")
            }
            Error::NotAnEvent(why) => {
                warn!(%why, "a webhook cannot be read");
                Self::malformed("The body is not a Stripe event.")
            }
            Error::Unknown(_) | Error::StripeFailed(_) | Error::Unavailable(_) => {
                warn!(%error, "answering that we are busy");
                Self::unavailable()
            }
            Error::Declined { .. } | Error::StripeRefused(_) | Error::Broken(_) => {
                error!(%error, "answering that something is wrong with us");
                Self::internal()
            }
        }
    }
}

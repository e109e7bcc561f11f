//! The life of a PaymentIntent.
//!
//! ```text
//! requires_payment_method ⇄ requires_confirmation → requires_action → requires_capture → succeeded
//!            ↑ a decline or a failed authentication leads back       (every state but succeeded → canceled)
//! ```
//!
//! Sources: docs.stripe.com/payments/paymentintents/lifecycle, docs.stripe.com/payments/capture-later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    account::Ids,
    cards::{self, Card, Decline},
};

/// How long a customer-initiated authorization of a card stands: 7 days.
///
/// Source: docs.stripe.com/payments/capture-later (authorization validity windows).
pub(crate) const AUTHORIZATION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// How the customer's 3-D Secure step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// The customer is who they say.
    Succeed,
    /// They are not, or gave up.
    Fail,
}

/// Where an intent is. `processing` does not occur with cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// When the money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureMethod {
    Automatic,
    Manual,
}

/// Which payment methods the intent takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentMethods {
    /// Cards only.
    Cards,
    /// Those enabled in the dashboard, which may or may not include such as redirect the customer.
    Automatic { redirects: bool },
}

impl PaymentMethods {
    /// Whether the customer may be redirected and must have somewhere to come back to.
    pub(crate) fn redirect(self) -> bool {
        self == Self::Automatic { redirects: true }
    }
}

/// What an intent is created with and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) capture_method: CaptureMethod,
    pub(crate) payment_methods: PaymentMethods,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
}

/// A PaymentIntent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) client_secret: String,
    pub(crate) created: i64,
    pub(crate) terms: Terms,
    pub(crate) status: Status,
    pub(crate) payment_method: Option<String>,
    pub(crate) return_url: Option<String>,
    /// One for every time a bank was asked. Only the last can be anything but failed.
    pub(crate) charges: Vec<Charge>,
    pub(crate) last_payment_error: Option<Failure>,
    pub(crate) cancellation: Option<Cancellation>,
}

/// When and why an intent was canceled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cancellation {
    pub(crate) at: i64,
    pub(crate) reason: Option<String>,
}

/// One asking of a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) payment_method: String,
    pub(crate) authenticated: bool,
    /// When the authorization lapses, if the money was only set aside.
    pub(crate) capture_before: Option<i64>,
    pub(crate) state: ChargeState,
    /// How much of what was captured has been given back.
    pub(crate) refunded: i64,
}

/// What became of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChargeState {
    Failed(Decline),
    Authorized,
    Captured(i64),
    Released,
}

impl Charge {
    /// How much was taken.
    pub(crate) fn captured(&self) -> i64 {
        match self.state {
            ChargeState::Captured(amount) => amount,
            ChargeState::Failed(_) | ChargeState::Authorized | ChargeState::Released => 0,
        }
    }

    /// How much was set aside and then let go, by a cancellation or by capturing less.
    pub(crate) fn released(&self) -> i64 {
        match self.state {
            ChargeState::Captured(amount) => self.amount.saturating_sub(amount),
            ChargeState::Released => self.amount,
            ChargeState::Failed(_) | ChargeState::Authorized => 0,
        }
    }

    /// How much of what was taken can still be given back.
    pub(crate) fn refundable(&self) -> i64 {
        self.captured().saturating_sub(self.refunded)
    }
}

/// Why the last attempt to pay failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) payment_method: String,
    pub(crate) cause: FailureCause,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureCause {
    /// The customer did not pass the bank's check. The bank was not asked for money.
    Authentication,
    /// The bank declined; the charge is named.
    Declined { decline: Decline, charge: String },
}

/// What came of a confirmation, or of the customer's step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Confirmed {
    ActionRequired,
    Authorized,
    Captured,
    Failed(Failure),
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The intent's state does not allow it; in Stripe's words.
    State(String),
    /// There is no such payment method.
    NoSuchPaymentMethod(String),
    /// The intent takes payment methods that may redirect the customer, and nobody said where to.
    NoReturnUrl,
    /// More than was set aside.
    TooMuch,
}

impl Intent {
    /// The charge that counts, if a bank was ever asked.
    pub(crate) fn latest_charge(&self) -> Option<&Charge> {
        self.charges.last()
    }

    /// How much is set aside and can be taken.
    pub(crate) fn amount_capturable(&self) -> i64 {
        self.latest_charge().filter(|charge| charge.state == ChargeState::Authorized).map_or(0, |charge| charge.amount)
    }

    /// How much was taken.
    pub(crate) fn amount_received(&self) -> i64 {
        self.latest_charge().map_or(0, Charge::captured)
    }

    /// Tries to pay, with another payment method if one is given.
    pub(crate) fn confirm(
        &mut self,
        payment_method: Option<String>,
        return_url: Option<String>,
        now: i64,
        ids: &mut Ids,
    ) -> Result<Confirmed, Refused> {
        match self.status {
            Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction => {}
            Status::RequiresCapture | Status::Succeeded => {
                let words = "it has already succeeded after being previously confirmed";
                return Err(Refused::State(format!("You cannot confirm this PaymentIntent because {words}.")));
            }
            Status::Canceled => {
                let allowed = "requires_confirmation, requires_action";
                return Err(self.wrong_status("You cannot confirm this PaymentIntent", "confirmed", allowed));
            }
        }
        let Some(method) = payment_method.or_else(|| self.payment_method.clone()) else {
            let words = "it's missing a payment method. You can either update the PaymentIntent with a payment method and \
                         then confirm it again, or confirm it again directly with a payment method or ConfirmationToken";
            return Err(Refused::State(format!("You cannot confirm this PaymentIntent because {words}.")));
        };
        let card = cards::find(&method).ok_or_else(|| Refused::NoSuchPaymentMethod(method.clone()))?;
        if self.terms.payment_methods.redirect() && return_url.is_none() {
            return Err(Refused::NoReturnUrl);
        }
        self.payment_method = Some(method.clone());
        self.return_url = return_url;
        self.last_payment_error = None;
        if card.authentication {
            self.status = Status::RequiresAction;
            return Ok(Confirmed::ActionRequired);
        }
        Ok(self.charge(method, card, now, ids))
    }

    /// The customer takes the bank's step. `None` when the intent does not wait for it.
    pub(crate) fn authenticate(&mut self, outcome: Authentication, now: i64, ids: &mut Ids) -> Option<Confirmed> {
        if self.status != Status::RequiresAction {
            return None;
        }
        let method = self.payment_method.clone()?;
        match outcome {
            Authentication::Succeed => cards::find(&method).map(|card| self.charge(method, card, now, ids)),
            Authentication::Fail => Some(self.fail(method, FailureCause::Authentication)),
        }
    }

    /// Takes the money that was set aside, or part of it; the rest is let go.
    pub(crate) fn capture(&mut self, amount: Option<i64>) -> Result<(), Refused> {
        match (self.status, self.charges.last_mut()) {
            (Status::RequiresCapture, Some(charge)) => {
                let amount = amount.unwrap_or(charge.amount);
                if amount > charge.amount {
                    return Err(Refused::TooMuch);
                }
                charge.state = ChargeState::Captured(amount);
                self.status = Status::Succeeded;
                Ok(())
            }
            (Status::Succeeded, _) => {
                let words = "it has already been captured";
                Err(Refused::State(format!("This PaymentIntent could not be captured because {words}.")))
            }
            _ => Err(self.wrong_status("This PaymentIntent could not be captured", "captured", "requires_capture")),
        }
    }

    /// Ends the intent without taking money. Answers whether money had been set aside, which is let go.
    pub(crate) fn cancel(&mut self, reason: Option<String>, now: i64) -> Result<bool, Refused> {
        if matches!(self.status, Status::Succeeded | Status::Canceled) {
            let allowed =
                "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing";
            return Err(self.wrong_status("You cannot cancel this PaymentIntent", "canceled", allowed));
        }
        let held = self.charges.last_mut().filter(|charge| charge.state == ChargeState::Authorized);
        let released = held.map(|charge| charge.state = ChargeState::Released).is_some();
        self.status = Status::Canceled;
        self.cancellation = Some(Cancellation { at: now, reason });
        Ok(released)
    }

    /// Asks the bank.
    fn charge(&mut self, payment_method: String, card: Card, now: i64, ids: &mut Ids) -> Confirmed {
        let held = self.terms.capture_method == CaptureMethod::Manual;
        let state = match card.decline {
            Some(decline) => ChargeState::Failed(decline),
            None if held => ChargeState::Authorized,
            None => ChargeState::Captured(self.terms.amount),
        };
        let charge = Charge {
            id: ids.next("ch"),
            created: now,
            amount: self.terms.amount,
            payment_method: payment_method.clone(),
            authenticated: card.authentication,
            capture_before: (state == ChargeState::Authorized).then(|| now.saturating_add(AUTHORIZATION_SECONDS)),
            state,
            refunded: 0,
        };
        let id = charge.id.clone();
        self.charges.push(charge);
        match card.decline {
            Some(decline) => self.fail(payment_method, FailureCause::Declined { decline, charge: id }),
            None if held => {
                self.status = Status::RequiresCapture;
                Confirmed::Authorized
            }
            None => {
                self.status = Status::Succeeded;
                Confirmed::Captured
            }
        }
    }

    /// The attempt failed; another payment method may do. The failed one is taken off the intent.
    fn fail(&mut self, payment_method: String, cause: FailureCause) -> Confirmed {
        let failure = Failure { payment_method, cause };
        self.status = Status::RequiresPaymentMethod;
        self.payment_method = None;
        self.last_payment_error = Some(failure.clone());
        Confirmed::Failed(failure)
    }

    fn wrong_status(&self, what: &str, done: &str, allowed: &str) -> Refused {
        Refused::State(format!(
            "{what} because it has a status of {}. Only a PaymentIntent with one of the following statuses may be {done}: \
             {allowed}.",
            self.status.as_str()
        ))
    }
}

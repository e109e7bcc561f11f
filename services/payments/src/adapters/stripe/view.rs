//! Stripe's answers, as far as this context reads them.

use std::collections::BTreeMap;

use kernel::{Currency, Money, OrderId};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Error,
    domain::{ClientSecret, Intent, State, refusal},
    error::Rejection,
};

/// A payment intent. Source: Stripe API, "The PaymentIntent object".
#[derive(Deserialize)]
struct IntentView {
    id: String,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    currency: String,
    status: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    client_secret: Option<String>,
    last_payment_error: Option<ErrorView>,
    latest_charge: Option<ChargeView>,
}

/// A charge: its id, or the charge itself where the request asked for that.
#[derive(Deserialize)]
#[serde(untagged)]
enum ChargeView {
    Charge {
        /// "`true` if the charge succeeded, or was successfully authorized for later capture." Source: Stripe API, "The
        /// Charge object".
        paid: bool,
        amount_refunded: i64,
    },
    Id(#[expect(dead_code, reason = "only tells an id from a charge")] String),
}

#[derive(Deserialize)]
struct List {
    data: Vec<IntentView>,
}

#[derive(Deserialize)]
struct RefundView {
    id: String,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    error: ErrorView,
}

/// An error. Source: Stripe API, "Errors".
#[derive(Deserialize, Default)]
struct ErrorView {
    #[serde(rename = "type", default)]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    param: Option<String>,
    #[serde(default)]
    message: String,
    payment_intent: Option<IdView>,
}

#[derive(Deserialize)]
struct IdView {
    id: String,
}

/// What an answer with this status means.
///
/// 409 (another request is using the key), 424 (a system behind Stripe failed) and 429 (too many requests, or the
/// object is locked) only say to ask again. Source: Stripe API, "Errors", HTTP status codes; Stripe, "Advanced error
/// handling".
pub(super) fn outcome(status: u16, body: &[u8]) -> Result<(), Error> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let error = serde_json::from_slice::<Failure>(body).map(|failure| failure.error).unwrap_or_default();
    let ErrorView { kind, code, decline_code, param, message, payment_intent } = error;
    let summary = || format!("{status} {kind} {} {message}", code.as_deref().unwrap_or("-"));
    Err(match status {
        409 | 424 | 429 => Error::Unknown(summary()),
        500.. => Error::StripeFailed(summary()),
        402 => {
            let reason = refusal(code.as_deref(), decline_code.as_deref());
            Error::Declined { reason, intent_id: payment_intent.map(|intent| intent.id) }
        }
        400..=499 if kind == "invalid_request_error" => Error::StripeRefused(Rejection { code, param, message }),
        _ => Error::Broken(summary()),
    })
}

/// The intent in `body`.
pub(super) fn intent(body: &[u8]) -> Result<Intent, Error> {
    read::<IntentView>(body)?.try_into()
}

/// The intents in `body`, which is a list.
pub(super) fn intents(body: &[u8]) -> Result<Vec<Intent>, Error> {
    read::<List>(body)?.data.into_iter().map(Intent::try_from).collect()
}

/// Checks that `body` is a refund that has been made or is on its way.
pub(super) fn refund(body: &[u8]) -> Result<(), Error> {
    let RefundView { id, status } = read(body)?;
    match status.as_deref() {
        Some(status @ ("failed" | "canceled" | "requires_action")) => {
            Err(Error::Broken(format!("refund {id} is {status}")))
        }
        _ => Ok(()),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|why| Error::Broken(format!("Stripe's answer cannot be read: {why}")))
}

impl TryFrom<IntentView> for Intent {
    type Error = Error;

    fn try_from(view: IntentView) -> Result<Self, Error> {
        let currency = Currency::parse(&view.currency.to_uppercase());
        let currency = currency.map_err(|why| Error::Broken(format!("intent {}: {why}", view.id)))?;
        let (paid, refunded_minor) = match view.latest_charge {
            Some(ChargeView::Charge { paid, amount_refunded }) => (paid, amount_refunded),
            Some(ChargeView::Id(_)) | None => (false, 0),
        };
        let failure = view.last_payment_error.map(|e| refusal(e.code.as_deref(), e.decline_code.as_deref()));
        let state = match view.status.as_str() {
            "requires_payment_method" => State::RequiresPaymentMethod { failure },
            "requires_action" => State::RequiresAction,
            "requires_capture" => State::RequiresCapture,
            "succeeded" => State::Succeeded { received_minor: view.amount_received, refunded_minor },
            "canceled" => State::Canceled { was_authorized: paid },
            _ => State::Pending,
        };
        Ok(Self {
            id: view.id,
            order_id: view.metadata.get("order_id").and_then(|id| OrderId::parse(id.as_str()).ok()),
            amount: Money::minor(view.amount, currency),
            state,
            client_secret: view.client_secret.map(ClientSecret::new),
        })
    }
}

#[cfg(test)]
mod tests {
    use contracts::saga::Refusal;
    use serde_json::{Value, json};

    use super::*;

    fn body(status: &str, more: Value) -> Vec<u8> {
        let mut body = json!({
            "id": "pi_1", "object": "payment_intent", "amount": 1980, "amount_received": 0, "currency": "eur",
            "status": status, "metadata": { "order_id": "ord_0123456789abcdef0123456789abcdef" },
            "client_secret": "pi_1_secret", "last_payment_error": null, "latest_charge": null,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string().into_bytes()
    }

    #[test]
    fn every_status_is_a_state() {
        let charge = |paid, amount_refunded| json!({ "id": "ch_1", "paid": paid, "amount_refunded": amount_refunded });
        let declined = json!({ "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds" });
        let cases = [
            ("requires_payment_method", json!({}), State::RequiresPaymentMethod { failure: None }),
            (
                "requires_payment_method",
                json!({ "last_payment_error": declined }),
                State::RequiresPaymentMethod { failure: Some(Refusal::InsufficientFunds) },
            ),
            ("requires_confirmation", json!({}), State::Pending),
            ("processing", json!({}), State::Pending),
            ("a_new_status", json!({}), State::Pending),
            ("requires_action", json!({}), State::RequiresAction),
            ("requires_capture", json!({ "latest_charge": "ch_1" }), State::RequiresCapture),
            (
                "succeeded",
                json!({ "amount_received": 1980, "latest_charge": "ch_1" }),
                State::Succeeded { received_minor: 1980, refunded_minor: 0 },
            ),
            (
                "succeeded",
                json!({ "amount_received": 1980, "latest_charge": charge(true, 1980) }),
                State::Succeeded { received_minor: 1980, refunded_minor: 1980 },
            ),
            ("canceled", json!({ "latest_charge": charge(true, 1980) }), State::Canceled { was_authorized: true }),
            ("canceled", json!({ "latest_charge": charge(false, 0) }), State::Canceled { was_authorized: false }),
            ("canceled", json!({}), State::Canceled { was_authorized: false }),
        ];
        for (status, more, state) in cases {
            let intent = intent(&body(status, more)).unwrap();
            assert_eq!(intent.state, state, "{status}");
            assert_eq!((intent.amount, intent.order_id.is_some()), (Money::minor(1980, Currency::EUR), true));
        }
    }

    #[test]
    fn definite_answers_and_unknown_outcomes_are_told_apart() {
        let error =
            |kind: &str, code: &str| json!({ "error": { "type": kind, "code": code, "message": "m" } }).to_string();
        let outcome = |status, body: &str| outcome(status, body.as_bytes());
        assert!(outcome(200, "").is_ok());
        for (status, kind, code) in [
            (409, "idempotency_error", "idempotency_key_in_use"),
            (429, "invalid_request_error", "lock_timeout"),
            (429, "rate_limit_error", "rate_limit"),
            (424, "api_error", ""),
        ] {
            assert!(matches!(outcome(status, &error(kind, code)), Err(Error::Unknown(_))), "{status} {code}");
        }
        for status in [500, 502, 503, 504] {
            assert!(matches!(outcome(status, "<html>"), Err(Error::StripeFailed(_))), "{status}");
        }
        for (status, kind) in [(400, "idempotency_error"), (401, "invalid_request"), (403, ""), (302, "")] {
            assert!(matches!(outcome(status, &error(kind, "")), Err(Error::Broken(_))), "{status} {kind}");
        }
        let unexpected = outcome(400, &error("invalid_request_error", "payment_intent_unexpected_state"));
        assert!(matches!(unexpected, Err(Error::StripeRefused(why)) if !why.is_of_the_order()));
    }

    #[test]
    fn a_decline_says_why_and_which_intent() {
        let body = json!({ "error": {
            "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "m",
            "payment_intent": { "id": "pi_1", "status": "requires_payment_method" },
        } });
        let Err(Error::Declined { reason, intent_id }) = outcome(402, body.to_string().as_bytes()) else {
            panic!("not declined")
        };
        assert_eq!((reason, intent_id.as_deref()), (Refusal::InsufficientFunds, Some("pi_1")));
    }

    #[test]
    fn a_card_that_is_not_there_is_of_the_order() {
        let body = json!({ "error": {
            "type": "invalid_request_error", "code": "resource_missing", "param": "payment_method", "message": "m",
        } });
        let refused = outcome(400, body.to_string().as_bytes());
        assert!(matches!(refused, Err(Error::StripeRefused(why)) if why.is_of_the_order()));
    }

    #[test]
    fn a_refund_that_failed_is_not_taken_for_one() {
        let refund = |status: &str| refund(json!({ "id": "re_1", "status": status }).to_string().as_bytes());
        assert!(refund("succeeded").is_ok() && refund("pending").is_ok());
        assert!(refund("failed").is_err() && refund("canceled").is_err());
    }
}

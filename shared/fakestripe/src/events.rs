//! Webhook events and their signatures.
//!
//! Sources: docs.stripe.com/api/events/object, docs.stripe.com/webhooks#verify-manually.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::account::Cause;

/// The API version that answers and events are in: the one async-stripe is generated from.
pub const API_VERSION: &str = "2026-09-30.endive";

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// An intent was created.
    #[serde(rename = "payment_intent.created")]
    PaymentIntentCreated,
    /// The customer has to do something.
    #[serde(rename = "payment_intent.requires_action")]
    PaymentIntentRequiresAction,
    /// Money was set aside.
    #[serde(rename = "payment_intent.amount_capturable_updated")]
    PaymentIntentAmountCapturableUpdated,
    /// Money was taken.
    #[serde(rename = "payment_intent.succeeded")]
    PaymentIntentSucceeded,
    /// An attempt to pay failed.
    #[serde(rename = "payment_intent.payment_failed")]
    PaymentIntentPaymentFailed,
    /// An intent ended without money being taken.
    #[serde(rename = "payment_intent.canceled")]
    PaymentIntentCanceled,
    /// Money was given back, or was let go that had only been set aside (then `captured` is false).
    #[serde(rename = "charge.refunded")]
    ChargeRefunded,
}

impl EventType {
    /// What a shop has to know: how payments come out.
    pub const OUTCOMES: [Self; 5] = [
        Self::PaymentIntentAmountCapturableUpdated,
        Self::PaymentIntentSucceeded,
        Self::PaymentIntentPaymentFailed,
        Self::PaymentIntentCanceled,
        Self::ChargeRefunded,
    ];

    /// Stripe's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentIntentCreated => "payment_intent.created",
            Self::PaymentIntentRequiresAction => "payment_intent.requires_action",
            Self::PaymentIntentAmountCapturableUpdated => "payment_intent.amount_capturable_updated",
            Self::PaymentIntentSucceeded => "payment_intent.succeeded",
            Self::PaymentIntentPaymentFailed => "payment_intent.payment_failed",
            Self::PaymentIntentCanceled => "payment_intent.canceled",
            Self::ChargeRefunded => "charge.refunded",
        }
    }
}

/// An event to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// `evt_…`. The same event may be delivered twice.
    pub event_id: String,
    /// The Event object in JSON, to be sent as it is: the signature is over these bytes.
    pub body: String,
    /// When it happened.
    pub created: Timestamp,
}

/// The event that `object` has come to be as it is.
pub(crate) fn webhook(id: String, kind: EventType, object: Value, cause: &Cause, at: i64) -> Webhook {
    let event = json!({
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": at,
        "data": { "object": object },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": cause.request_id, "idempotency_key": cause.idempotency_key },
        "type": kind.as_str(),
    });
    // Indented, as Stripe's are: a signature checked over anything but the raw bytes does not match.
    Webhook { event_id: id, body: format!("{event:#}"), created: Timestamp::from_second(at).unwrap_or(Timestamp::MAX) }
}

/// `t=…,v1=…`: HMAC-SHA256 over the moment, a dot and the body.
pub(crate) fn signature(secret: &str, body: &[u8], at: Timestamp) -> String {
    let moment = at.as_second().to_string();
    let mut header = format!("t={moment},v1=");
    // A key of any length will do for HMAC, so this does not fail.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        mac.update(moment.as_bytes());
        mac.update(b".");
        mac.update(body);
        header.push_str(&hex(&mac.finalize().into_bytes()));
    }
    header
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test`.
    #[test]
    fn signature_is_the_hmac_of_moment_and_body() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let header = signature("whsec_test", br#"{"id":"evt_1"}"#, at);
        assert_eq!(header, "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925");
    }

    #[test]
    fn event_types_are_called_the_same_in_settings_and_on_the_wire() {
        for kind in EventType::OUTCOMES {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}

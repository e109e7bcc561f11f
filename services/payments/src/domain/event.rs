//! What a webhook has to say.

use std::collections::BTreeMap;

use kernel::OrderId;
use serde::{Deserialize, Serialize};

use super::Key;

/// News of an intent, as it travels from the webhook through the queue. It says where to look, not what is there:
/// events come late, twice and in any order, so whoever handles one asks Stripe for the intent as it is by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeEvent {
    /// Stripe's id of the event.
    pub event_id: String,
    /// What happened, as in `payment_intent.canceled`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The intent it happened to.
    pub intent_id: String,
    /// The order that the intent pays for.
    pub order_id: OrderId,
}

/// A body that is no Stripe event.
#[derive(Debug, thiserror::Error)]
#[error("the body is not a Stripe event: {0}")]
pub struct NotAnEvent(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Body {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
    request: Option<Cause>,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    id: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Cause {
    idempotency_key: Option<String>,
}

/// The event in `body`, if it is news to this shop: about one of its payment intents, and not an echo of its own
/// request, whose outcome is known to whoever made the request.
///
/// Source: Stripe API, "The Event object": `request.idempotency_key` is the key of the request that caused the event.
///
/// # Errors
/// [`NotAnEvent`] when the body is something else.
pub fn news(body: &[u8]) -> Result<Option<StripeEvent>, NotAnEvent> {
    let Body { id, kind, data: Data { object }, request } = serde_json::from_slice(body)?;
    let is_echo = request.and_then(|request| request.idempotency_key).is_some_and(|key| Key::is_ours(&key));
    let order_id = object.metadata.get("order_id").and_then(|id| OrderId::parse(id.as_str()).ok());
    Ok(match order_id {
        Some(order_id) if kind.starts_with("payment_intent.") && !is_echo => {
            Some(StripeEvent { event_id: id, kind, intent_id: object.id, order_id })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ORDER: &str = "ord_0123456789abcdef0123456789abcdef";

    fn event() -> Value {
        json!({
            "id": "evt_1", "object": "event", "created": 1_790_000_000,
            "type": "payment_intent.amount_capturable_updated",
            "data": { "object": { "id": "pi_1", "object": "payment_intent", "metadata": { "order_id": ORDER } } },
            "request": { "id": null, "idempotency_key": null },
        })
    }

    fn news_of(event: &Value) -> Option<StripeEvent> {
        news(event.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn an_event_about_an_order_is_news() {
        let expected = StripeEvent {
            event_id: "evt_1".to_owned(),
            kind: "payment_intent.amount_capturable_updated".to_owned(),
            intent_id: "pi_1".to_owned(),
            order_id: OrderId::parse(ORDER).unwrap(),
        };
        assert_eq!(news_of(&event()), Some(expected.clone()));
        let mut automatic = event();
        automatic["request"] = Value::Null;
        assert_eq!(news_of(&automatic), Some(expected.clone()));
        let mut by_the_browser = event();
        by_the_browser["request"] = json!({ "id": "req_1", "idempotency_key": "a1b2" });
        assert_eq!(news_of(&by_the_browser), Some(expected));
    }

    #[test]
    fn an_echo_of_our_own_request_is_not() {
        let mut echo = event();
        echo["request"] = json!({ "id": "req_1", "idempotency_key": format!("order/{ORDER}/authorize") });
        assert_eq!(news_of(&echo), None);
    }

    #[test]
    fn events_about_other_things_are_not() {
        let mut other = event();
        other["type"] = json!("customer.created");
        assert_eq!(news_of(&other), None);
        for metadata in [json!({}), json!({ "order_id": "another shop's" })] {
            let mut foreign = event();
            foreign["data"]["object"]["metadata"] = metadata;
            assert_eq!(news_of(&foreign), None);
        }
    }

    #[test]
    fn anything_else_is_not_an_event() {
        for body in ["", "[]", "{}", "{\"id\":1}"] {
            assert!(news(body.as_bytes()).is_err(), "{body}");
        }
    }
}

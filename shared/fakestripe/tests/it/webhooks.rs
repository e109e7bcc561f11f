//! Events and their signatures.

use std::time::Duration;

use fakestripe::{Authentication, EventType};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bench::{Bench, WEBHOOK_SECRET, id, pay_form};

#[test]
fn an_event_names_the_request_that_caused_it() {
    let bench = Bench::new();
    let reply = bench.post_with_key("order/1/authorize", "/payment_intents", &pay_form("pm_card_visa"));
    let request_id = reply.header("request-id").unwrap().to_owned();
    let webhooks = bench.stripe.drain_webhooks();
    assert_eq!(webhooks.len(), 1);
    assert_eq!(webhooks[0].created, bench.clock.now());
    let event: Value = serde_json::from_str(&webhooks[0].body).unwrap();
    assert_eq!(event["id"], webhooks[0].event_id.as_str());
    assert_eq!(event["object"], "event");
    assert_eq!(event["type"], "payment_intent.amount_capturable_updated");
    assert_eq!(event["request"], json!({ "id": request_id, "idempotency_key": "order/1/authorize" }));
    assert_eq!(event["data"]["object"], reply.body, "the intent as it was then");

    bench.post(&format!("/payment_intents/{}/capture", id(&reply.body)), "").ok();
    let event = bench.event_bodies().remove(0);
    assert_eq!(event["request"]["idempotency_key"], Value::Null, "no key was sent");
    assert_ne!(event["request"]["id"], Value::Null);
}

#[test]
fn an_event_of_the_customers_making_names_no_request() {
    let bench = Bench::new();
    let reply = bench.post_with_key("k", "/payment_intents", &pay_form("pm_card_authenticationRequired"));
    bench.stripe.authenticate(&id(&reply.ok()), Authentication::Succeed).unwrap();
    let event = bench.event_bodies().remove(0);
    assert_eq!(event["request"], json!({ "id": null, "idempotency_key": null }));
}

#[test]
fn only_events_subscribed_to_are_sent() {
    let all = Bench::with(|options| {
        options.events.insert(EventType::PaymentIntentCreated);
        options.events.insert(EventType::PaymentIntentRequiresAction);
    });
    all.pay("pm_card_authenticationRequired");
    assert_eq!(all.events(), ["payment_intent.created", "payment_intent.requires_action"]);

    let none = Bench::with(|options| options.events.clear());
    none.captured();
    assert_eq!(none.events(), [""; 0]);
}

#[test]
fn events_are_drained_once_and_can_be_given_back() {
    let bench = Bench::new();
    bench.captured();
    let webhooks = bench.stripe.drain_webhooks();
    assert_eq!(webhooks.len(), 2);
    assert!(bench.stripe.drain_webhooks().is_empty());
    bench.captured();
    bench.stripe.return_webhooks(webhooks.clone());
    let later = bench.stripe.drain_webhooks();
    assert_eq!((later.len(), &later[..2]), (4, &webhooks[..]), "oldest first");
}

/// As docs.stripe.com/webhooks#verify-manually says to check it.
#[test]
fn a_signature_can_be_checked_over_the_raw_body() {
    let bench = Bench::new();
    bench.authorized();
    let body = bench.stripe.drain_webhooks().remove(0).body;
    let at = Timestamp::from_second(1_800_000_123).unwrap();
    let header = bench.stripe.sign(&body, at);

    let (moment, given) = header.split_once(',').unwrap();
    assert_eq!(moment, "t=1800000123");
    let given = given.strip_prefix("v1=").unwrap();
    let given: Vec<u8> =
        (0..given.len()).step_by(2).map(|at| u8::from_str_radix(&given[at..at + 2], 16).unwrap()).collect();
    let check = |body: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
        mac.update(format!("1800000123.{body}").as_bytes());
        mac.verify_slice(&given)
    };
    assert!(check(&body).is_ok());
    assert!(check(&body.replace("1980", "1")).is_err());
    let reparsed: Value = serde_json::from_str(&body).unwrap();
    assert!(check(&reparsed.to_string()).is_err(), "the same JSON in other bytes does not do");
}

#[tokio::test]
async fn whoever_waits_for_events_is_told() {
    let bench = Bench::new();
    let told = || tokio::time::timeout(Duration::from_millis(1), bench.stripe.new_webhooks().notified());
    assert!(told().await.is_err(), "nothing has happened");
    bench.authorized();
    assert!(told().await.is_ok(), "also when it happened before the wait");
    bench.stripe.drain_webhooks();
    assert!(told().await.is_err(), "once");
}

//! Giving money back.

use serde_json::json;

use crate::bench::{Bench, id};

#[test]
fn all_of_it_once() {
    let bench = Bench::new();
    let intent = bench.captured();
    bench.events();
    let refund = bench.post("/refunds", &format!("payment_intent={intent}&reason=requested_by_customer")).ok();
    assert_eq!(
        json!([refund["amount"], refund["currency"], refund["status"], refund["payment_intent"], refund["reason"]]),
        json!([1980, "eur", "succeeded", intent, "requested_by_customer"])
    );
    assert_eq!(bench.get(&format!("/refunds/{}", id(&refund))).ok(), refund);
    bench.post("/refunds", &format!("payment_intent={intent}")).error(400, "charge_already_refunded");

    let events = bench.event_bodies();
    assert_eq!(events.len(), 1);
    let charge = &events[0]["data"]["object"];
    assert_eq!(
        json!([events[0]["type"], charge["refunded"], charge["captured"], charge["amount_refunded"]]),
        json!(["charge.refunded", true, true, 1980])
    );
    let intents = bench.stripe.intents();
    assert_eq!(intents[0]["status"], "succeeded", "a refund does not change the intent");
    assert_eq!(intents[0]["_local"], json!({ "amount_refunded": 1980, "charges_captured": 1 }));
}

#[test]
fn in_parts_but_never_more_than_was_captured() {
    let bench = Bench::new();
    let intent = bench.authorized();
    bench.post(&format!("/payment_intents/{intent}/capture"), "amount_to_capture=1000").ok();
    let refund = |amount: i64| bench.post("/refunds", &format!("payment_intent={intent}&amount={amount}"));
    assert_eq!(refund(400).ok()["amount"], 400);
    let too_much = refund(601);
    assert_eq!((too_much.status, &too_much.body["error"]["param"]), (400, &"amount".into()));
    assert_eq!(
        too_much.body["error"]["message"],
        "Refund amount (6.01 EUR) is greater than unrefunded amount on charge (6.00 EUR)"
    );
    refund(0).error(400, "parameter_invalid_integer");
    let charge = bench.charge(&intent);
    assert_eq!(json!([charge["amount_refunded"], charge["refunded"]]), json!([980 + 400, false]));
    assert_eq!(refund(600).ok()["amount"], 600);
    assert_eq!(bench.charge(&intent)["refunded"], true);
    refund(1).error(400, "charge_already_refunded");
}

#[test]
fn only_what_was_captured() {
    let bench = Bench::new();
    let declined = bench.pay("pm_card_visa_chargeDeclined").body["error"]["payment_intent"]["id"].clone();
    let canceled = bench.authorized();
    bench.post(&format!("/payment_intents/{canceled}/cancel"), "").ok();
    for intent in [bench.authorized(), canceled, declined.as_str().unwrap().to_owned()] {
        let reply = bench.post("/refunds", &format!("payment_intent={intent}"));
        assert_eq!(reply.status, 400);
        let message = format!("This PaymentIntent ({intent}) does not have a successful charge to refund.");
        assert_eq!(reply.body["error"]["message"], message);
    }
}

#[test]
fn a_refund_is_repeated_under_its_key() {
    let bench = Bench::new();
    let intent = bench.captured();
    let refund =
        || bench.post_with_key("order/1/refund", "/refunds", &format!("payment_intent={intent}&amount=500")).ok();
    assert_eq!(refund(), refund());
    assert_eq!(bench.stripe.intents()[0]["_local"]["amount_refunded"], 500);
}

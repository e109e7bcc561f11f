//! The life of an intent.

use fakestripe::{AuthenticateError, Authentication};
use serde_json::{Value, json};

use crate::bench::{Bench, id};

const DAY: i64 = 24 * 60 * 60;

/// Status, capturable and received.
fn books(intent: &Value) -> Value {
    json!([intent["status"], intent["amount_capturable"], intent["amount_received"]])
}

#[test]
fn money_is_set_aside_then_taken() {
    let bench = Bench::new();
    let intent = bench.pay("pm_card_visa").ok();
    assert_eq!(books(&intent), json!(["requires_capture", 1980, 0]));
    assert_eq!(intent["metadata"], json!({ "order_id": "ord_1" }));
    assert_eq!(intent["payment_method"], "pm_card_visa");
    assert!(intent["latest_charge"].as_str().unwrap().starts_with("ch_"));
    assert_eq!(intent["next_action"], Value::Null);

    let id = id(&intent);
    let charge = bench.charge(&id);
    assert_eq!(charge["payment_method_details"]["card"]["capture_before"], 1_800_000_000 + 7 * DAY);
    assert_eq!(charge["payment_method_details"]["card"]["brand"], "visa");
    assert_eq!(json!([charge["captured"], charge["paid"], charge["refunded"]]), json!([false, true, false]));

    let captured = bench.post(&format!("/payment_intents/{id}/capture"), "").ok();
    assert_eq!(books(&captured), json!(["succeeded", 0, 1980]));
    assert_eq!(bench.intent(&id), captured);
    let charge = bench.charge(&id);
    assert_eq!(json!([charge["captured"], charge["amount_captured"]]), json!([true, 1980]));
    assert_eq!(bench.events(), ["payment_intent.amount_capturable_updated", "payment_intent.succeeded"]);
}

#[test]
fn automatic_capture_takes_the_money_at_once() {
    let bench = Bench::new();
    let form =
        "amount=1980&currency=eur&payment_method=pm_card_mastercard&allowed_payment_method_types[]=card&confirm=true";
    let intent = bench.post("/payment_intents", form).ok();
    assert_eq!(books(&intent), json!(["succeeded", 0, 1980]));
    let card = bench.charge(&id(&intent))["payment_method_details"]["card"].clone();
    assert_eq!(card["brand"], "mastercard");
    assert_eq!(card.get("capture_before"), None);
    assert_eq!(bench.events(), ["payment_intent.succeeded"]);
}

#[test]
fn an_intent_can_be_made_in_steps() {
    let bench = Bench::new();
    let form = "amount=1980&currency=eur&allowed_payment_method_types[]=card&capture_method=manual";
    let intent = bench.post("/payment_intents", form).ok();
    assert_eq!(books(&intent), json!(["requires_payment_method", 0, 0]));
    let path = format!("/payment_intents/{}/confirm", id(&intent));
    let error = bench.post(&path, "").error(400, "payment_intent_unexpected_state");
    assert_eq!(error["payment_intent"]["id"], intent["id"]);
    assert_eq!(bench.post(&path, "payment_method=pm_card_amex").ok()["status"], "requires_capture");

    let with_card = bench.post("/payment_intents", &format!("{form}&payment_method=pm_card_visa")).ok();
    assert_eq!(books(&with_card), json!(["requires_confirmation", 0, 0]));
    assert_eq!(with_card["latest_charge"], Value::Null);
    let confirmed = bench.post(&format!("/payment_intents/{}/confirm", id(&with_card)), "").ok();
    assert_eq!(confirmed["status"], "requires_capture");
}

#[test]
fn capturing_less_lets_the_rest_go() {
    let bench = Bench::new();
    let id = bench.authorized();
    let path = format!("/payment_intents/{id}/capture");
    let error = bench.post(&path, "amount_to_capture=1981").error(400, "amount_too_large");
    assert_eq!(error["payment_intent"]["status"], "requires_capture");
    bench.post(&path, "amount_to_capture=0").error(400, "parameter_invalid_integer");

    assert_eq!(books(&bench.post(&path, "amount_to_capture=1000").ok()), json!(["succeeded", 0, 1000]));
    let charge = bench.charge(&id);
    let amounts = json!([charge["amount"], charge["amount_captured"], charge["amount_refunded"], charge["refunded"]]);
    assert_eq!(amounts, json!([1980, 1000, 980, false]), "what was let go counts as refunded");
    assert_eq!(bench.stripe.intents()[0]["_local"], json!({ "amount_refunded": 0, "charges_captured": 1 }));
}

#[test]
fn money_is_taken_once() {
    let bench = Bench::new();
    let id = bench.captured();
    let capture = bench.post(&format!("/payment_intents/{id}/capture"), "");
    let error = capture.error(400, "payment_intent_unexpected_state");
    assert_eq!(error["payment_intent"]["status"], "succeeded");
    assert_eq!(error["message"], "This PaymentIntent could not be captured because it has already been captured.");
    for (verb, form) in [("confirm", ""), ("confirm", "payment_method=pm_card_mastercard"), ("cancel", "")] {
        let reply = bench.post(&format!("/payment_intents/{id}/{verb}"), form);
        reply.error(400, "payment_intent_unexpected_state");
    }
    assert_eq!(books(&bench.intent(&id)), json!(["succeeded", 0, 1980]));
}

#[test]
fn a_decline_leaves_an_intent_that_takes_another_card() {
    let bench = Bench::new();
    let error = bench.pay("pm_card_visa_chargeDeclinedInsufficientFunds").error(402, "card_declined");
    assert_eq!(
        json!([error["type"], error["decline_code"], error["message"]]),
        json!(["card_error", "insufficient_funds", "Your card has insufficient funds."])
    );
    let intent = &error["payment_intent"];
    assert_eq!(books(intent), json!(["requires_payment_method", 0, 0]));
    assert_eq!(intent["last_payment_error"]["code"], "card_declined");
    assert_eq!(intent["payment_method"], Value::Null);
    assert_eq!(error["charge"], intent["latest_charge"]);
    assert_eq!(bench.intent(&id(intent)), *intent, "the intent was created");
    let charge = bench.charge(&id(intent));
    assert_eq!(json!([charge["status"], charge["paid"]]), json!(["failed", false]));

    let path = format!("/payment_intents/{}/confirm", id(intent));
    bench.post(&path, "payment_method=pm_card_chargeDeclinedExpiredCard").error(402, "expired_card");
    let paid = bench.post(&path, "payment_method=pm_card_visa").ok();
    assert_eq!(books(&paid), json!(["requires_capture", 1980, 0]));
    assert_eq!(paid["last_payment_error"], Value::Null);
    assert_eq!(
        bench.events(),
        ["payment_intent.payment_failed", "payment_intent.payment_failed", "payment_intent.amount_capturable_updated"]
    );
}

#[test]
fn a_payment_method_that_is_none_is_refused_before_anything_exists() {
    let bench = Bench::new();
    let error = bench.pay("pm_card_nobody").error(400, "resource_missing");
    assert_eq!(error["param"], "payment_method");
    assert!(bench.stripe.intents().is_empty());
}

#[test]
fn the_customer_authenticates() {
    let bench = Bench::new();
    for card in ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"] {
        let waiting = bench.pay(card).ok();
        assert_eq!(books(&waiting), json!(["requires_action", 0, 0]));
        assert_eq!(waiting["next_action"]["type"], "use_stripe_sdk");
        assert_eq!(waiting["latest_charge"], Value::Null, "the bank is asked only afterwards");
        assert!(waiting["client_secret"].as_str().unwrap().starts_with(&format!("{}_secret_", id(&waiting))));

        let done = bench.stripe.authenticate(&id(&waiting), Authentication::Succeed).unwrap();
        assert_eq!(books(&done), json!(["requires_capture", 1980, 0]));
        assert_eq!(done["next_action"], Value::Null);
        assert_eq!(bench.intent(&id(&waiting)), done);
        let details = bench.charge(&id(&waiting))["payment_method_details"]["card"].clone();
        assert_eq!(details["three_d_secure"]["result"], "authenticated");
        assert_eq!(bench.events(), ["payment_intent.amount_capturable_updated"]);
    }
}

#[test]
fn the_customer_fails_to_authenticate() {
    let bench = Bench::new();
    let waiting = id(&bench.pay("pm_card_authenticationRequired").ok());
    let failed = bench.stripe.authenticate(&waiting, Authentication::Fail).unwrap();
    assert_eq!(books(&failed), json!(["requires_payment_method", 0, 0]));
    assert_eq!(failed["last_payment_error"]["code"], "payment_intent_authentication_failure");
    assert_eq!(failed["payment_method"], Value::Null);
    assert_eq!(bench.events(), ["payment_intent.payment_failed"]);

    let again = bench.stripe.authenticate(&waiting, Authentication::Succeed);
    assert_eq!(again, Err(AuthenticateError::NotWaiting("requires_payment_method")));
    let paid = bench.post(&format!("/payment_intents/{waiting}/confirm"), "payment_method=pm_card_visa").ok();
    assert_eq!(paid["status"], "requires_capture");
}

#[test]
fn a_bank_may_decline_after_the_authentication() {
    let bench = Bench::new();
    let waiting = id(&bench.pay("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds").ok());
    let declined = bench.stripe.authenticate(&waiting, Authentication::Succeed).unwrap();
    assert_eq!(books(&declined), json!(["requires_payment_method", 0, 0]));
    assert_eq!(declined["last_payment_error"]["decline_code"], "insufficient_funds");
}

#[test]
fn nobody_authenticates_what_does_not_wait_for_it() {
    let bench = Bench::new();
    let succeed = |id: &str| bench.stripe.authenticate(id, Authentication::Succeed);
    assert_eq!(succeed("pi_nobody"), Err(AuthenticateError::NoSuchIntent));
    assert_eq!(succeed(&bench.authorized()), Err(AuthenticateError::NotWaiting("requires_capture")));
    assert_eq!(succeed(&bench.captured()), Err(AuthenticateError::NotWaiting("succeeded")));
    let canceled = id(&bench.pay("pm_card_authenticationRequired").ok());
    bench.post(&format!("/payment_intents/{canceled}/cancel"), "").ok();
    assert_eq!(succeed(&canceled), Err(AuthenticateError::NotWaiting("canceled")));
    assert_eq!(books(&bench.intent(&canceled)), json!(["canceled", 0, 0]), "money can no longer be set aside on it");
}

#[test]
fn a_return_url_is_where_the_customer_is_sent_back_to() {
    let bench = Bench::new();
    let waiting = bench.pay("pm_card_authenticationRequired&return_url=https://shop.example/back").ok();
    assert_eq!(waiting["next_action"]["type"], "redirect_to_url");
    assert_eq!(waiting["next_action"]["redirect_to_url"]["return_url"], "https://shop.example/back");
}

#[test]
fn canceling_lets_the_money_go() {
    let bench = Bench::new();
    let id = bench.authorized();
    let path = format!("/payment_intents/{id}/cancel");
    assert_eq!(bench.post(&path, "cancellation_reason=bored").status, 400);
    let canceled = bench.post(&path, "cancellation_reason=abandoned").ok();
    assert_eq!(books(&canceled), json!(["canceled", 0, 0]));
    assert_eq!(json!([canceled["cancellation_reason"], canceled["canceled_at"]]), json!(["abandoned", 1_800_000_000]));
    let charge = bench.charge(&id);
    assert_eq!(json!([charge["captured"], charge["refunded"]]), json!([false, true]));
    assert_eq!(
        bench.events(),
        ["payment_intent.amount_capturable_updated", "charge.refunded", "payment_intent.canceled"]
    );

    for verb in ["cancel", "capture", "confirm"] {
        let error = bench.post(&format!("/payment_intents/{id}/{verb}"), "");
        assert_eq!(error.error(400, "payment_intent_unexpected_state")["payment_intent"]["status"], "canceled");
    }
    assert_eq!(bench.events(), [""; 0]);
}

#[test]
fn what_holds_no_money_can_be_canceled_too() {
    let bench = Bench::new();
    let form = "amount=1980&currency=eur&allowed_payment_method_types[]=card";
    let empty = id(&bench.post("/payment_intents", form).ok());
    let ready = id(&bench.post("/payment_intents", &format!("{form}&payment_method=pm_card_visa")).ok());
    let waiting = id(&bench.pay("pm_card_authenticationRequired").ok());
    for id in [empty, ready, waiting] {
        assert_eq!(bench.post(&format!("/payment_intents/{id}/cancel"), "").ok()["status"], "canceled");
        assert_eq!(bench.events(), ["payment_intent.canceled"]);
    }
}

#[test]
fn an_authorization_lapses_after_seven_days() {
    let bench = Bench::new();
    let captured_in_time = bench.authorized();
    let id = bench.authorized();
    bench.events();
    bench.advance(7 * DAY - 1);
    assert_eq!(bench.intent(&id)["status"], "requires_capture");
    bench.post(&format!("/payment_intents/{captured_in_time}/capture"), "").ok();
    bench.events();

    bench.advance(1);
    let error = bench.post(&format!("/payment_intents/{id}/capture"), "");
    assert_eq!(error.error(400, "payment_intent_unexpected_state")["payment_intent"]["status"], "canceled");
    let lapsed = bench.intent(&id);
    assert_eq!(books(&lapsed), json!(["canceled", 0, 0]));
    assert_eq!(lapsed["cancellation_reason"], "automatic");
    assert_eq!(books(&bench.intent(&captured_in_time)), json!(["succeeded", 0, 1980]));

    let events = bench.event_bodies();
    assert_eq!(events[1]["type"], "payment_intent.canceled");
    assert_eq!(events[1]["request"], json!({ "id": null, "idempotency_key": null }));
}

#[test]
fn a_lapse_is_seen_late_but_dated_right() {
    let bench = Bench::new();
    bench.authorized();
    bench.advance(30 * DAY);
    let event = bench.event_bodies().pop().unwrap();
    assert_eq!(event["type"], "payment_intent.canceled", "without anybody having looked");
    assert_eq!(event["created"], 1_800_000_000 + 7 * DAY);
    assert_eq!(bench.stripe.intents()[0]["canceled_at"], 1_800_000_000 + 7 * DAY);
}

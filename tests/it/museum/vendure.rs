//! vendurehq/vendure: <https://github.com/vendurehq/vendure>, commit 8f5496a where found by reading.

use futures::future::join_all;
use localcloud::{Authentication, issuer::Scope};
use reqwest::Method;
use serde_json::json;

use super::{
    Exhibit, Peer,
    Proof::{Elsewhere, Test},
};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "vendure",
    repository: "vendurehq/vendure",
    read: "commit 8f5496a",
    exhibits: &[
        Exhibit {
            seen_in: &["#3508", "#4930"],
            defect: "Stock is checked at the beginning of a checkout and allocated at its end.",
            here: "Units are held before anybody is asked to pay.",
            proof: Test("vendure_3508_the_last_units_are_held_before_anybody_pays"),
        },
        Exhibit {
            seen_in: &["#3509"],
            defect: "Orders that are never paid keep their stock for ever.",
            here: "A hold expires with its order's deadline.",
            proof: Elsewhere(
                "tests/it/e2e/payment.rs",
                "a_customer_who_never_comes_back_loses_the_order_at_its_deadline",
            ),
        },
        Exhibit {
            seen_in: &["stripe.service.ts"],
            defect: "An idempotency key of code and amount gives a dead intent back.",
            here: "An order has one intent for life, and the same goods again are another order.",
            proof: Test("vendure_stripe_key_the_same_goods_again_have_an_intent_of_their_own"),
        },
        Exhibit {
            seen_in: &["stripe.controller.ts"],
            defect: "A webhook's order is looked up before its signature is verified.",
            here: "Nothing is read or asked before.",
            proof: Test("vendure_stripe_controller_an_unsigned_webhook_is_turned_away_before_anything_is_looked_up"),
        },
        Exhibit {
            seen_in: &["Pinelab-studio/pinelab-vendure-plugins#620"],
            defect: "Three webhooks at once settle a payment three times.",
            here: "A payment's row moves forward once.",
            proof: Test("vendure_pinelab_620_webhooks_at_once_settle_a_payment_once"),
        },
        Exhibit {
            seen_in: &["settlePayment"],
            defect: "A payment is called settled, and nobody has captured it.",
            here: "An order is confirmed after Stripe has said that it took the money.",
            proof: Elsewhere("tests/it/e2e/ordering.rs", "an_order_is_confirmed_paid_deducted_and_mailed"),
        },
    ],
}];

/// There (<https://github.com/vendurehq/vendure/issues/3508>): stock is checked when the checkout begins and allocated when
/// its payment settles, so that two customers pay for the last unit.
/// Here units are held before anybody is asked to pay: of five customers whose banks want to see them, three are asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vendure_3508_the_last_units_are_held_before_anybody_pays() {
    let stage = Stage::start().await;
    let customers: Vec<String> = (0..5).map(|n| stage.token(&format!("buyer-{n}"), Scope::Customer)).collect();
    let body = stage.order_of("LAMP-01", 1, "pm_card_threeDSecureRequired");
    let ids = join_all(customers.iter().map(|customer| stage.order(customer, "lamp", &body))).await;
    let mut asked = Vec::new();
    for (customer, id) in customers.iter().zip(&ids) {
        let mut order = json!(null);
        let answered = stage.eventually(async || {
            order = stage.get(&format!("/orders/{id}"), customer).await.expect(200).json();
            order["status"] == "ACTION_REQUIRED" || order["reason"] == "sold_out"
        });
        assert!(answered.await, "{order}");
        match order["status"] == "ACTION_REQUIRED" {
            true => asked.push((customer, id)),
            false => assert_eq!(stage.intents(id).len(), 0),
        }
    }
    assert_eq!((asked.len(), stage.available("LAMP-01").await), (3, 0));
    join_all(asked.iter().map(|(_, id)| stage.authenticate(id, Authentication::Succeed))).await;
    for (customer, id) in asked {
        stage.reaches(customer, id, "CONFIRMED").await;
        assert_eq!(stage.charged(id), (1, 7900));
    }
    stage.finish(&[]).await;
}

/// There (`stripe.service.ts`): Stripe's idempotency key is made of the order's code and its amount, so that an order which
/// comes back to an amount is given its cancelled intent again.
/// Here an order has one intent, whose key is made of the order alone; the same goods again are another order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vendure_stripe_key_the_same_goods_again_have_an_intent_of_their_own() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let body = stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired");
    let first = stage.order(&ada, "first", &body).await;
    stage.reaches(&ada, &first, "ACTION_REQUIRED").await;
    stage.post(&format!("/orders/{first}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &first, "CANCELLED").await;
    let second = stage.order(&ada, "second", &body).await;
    stage.reaches(&ada, &second, "ACTION_REQUIRED").await;
    stage.authenticate(&second, Authentication::Succeed).await;
    stage.reaches(&ada, &second, "CONFIRMED").await;
    let (dead, alive) = (stage.intents(&first).remove(0), stage.intents(&second).remove(0));
    assert_ne!(dead["id"], alive["id"]);
    assert_eq!((dead["status"].as_str(), alive["status"].as_str()), (Some("canceled"), Some("succeeded")));
    stage.finish(&[]).await;
}

/// There (`stripe.controller.ts`): a webhook's body is parsed and its order looked up before its signature is verified, so
/// that strangers can make the shop read, and learn which orders exist.
/// Here nothing is read or asked before: an order that exists and one that does not make no difference.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vendure_stripe_controller_an_unsigned_webhook_is_turned_away_before_anything_is_looked_up() {
    let Some(stage) = Stage::local("counts calls").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    let real = stage.intents(&id).remove(0);
    let mut none = real.clone();
    none["metadata"]["order_id"] = json!("ord_00000000000000000000000000000000");
    let event = |object| json!({ "id": "evt_forged", "object": "event", "type": "payment_intent.succeeded", "data": { "object": object } });
    let bodies = [event(real).to_string(), event(none).to_string(), "this is no JSON".to_owned(), String::new()];
    let mut answers = Vec::new();
    for body in bodies {
        for signature in ["", "t=1,v1=00", "t=99999999999,v1=zz"] {
            let headers = [("stripe-signature", signature)];
            let body = body.clone().into_bytes();
            let answer = stage.send(Method::POST, "/webhooks/stripe", "", &headers, body).await.expect(400);
            answers.push((answer.problem(), answer.bytes));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let readings = stage.cloud().readings();
    let asked = &readings.requests["payments/receive-stripe-webhook"];
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["secretsmanager:GetSecretValue"]);
    assert_eq!(stage.get(&format!("/orders/{id}"), &ada).await.json()["status"], "ACTION_REQUIRED");
    stage.authenticate(&id, Authentication::Succeed).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

/// There (<https://github.com/Pinelab-studio/pinelab-vendure-plugins/issues/620>): three webhooks that came at once settled
/// one payment three times.
/// Here a payment's row moves forward once, whoever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vendure_pinelab_620_webhooks_at_once_settle_a_payment_once() {
    let Some((stage, faults)) = Stage::with_faults("webhooks have to come at once").await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    faults.send_webhooks(3);
    stage.authenticate(&id, Authentication::Succeed).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    assert!(faults.performed("payments/receive-stripe-webhook", "SendMessage") >= 3, "they were not all taken");
    let payment = stage.get(&format!("/payments/{id}"), &admin).await.expect(200).json();
    // One when it was placed, and one when its payment was authorized.
    assert_eq!((&payment["status"], stage.cloud().executions().len()), (&json!("captured"), 2));
    let kinds: Vec<_> = payment["ledger"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!((stage.charged(&id), kinds), ((1, 1290), vec![json!("authorized"), json!("captured")]));
    assert_eq!(stage.mails(&id).await, ["order_action_required", "order_confirmed"]);
    stage.finish(&[]).await;
}

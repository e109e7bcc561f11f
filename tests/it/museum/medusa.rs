//! medusajs/medusa: <https://github.com/medusajs/medusa>.

use std::time::Duration;

use fakestripe::FakeStripe;
use futures::future::join_all;
use kernel::Clock;
use localcloud::{Authentication, driver::Outcome, issuer::Scope};
use reqwest::Method;
use serde_json::json;

use super::{
    Exhibit, Peer,
    Proof::{Elsewhere, Nothing, Test},
};
use crate::stage::{ATTEMPTS, Stage};

pub const PEERS: &[Peer] = &[Peer {
    name: "medusa",
    repository: "medusajs/medusa",
    read: "",
    exhibits: &[
        Exhibit {
            seen_in: &["#16825"],
            defect: "An order that loses the race for stock stays, without reservation and payment.",
            here: "It is CANCELLED, says why, holds nothing and owes nothing.",
            proof: Test("medusa_16825_an_order_that_loses_the_race_for_stock_is_not_orphaned"),
        },
        Exhibit {
            seen_in: &["#16502"],
            defect: "Two lines of one inventory item are each checked against all of its stock.",
            here: "Lines of one sku are one line before anything is checked.",
            proof: Test("medusa_16502_two_lines_of_one_stock_item_are_checked_together"),
        },
        Exhibit {
            seen_in: &["#16569"],
            defect: "Reservations that are made without the workflow's lock oversell.",
            here: "There is no lock to forget.",
            proof: Test("medusa_16569_direct_simultaneous_reservations_do_not_oversell"),
        },
        Exhibit {
            seen_in: &["#13301", "#11090"],
            defect: "The browser's return and the webhook both capture, as the order exists only afterwards.",
            here: "The order exists before the payment, and its intent is captured once.",
            proof: Test("medusa_13301_an_order_that_is_completed_by_several_at_once_is_captured_once"),
        },
        Exhibit {
            seen_in: &["#6370"],
            defect: "Capturing what is captured is an error.",
            here: "An error is not believed before the intent was looked at.",
            proof: Test("medusa_6370_capturing_what_is_captured_is_no_error"),
        },
        Exhibit {
            seen_in: &["#4798", "#2948", "#3146"],
            defect: "A webhook that meets the customer's own request fails.",
            here: "It is queued, and comes again when something is in the way.",
            proof: Test("medusa_4798_a_webhook_that_meets_others_is_taken_and_comes_again"),
        },
        Exhibit {
            seen_in: &["#14205"],
            defect: "An order is completed while its payment is processing.",
            here: "What an event says is not used: Stripe is asked.",
            proof: Test("medusa_14205_an_order_is_not_completed_before_its_payment"),
        },
        Exhibit {
            seen_in: &["#14205"],
            defect: "The same, when it is the intent itself that is processing.",
            here: "Nothing is decided before Stripe has.",
            proof: Elsewhere("services/payments/src/usecases/authorize.rs", "an_intent_in_processing_is_not_acted_on"),
        },
        Exhibit {
            seen_in: &["complete-cart.ts"],
            defect: "A reservation has no time limit.",
            here: "A hold expires with its order's deadline.",
            proof: Elsewhere(
                "tests/it/e2e/payment.rs",
                "a_customer_who_never_comes_back_loses_the_order_at_its_deadline",
            ),
        },
        Exhibit {
            seen_in: &["the Stripe provider"],
            defect: "Stripe is asked without an idempotency key.",
            here: "As for saleor.",
            proof: Test("saleor_14926_a_request_that_the_network_repeats_moves_money_once"),
        },
        Exhibit {
            seen_in: &["the API"],
            defect: "Nothing limits how often it is asked.",
            here: "API Gateway does; the local one is shown to do the same.",
            proof: Elsewhere("shared/localcloud/src/gateway/tests/refusals.rs", "too_often"),
        },
        Exhibit {
            seen_in: &["#14987"],
            defect: "A reservation takes from the first location only.",
            here: "",
            proof: Nothing("there are no locations"),
        },
    ],
}];

/// There (<https://github.com/medusajs/medusa/issues/16825>): of two carts that raced for the last unit, the loser left an
/// order without reservation and without payment, because the steps beside the one that failed could not be undone.
/// Here the loser's order is CANCELLED, says why, holds nothing and owes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_16825_an_order_that_loses_the_race_for_stock_is_not_orphaned() {
    let Some(stage) = Stage::local("looks at items").await else { return };
    let customers: Vec<String> = (0..10).map(|n| stage.token(&format!("buyer-{n}"), Scope::Customer)).collect();
    let body = stage.order_of("LAMP-01", 2, "pm_card_visa");
    let ids = join_all(customers.iter().map(|customer| stage.order(customer, "lamps", &body))).await;
    let mut winners = 0;
    for (customer, id) in customers.iter().zip(&ids) {
        let order = stage.watched_until_over(customer, id).await;
        let held: Vec<_> = stage.items("inventory", "holds", id).iter().map(|hold| hold["state"].clone()).collect();
        if order["status"] == "CONFIRMED" {
            winners += 1;
            assert_eq!((held, stage.charged(id)), (vec![json!("committed")], (1, 15800)));
        } else {
            assert_eq!((&order["reason"], held), (&json!("sold_out"), vec![json!("refused")]));
            assert_eq!(stage.intents(id).len(), 0);
            stage.mailed(id, "order_cancelled").await;
        }
    }
    assert_eq!((winners, stage.available("LAMP-01").await), (1, 1));
    stage.finish(&[]).await;
}

/// There (<https://github.com/medusajs/medusa/issues/16502>): two lines that take from one inventory item were each checked
/// against all of its stock.
/// Here lines of one sku are one line before anything is checked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_16502_two_lines_of_one_stock_item_are_checked_together() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("LAMP-01", 2, "pm_card_visa");
    let line = body["items"][0].clone();
    body["items"] = json!([line, line]);
    let id = stage.order(&ada, "four-of-three", &body).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");
    assert_eq!(stage.available("LAMP-01").await, 3);
    stage.finish(&[]).await;
}

/// There (<https://github.com/medusajs/medusa/issues/16569>): reservations that are made without the workflow's lock
/// oversell, and the counted reservations drift from those that exist.
/// Here there is no lock to forget: the step is called directly, for ten orders at once and three times for each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_16569_direct_simultaneous_reservations_do_not_oversell() {
    let Some((stage, faults)) = Stage::with_faults("calls the step directly").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let reserve = "inventory/reserve-stock";
    faults.strike_all(reserve, "TransactWriteItems", Outcome::Unreachable);
    let body = stage.order_of("LAMP-01", 1, "pm_card_visa");
    let ids = join_all((0..10).map(async |number| stage.order(&ada, &format!("lamp-{number}"), &body).await)).await;
    for id in &ids {
        stage.at_rest(&ada, id).await;
    }
    faults.mend();
    let calls = ids.iter().flat_map(|id| [stage.step(id), stage.step(id), stage.step(id)]);
    let answers = join_all(calls.map(async |step| {
        loop {
            // Transactions that meet are refused, and the saga would come again.
            if let Ok(answer) = stage.cloud().invoke(reserve, step.clone()).await {
                return answer["outcome"] == "held";
            }
        }
    }));
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|held| **held).count(), 9, "three orders, each told so three times");
    assert_eq!(stage.available("LAMP-01").await, 0);
    for id in &ids {
        stage.watched_until_over(&ada, id).await;
    }
    stage.finish(&[]).await;
}

/// There (<https://github.com/medusajs/medusa/issues/13301>, <https://github.com/medusajs/medusa/issues/11090>): the
/// browser's return and the webhook both completed the cart and captured, as the order existed only afterwards.
/// Here the order exists before the payment, and three executions of its saga at once capture once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_13301_an_order_that_is_completed_by_several_at_once_is_captured_once() {
    let Some((stage, faults)) = Stage::with_faults("executions have to run several times").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    faults.run_executions(3);
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    let ids = join_all((0..5).map(async |number| stage.order(&ada, &format!("order-{number}"), &body).await)).await;
    for id in &ids {
        stage.reaches(&ada, id, "CONFIRMED").await;
        stage.mailed(id, "order_confirmed").await;
        assert_eq!((stage.intents(id).len(), stage.charged(id)), (1, (1, 1290)));
    }
    assert!(faults.performed("payments/capture-payment", "/capture") > ids.len(), "nobody else tried");
    stage.finish(&[]).await;
}

/// There (<https://github.com/medusajs/medusa/issues/6370>): capturing what is captured already was an error, and the order
/// stayed unpaid in the shop's eyes.
/// Here an error is not believed before the intent was looked at. Stripe takes the money and answers 500, which it saves
/// under the key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_6370_capturing_what_is_captured_is_no_error() {
    let Some((stage, faults)) = Stage::with_faults("Stripe has to fail").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    faults.strike("payments/capture-payment", "/capture", Outcome::FailedAfter);
    let id = stage.order(&ada, "captured", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.charged(&id), (1, 1290));
    stage.finish(&[]).await;
}

/// There (<https://github.com/medusajs/medusa/issues/4798>, <https://github.com/medusajs/medusa/issues/2948>,
/// <https://github.com/medusajs/medusa/issues/3146>): a webhook that met the customer's own request failed with 409 or a
/// serialization error.
/// Here a webhook is queued and answered 200, and whoever handles it comes again when something is in the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_4798_a_webhook_that_meets_others_is_taken_and_comes_again() {
    let Some((stage, faults)) = Stage::with_faults("others have to be in the way").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    faults.send_webhooks(3);
    let process = "payments/process-stripe-event";
    faults.strike_all(process, "UpdateItem", Outcome::Conflict);
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    stage.authenticate(&id, Authentication::Succeed).await;
    assert!(stage.eventually(async || faults.strikes(process, "UpdateItem") >= ATTEMPTS).await);
    assert!(stage.depth("payments/stripe-events").await > 0, "the webhook is forgotten");
    faults.mend();
    // Messages that failed are visible again after two minutes.
    stage.pass(Duration::from_secs(121)).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.charged(&id), (1, 1290));
    stage.finish(&[]).await;
}

/// There (<https://github.com/medusajs/medusa/issues/14205>): an order was completed while its payment was still processing.
/// Here what an event says of an intent is not used: Stripe is asked what the intent has come to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn medusa_14205_an_order_is_not_completed_before_its_payment() {
    let Some(stage) = Stage::local("signs events as Stripe would").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    let intent = stage.intents(&id).remove(0);
    let stripe =
        FakeStripe::new(std::sync::Arc::new(kernel::SystemClock), fakestripe::Options::new("sk", "whsec_local"));
    for kind in ["payment_intent.processing", "payment_intent.amount_capturable_updated", "payment_intent.succeeded"] {
        let mut object = intent.clone();
        object["status"] = json!("succeeded");
        let event = json!({
            "id": format!("evt_{kind}"), "object": "event", "type": kind, "request": null, "data": { "object": object },
        });
        let body = event.to_string();
        let signature = stripe.sign(&body, stage.cloud().clock().now());
        let headers = [("stripe-signature", &*signature)];
        stage.send(Method::POST, "/webhooks/stripe", "", &headers, body.into_bytes()).await.expect(200);
    }
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    assert!(stage.cloud().readings().invocations["payments/process-stripe-event"] > 0, "nobody looked at the events");
    assert_eq!(stage.get(&format!("/orders/{id}"), &ada).await.json()["status"], "ACTION_REQUIRED");
    assert_eq!(stage.charged(&id), (0, 0));
    stage.authenticate(&id, Authentication::Succeed).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

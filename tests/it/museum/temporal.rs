//! temporalio/reference-app-orders-go, commit 5e96c82: <https://github.com/temporalio/reference-app-orders-go>. Found by
//! reading: a durable engine does not make its activities correct.

use std::time::Duration;

use localcloud::{driver::Outcome, issuer::Scope};
use reqwest::Method;
use serde_json::json;

use super::{
    Exhibit, Peer,
    Proof::{Nothing, Test},
};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "Temporal reference-app-orders-go",
    repository: "temporalio/reference-app-orders-go",
    read: "commit 5e96c82",
    exhibits: &[
        Exhibit {
            seen_in: &["app/billing/activities.go"],
            defect: "An invoice adds up the sums so far instead of the items.",
            here: "The total is the sum of its lines.",
            proof: Test("temporal_billing_an_invoice_of_several_items_is_their_sum"),
        },
        Exhibit {
            seen_in: &["app/billing/activities.go"],
            defect: "Every attempt makes up new prices.",
            here: "The price is written down with the order.",
            proof: Test("temporal_billing_a_repeated_attempt_charges_what_the_order_said"),
        },
        Exhibit {
            seen_in: &["app/order/activities.go"],
            defect: "The reservation panics when nothing is available.",
            here: "Sold out is an answer.",
            proof: Test("temporal_order_an_order_of_nothing_available_is_answered"),
        },
        Exhibit {
            seen_in: &["app/order/activities.go"],
            defect: "Whether there is stock depends on the item's name.",
            here: "On the units that were received.",
            proof: Test("temporal_order_stock_is_counted_and_not_guessed_from_names"),
        },
        Exhibit {
            seen_in: &["app/order"],
            defect: "Nothing gives a reservation back: no cancel, no time limit, no decline.",
            here: "Each leads into the undo.",
            proof: Test("temporal_order_every_way_out_gives_the_units_back"),
        },
        Exhibit {
            seen_in: &["the fraud check"],
            defect: "A tally counts every retry of its activity.",
            here: "",
            proof: Nothing("there are no fraud checks"),
        },
    ],
}];

/// There (`GenerateInvoice` in `app/billing/activities.go`): the total adds up the sums so far instead of the items, so that
/// every invoice of several items is too high.
/// Here the total is the sum of its lines, in whole minor units.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporal_billing_an_invoice_of_several_items_is_their_sum() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("MUG-01", 2, "pm_card_visa");
    let line = |sku: &str, quantity: i64| json!({ "sku": stage.sku(sku), "quantity": quantity });
    body["items"] = json!([line("MUG-01", 2), line("PEN-01", 1), line("NOTE-01", 3)]);
    let answer = stage.place(&ada, "three-items", &body).await.expect(202).json();
    assert_eq!(answer["total"], json!({ "amount_minor": 2 * 1290 + 3900 + 3 * 1490, "currency": "EUR" }));
    let id = answer["id"].as_str().unwrap();
    stage.reaches(&ada, id, "CONFIRMED").await;
    assert_eq!((&stage.intents(id)[0]["amount"], stage.charged(id)), (&json!(10_950), (1, 10_950)));
    stage.finish(&[]).await;
}

/// There (the same function): every attempt of the activity makes up new prices.
/// Here the price is written down with the order, and is charged however late: even when the product's has changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporal_billing_a_repeated_attempt_charges_what_the_order_said() {
    let Some((stage, faults)) = Stage::with_faults("Stripe has to be out of reach").await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let create = ("payments/authorize-payment", "POST /v1/payment_intents");
    faults.strike(create.0, create.1, Outcome::AnswerLost);
    faults.strike_all(create.0, create.1, Outcome::Unreachable);
    let id = stage.order(&ada, "mug", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.at_rest(&ada, &id).await;
    let mug = json!({ "name": "Mug", "description": "", "price": { "amount_minor": 9900, "currency": "EUR" } });
    let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
    stage.send(Method::PUT, "/products/MUG-01", &admin, &headers, mug.to_string().into_bytes()).await.expect(200);
    stage.pass(Duration::from_secs(31)).await;
    faults.mend();
    stage.watched_until(&ada, &id, "CONFIRMED").await;
    assert_eq!((stage.intents(&id).len(), stage.charged(&id)), (1, (1, 1290)));
    stage.finish(&[]).await;
}

/// There (`app/order/activities.go`): the reservation panics when no item is available.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporal_order_an_order_of_nothing_available_is_answered() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("LAMP-01", 4, "pm_card_visa");
    let line = |sku: &str, quantity: i64| json!({ "sku": stage.sku(sku), "quantity": quantity });
    body["items"] = json!([line("LAMP-01", 4), line("PEN-01", 41), line("MUG-01", 101)]);
    let id = stage.order(&ada, "all-of-it", &body).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");
    assert_eq!(stage.intents(&id).len(), 0);
    stage.finish(&[]).await;
}

/// There (the same file): whether there is stock depends on whether the item's name contains "Adidas".
/// Here on how many units were received, whatever the name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporal_order_stock_is_counted_and_not_guessed_from_names() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let (sku, body) = (stage.sku("ADIDAS-01"), stage.order_of("ADIDAS-01", 1, "pm_card_visa"));
    let shoe =
        json!({ "name": "Adidas Classic", "description": "", "price": { "amount_minor": 8000, "currency": "EUR" } });
    let headers = [("if-none-match", "*"), ("content-type", "application/json")];
    let path = format!("/products/{sku}");
    stage.send(Method::PUT, &path, &admin, &headers, shoe.to_string().into_bytes()).await.expect(201);
    let known = stage.eventually(async || stage.place(&ada, "none", &body).await.status.as_u16() == 202).await;
    assert!(known, "orders do not know the price");
    let id = stage.order(&ada, "none", &body).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");

    let delivery = json!({ "delta": 1, "reason": "delivery" });
    stage.post(&format!("/stock/{sku}"), &admin, &[("idempotency-key", "one")], &delivery).await.expect(200);
    let id = stage.order(&ada, "the-only-one", &body).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let id = stage.order(&ada, "one-too-many", &body).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");
    stage.finish(&[]).await;
}

/// There: nothing gives a reservation back, neither when the customer cancels, nor at the time limit, nor after a decline.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporal_order_every_way_out_gives_the_units_back() {
    let Some(stage) = Stage::local("half an hour has to pass").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let levels = async || (stage.available("MUG-01").await, stage.available("PEN-01").await);
    let before = levels().await;
    let order = async |key: &str, card: &str| {
        let mut body = stage.order_of("MUG-01", 3, card);
        body["items"] = json!([body["items"][0], { "sku": "PEN-01", "quantity": 2 }]);
        stage.order(&ada, key, &body).await
    };
    let cancelled = order("cancelled", "pm_card_threeDSecureRequired").await;
    let forgotten = order("forgotten", "pm_card_threeDSecureRequired").await;
    for id in [&cancelled, &forgotten] {
        stage.reaches(&ada, id, "ACTION_REQUIRED").await;
    }
    assert_eq!(levels().await, (before.0 - 6, before.1 - 4));

    let declined = order("declined", "pm_card_visa_chargeDeclined").await;
    assert_eq!(stage.reaches(&ada, &declined, "CANCELLED").await["reason"], "payment_declined");
    stage.post(&format!("/orders/{cancelled}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &cancelled, "CANCELLED").await;
    assert_eq!(levels().await, (before.0 - 3, before.1 - 2));
    stage.watched_until(&ada, &forgotten, "CANCELLED").await;
    assert_eq!(levels().await, before);
    stage.finish(&[]).await;
}

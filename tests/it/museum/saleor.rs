//! saleor/saleor: <https://github.com/saleor/saleor>.

use std::time::Duration;

use futures::future::join_all;
use localcloud::{Authentication, driver::Outcome, issuer::Scope};
use serde_json::{Value, json};

use super::{
    Exhibit, Peer,
    Proof::{Nothing, Test},
};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "saleor",
    repository: "saleor/saleor",
    read: "",
    exhibits: &[
        Exhibit {
            seen_in: &["#543"],
            defect: "Simultaneous checkouts oversell.",
            here: "See ACIDRain.",
            proof: Test("acidrain_inventory_simultaneous_checkouts_of_one_customer_do_not_oversell"),
        },
        Exhibit {
            seen_in: &["#5334"],
            defect: "A few of a hundred orders have no allocation.",
            here: "An order is confirmed only after its holds are committed.",
            proof: Test("saleor_5334_every_one_of_many_simultaneous_orders_has_its_allocation"),
        },
        Exhibit {
            seen_in: &["#12652", "chethanac15/eStore#182"],
            defect: "The customer's return and the webhook complete one checkout, and disturb each other.",
            here: "Both only start the saga, and each step decides by a condition.",
            proof: Test("saleor_12652_the_customers_return_and_the_webhook_race_for_one_order"),
        },
        Exhibit {
            seen_in: &["#12491"],
            defect: "A failed action cannot be repeated safely.",
            here: "A request that was not carried out is carried out when it comes again under its key.",
            proof: Test("saleor_12491_a_failed_action_is_carried_out_when_it_is_repeated"),
        },
        Exhibit {
            seen_in: &["saleor/saleor-docs#1053"],
            defect: "Nobody can tell when a new key is needed.",
            here: "The answer says so.",
            proof: Test("saleor_docs_1053_the_answer_says_when_a_new_key_is_needed"),
        },
        Exhibit {
            seen_in: &["#11069"],
            defect: "Rows are locked while the payment provider is asked.",
            here: "Nothing is locked, at any time.",
            proof: Test("saleor_11069_nobody_waits_for_another_ones_payment"),
        },
        Exhibit {
            seen_in: &["#14926", "#14358"],
            defect: "Payments are started without an idempotency key.",
            here: "A request that moves money has a key that is made of the order, and goes without it only where a repetition does no harm.",
            proof: Test("saleor_14926_a_request_that_the_network_repeats_moves_money_once"),
        },
        Exhibit {
            seen_in: &["#8313"],
            defect: "Carts reserve nothing.",
            here: "",
            proof: Nothing("there are no carts: the hold begins with the order"),
        },
        Exhibit {
            seen_in: &["lock_objects.py"],
            defect: "One row per sku limits how fast it sells.",
            here: "",
            proof: Nothing("no defect of correctness; a sku that many want at once is spread over shards"),
        },
    ],
}];

/// There (<https://github.com/saleor/saleor/issues/5334>): of a hundred orders, one or two had no allocation of stock.
/// Here an order is confirmed only after its holds are committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saleor_5334_every_one_of_many_simultaneous_orders_has_its_allocation() {
    let Some(stage) = Stage::local("looks at items").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("NOTE-01").await;
    let body = stage.order_of("NOTE-01", 2, "pm_card_visa");
    let ids = join_all((0..30).map(async |number| stage.order(&ada, &format!("order-{number}"), &body).await)).await;
    for id in &ids {
        stage.reaches(&ada, id, "CONFIRMED").await;
        let holds = stage.items("inventory", "holds", id);
        assert_eq!((holds.len(), &holds[0]["state"], &holds[0]["quantity"]), (1, &json!("committed"), &json!(2)));
    }
    assert_eq!(stage.available("NOTE-01").await, before - 60);
    stage.finish(&[]).await;
}

/// There (<https://github.com/saleor/saleor/issues/12652>): the customer's browser and Stripe's webhook both complete the
/// checkout, and one of them finds it half done. The same in <https://github.com/chethanac15/eStore/issues/182>.
/// Here both only start the saga again, and each of its steps decides by a condition.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saleor_12652_the_customers_return_and_the_webhook_race_for_one_order() {
    let Some((stage, faults)) = Stage::with_faults("webhooks have to come at once").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let body = stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired");
    let id = stage.order(&ada, "3ds", &body).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    // A capture takes so long that all come to it.
    let capture = ("payments/capture-payment", "/capture");
    faults.delay(capture.0, capture.1, Duration::from_secs(3));
    let resume = json!({ "Records": [{ "messageId": "m", "body": payment_event(&id).to_string() }] });
    let running = || stage.cloud().executions().iter().filter(|execution| execution.status == "RUNNING").count();
    stage.authenticate(&id, Authentication::Succeed).await;
    assert!(stage.eventually(async || running() == 1).await, "the webhook did not wake the order");
    join_all((0..4).map(async |_| {
        stage.place(&ada, "3ds", &body).await.expect(202);
        let resumed = stage.cloud().invoke("orders/resume-orders", resume.clone()).await.unwrap();
        assert_eq!(resumed, json!({ "batchItemFailures": [] }));
    }))
    .await;
    assert!(running() > 1, "nobody races");
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;
    assert!(stage.eventually(async || stage.is_quiet().await).await);
    assert!(faults.performed(capture.0, capture.1) > 1, "nobody else has captured");
    assert_eq!((stage.charged(&id), stage.mails(&id).await.len()), ((1, 1290), 2));
    stage.finish(&[]).await;
}

fn payment_event(order: &str) -> Value {
    json!({
        "specversion": "1.0", "id": "evt", "source": "/payments", "type": "shop.payment.authorized.v1", "subject": order,
        "time": "2026-01-01T00:00:00Z", "datacontenttype": "application/json",
        "data": {
            "order_id": order, "payment_intent_id": "pi", "amount": { "amount_minor": 1290, "currency": "EUR" },
        },
    })
}

/// There (<https://github.com/saleor/saleor/issues/12491>): an action that failed could not be repeated safely.
/// Here a request that was not carried out is carried out when it comes again under its key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saleor_12491_a_failed_action_is_carried_out_when_it_is_repeated() {
    let Some((stage, faults)) = Stage::with_faults("a table has to be out of reach").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    faults.strike_all("orders/place-order", "PutItem", Outcome::FailedBefore);
    assert_eq!(stage.place(&ada, "again", &body).await.expect(503).problem(), "unavailable");
    faults.mend();
    let id = stage.order(&ada, "again", &body).await;
    assert_eq!(stage.order(&ada, "again", &body).await, id);
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.charged(&id), (1, 1290));
    stage.finish(&[]).await;
}

/// There (<https://github.com/saleor/saleor-docs/pull/1053>): nobody could tell when a new key is needed.
/// Here the answer says so: never to repeat a request, always for another order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saleor_docs_1053_the_answer_says_when_a_new_key_is_needed() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let four = stage.order_of("LAMP-01", 4, "pm_card_visa");
    let three = stage.order_of("LAMP-01", 3, "pm_card_visa");
    let id = stage.order(&ada, "lamps", &four).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");
    assert_eq!(stage.order(&ada, "lamps", &four).await, id, "a repetition is no second try");
    let answer = stage.place(&ada, "lamps", &three).await.expect(422);
    assert_eq!(answer.problem(), "idempotency-key-reused");
    assert_eq!(answer.json()["detail"], "Send the request as it was, or a new key for a new order.");
    let id = stage.order(&ada, "fewer-lamps", &three).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

/// There (<https://github.com/saleor/saleor/pull/11069>): rows were locked while the payment provider was asked, and
/// everybody who wanted the same stock waited for it.
/// Here nothing is locked: while one customer's payment stalls, others buy the same sku.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saleor_11069_nobody_waits_for_another_ones_payment() {
    let Some((stage, faults)) = Stage::with_faults("a payment has to stall").await else { return };
    let (ada, bob) = (stage.token("ada", Scope::Customer), stage.token("bob", Scope::Customer));
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    let create = ("payments/authorize-payment", "POST /v1/payment_intents");
    faults.stall(create.0, create.1);
    let slow = stage.order(&ada, "slow", &body).await;
    assert!(stage.eventually(async || faults.strikes(create.0, create.1) > 0).await);
    faults.mend();
    for number in 0..3 {
        let id = stage.order(&bob, &format!("quick-{number}"), &body).await;
        stage.reaches(&bob, &id, "CONFIRMED").await;
    }
    assert_eq!(stage.get(&format!("/orders/{slow}"), &ada).await.json()["status"], "PENDING");
    // Nobody waits for a call longer than this.
    stage.pass(Duration::from_secs(5)).await;
    stage.reaches(&ada, &slow, "CONFIRMED").await;
    stage.finish(&[]).await;
}

/// There (<https://github.com/saleor/saleor/issues/14926>, <https://github.com/saleor/saleor/issues/14358>, and the old
/// Stripe plugin): payments were started without an idempotency key, so that a repeated request started two.
/// Here a request that moves money has a key that is made of the order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saleor_14926_a_request_that_the_network_repeats_moves_money_once() {
    let Some((stage, faults)) = Stage::with_faults("the network has to repeat itself").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    faults.strike("payments/authorize-payment", "POST /v1/payment_intents", Outcome::Twice);
    faults.strike("payments/capture-payment", "/capture", Outcome::Twice);
    let id = stage.order(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!((stage.intents(&id).len(), stage.charged(&id)), (1, (1, 1290)));

    let id = stage.order(&ada, "taken-back", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    faults.strike("payments/cancel-payment", "POST /v1/payment_intents", Outcome::Twice);
    faults.strike("payments/cancel-payment", "/cancel", Outcome::Twice);
    stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &id, "CANCELLED").await;
    assert_eq!((stage.intents(&id).len(), stage.charged(&id)), (1, (0, 0)));
    stage.finish(&[]).await;
}

//! DataDog/serverless-sample-app, commit 9fe27a7: <https://github.com/DataDog/serverless-sample-app>. Found by reading.

use std::time::Duration;

use futures::future::join_all;
use localcloud::{driver::Outcome, issuer::Scope};
use serde_json::{Value, json};

use super::{
    Exhibit, Peer,
    Proof::{Nothing, Test},
};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "DataDog serverless-sample-app",
    repository: "DataDog/serverless-sample-app",
    read: "commit 9fe27a7",
    exhibits: &[
        Exhibit {
            seen_in: &["orderProcessingWorkflow.asl.json"],
            defect: "A reservation that comes after the order's time limit is never released.",
            here: "The undo leaves a tombstone, and nothing holds after it.",
            proof: Test("datadog_workflow_a_reservation_that_comes_after_the_end_holds_nothing"),
        },
        Exhibit {
            seen_in: &["reserveStockFor"],
            defect: "Two units of one product reserve one.",
            here: "A hold has a quantity.",
            proof: Test("datadog_inventory_two_units_of_one_product_hold_two"),
        },
        Exhibit {
            seen_in: &["InventoryItem.java"],
            defect: "A stock item keeps the ids of its orders, and grows towards 400 KB.",
            here: "Each order has a hold of its own.",
            proof: Test("datadog_inventory_a_stock_item_does_not_grow_with_its_orders"),
        },
        Exhibit {
            seen_in: &["InventoryItem.java"],
            defect: "Stock is a floating-point number.",
            here: "Units are whole numbers, on the wire too.",
            proof: Test("datadog_inventory_stock_is_counted_in_whole_units"),
        },
        Exhibit {
            seen_in: &["InventoryItemService.java", "asyncapi.yaml"],
            defect: "Events are published after the write, and lost when the writer dies in between.",
            here: "The table's stream is the outbox.",
            proof: Test("datadog_order_service_no_event_is_lost_with_its_writer"),
        },
        Exhibit {
            seen_in: &["Terraform"],
            defect: "There are no alarms and no gradual rollouts.",
            here: "",
            proof: Nothing("no defect of correctness; see terraform/modules/alarms and terraform/modules/function"),
        },
    ],
}];

/// There (`orderProcessingWorkflow.asl.json`): when a reservation takes longer than 60 seconds, the order ends without
/// stock, and the reservation that is made later is never released.
/// Here: the undo leaves a tombstone, which a late reservation finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datadog_workflow_a_reservation_that_comes_after_the_end_holds_nothing() {
    let Some((stage, faults)) = Stage::with_faults("a call has to be late").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let reserve = ("inventory/reserve-stock", "TransactWriteItems");
    faults.strike(reserve.0, reserve.1, Outcome::Late(Duration::from_secs(60)));
    faults.strike_all(reserve.0, reserve.1, Outcome::Unreachable);
    let id = stage.order(&ada, "late", &stage.order_of("MUG-01", 2, "pm_card_visa")).await;
    assert!(stage.eventually(async || faults.strikes(reserve.0, reserve.1) > 0).await);
    // Nobody waits for it any longer than this.
    stage.pass(Duration::from_secs(3)).await;
    stage.at_rest(&ada, &id).await;
    stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &id, "CANCELLED").await;
    faults.mend();
    assert_eq!(faults.performed(reserve.0, reserve.1), 0);

    stage.pass(Duration::from_secs(61)).await;
    assert!(stage.eventually(async || faults.performed(reserve.0, reserve.1) > 0).await, "it never came");
    let late = stage.cloud().invoke(reserve.0, stage.step(&id)).await.unwrap();
    assert_eq!(late["outcome"], "refused");
    assert_eq!(stage.available("MUG-01").await, before);
    stage.finish(&[]).await;
}

/// There (`reserveStockFor`): an order takes one unit of a product, however many units of it were ordered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datadog_inventory_two_units_of_one_product_hold_two() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("PEN-01").await;
    let mut body = stage.order_of("PEN-01", 2, "pm_card_visa");
    let id = stage.order(&ada, "one-line", &body).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.available("PEN-01").await, before - 2);
    let line = json!({ "sku": stage.sku("PEN-01"), "quantity": 1 });
    body["items"] = json!([line, line]);
    let id = stage.order(&ada, "two-lines", &body).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(stage.available("PEN-01").await, before - 4);
    stage.finish(&[]).await;
}

/// There (`InventoryItem.java`): the ids of a product's orders are kept in its stock item, which grows towards DynamoDB's
/// 400 KB, and every write of it with it.
/// Here each order has a hold of its own, and the stock item only counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datadog_inventory_a_stock_item_does_not_grow_with_its_orders() {
    let Some(stage) = Stage::local("looks at items").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let size = || {
        let stock = stage.cloud().scan("inventory", "stock").unwrap();
        let item = stock.into_iter().find(|item| item["sku"] == "NOTE-01").unwrap();
        item.to_string().len()
    };
    let before = size();
    let body = stage.order_of("NOTE-01", 1, "pm_card_visa");
    let ids = join_all((0..25).map(async |number| stage.order(&ada, &format!("order-{number}"), &body).await)).await;
    for id in &ids {
        stage.reaches(&ada, id, "CONFIRMED").await;
    }
    assert_eq!((stage.available("NOTE-01").await, size()), (125, before));
    stage.finish(&[]).await;
}

/// There (`InventoryItem.java`): stock is a `Double`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datadog_inventory_stock_is_counted_in_whole_units() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let before = stage.stock("MUG-01").await;
    for units in [json!(0.5), json!(1.5), json!(2.0), json!("2"), json!(1e300)] {
        let mut body = stage.order_of("MUG-01", 1, "pm_card_visa");
        body["items"][0]["quantity"] = units.clone();
        let answer = stage.place(&ada, "fraction", &body).await;
        assert!(answer.status.is_client_error(), "{units}: {answer:?}");
        let body = json!({ "delta": units, "reason": "counted" });
        let path = format!("/stock/{}", stage.sku("MUG-01"));
        let answer = stage.post(&path, &admin, &[("idempotency-key", "fraction")], &body).await;
        assert!(answer.status.is_client_error(), "{units}: {answer:?}");
    }
    assert_eq!(stage.stock("MUG-01").await, before);
    let whole = |figure: &Value| figure.is_i64() || figure.is_u64();
    assert!(["available", "received", "written_off"].iter().all(|figure| whole(&before[*figure])), "{before}");
    stage.finish(&[]).await;
}

/// There (`asyncapi.yaml` of the order service says so itself): an event is published after the write that it tells of, and
/// is lost when its writer dies in between.
/// Here the table's stream is the outbox.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datadog_order_service_no_event_is_lost_with_its_writer() {
    let Some((stage, faults)) = Stage::with_faults("functions have to die").await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    faults.strike("orders/place-order", "PutItem", Outcome::KilledAfter);
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    stage.place(&ada, "killed", &body).await.expect(500);
    let mine = stage.get("/orders", &ada).await.expect(200).json();
    let id = mine["items"][0]["id"].as_str().unwrap();
    stage.watched_until(&ada, id, "CONFIRMED").await;
    stage.mailed(id, "order_confirmed").await;

    assert!(stage.eventually(async || stage.is_quiet().await).await);
    let published = || faults.performed("inventory/publish-stock-events", "PublishBatch");
    let before = published();
    faults.strike("inventory/adjust-stock", "TransactWriteItems", Outcome::KilledAfter);
    let delivery = json!({ "delta": 5, "reason": "delivery" });
    let path = format!("/stock/{}", stage.sku("LAMP-01"));
    stage.post(&path, &admin, &[("idempotency-key", "killed")], &delivery).await.expect(500);
    assert!(stage.eventually(async || published() > before).await, "nobody is told of the delivery");
    assert_eq!(stage.available("LAMP-01").await, 8);
    stage.finish(&[]).await;
}

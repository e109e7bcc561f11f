//! What admins do and see.

use contracts::saga::Refusal;
use serde_json::{Value, json};

use crate::Inventory;

fn delta(units: i64) -> Value {
    json!({ "delta": units, "reason": "delivery" })
}

fn kind(body: &str) -> String {
    serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_repetition_is_answered_with_the_same_bytes_and_changes_nothing() {
    let inventory = Inventory::with(&[]).await;
    let (status, first) = inventory.adjust("A", "\"key 1\"", &delta(100)).await;
    assert_eq!(status, 200);
    inventory.bench.clock().advance(std::time::Duration::from_secs(3_600));
    assert_eq!(inventory.adjust("A", "\"key 1\"", &delta(100)).await, (200, first.clone()));
    assert_eq!(inventory.available("A"), 100);
    let body: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&body["sku"], &body["delta"], &body["reason"]), (&json!("A"), &json!(100), &json!("delivery")));

    // Even when it could not be made any more.
    inventory.adjust("A", "out", &delta(-100)).await;
    let (status, _) = inventory.adjust("A", "out", &delta(-100)).await;
    assert_eq!((status, inventory.available("A")), (200, 0));
    inventory.audit();
}

#[tokio::test]
async fn a_key_names_one_adjustment_of_one_sku() {
    let inventory = Inventory::with(&[]).await;
    inventory.adjust("A", "key", &delta(100)).await;
    for other in [delta(99), json!({ "delta": 100, "reason": "found" })] {
        let (status, body) = inventory.adjust("A", "key", &other).await;
        assert_eq!((status, kind(&body).as_str()), (422, "/problems/idempotency-key-reused"));
    }
    assert_eq!(inventory.adjust("B", "key", &delta(7)).await.0, 200);
    assert_eq!((inventory.available("A"), inventory.available("B")), (100, 7));
    inventory.audit();
}

#[tokio::test]
async fn no_more_is_written_off_than_is_there() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    inventory.reserve(&inventory.order(1, &[("A", 2)])).await.unwrap();
    for sku in ["A", "NEVER-SEEN"] {
        let (status, body) = inventory.adjust(sku, "off", &delta(-4)).await;
        assert_eq!((status, kind(&body).as_str()), (409, "/problems/not-enough-stock"));
    }
    // Nothing was done, so the key is still free.
    assert_eq!(inventory.adjust("A", "off", &delta(-3)).await.0, 200);
    assert_eq!(inventory.available("A"), 0);
    inventory.audit();
}

#[tokio::test]
async fn no_more_is_received_than_can_be_counted() {
    let inventory = Inventory::with(&[]).await;
    let client = aws_sdk_dynamodb::Client::new(&inventory.bench.runtime("adjust-stock").sdk);
    inventory.adjust("A", "first", &delta(1)).await;
    let table = inventory.bench.runtime("adjust-stock").settings.text("STOCK_TABLE").unwrap().to_owned();
    let number = |units: i64| aws_sdk_dynamodb::types::AttributeValue::N(units.to_string());
    let lots = client
        .update_item()
        .table_name(table)
        .key("sku_shard", aws_sdk_dynamodb::types::AttributeValue::S("A#0".into()));
    let lots = lots.update_expression("SET received = :lots, available = :lots");
    lots.expression_attribute_values(":lots", number(999_999_999_999)).send().await.unwrap();
    let (status, body) = inventory.adjust("A", "more", &delta(2)).await;
    assert_eq!((status, kind(&body).as_str()), (409, "/problems/too-much-stock"));
    assert_eq!(inventory.adjust("A", "more", &delta(1)).await.0, 200);
    inventory.audit();
}

#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong() {
    let inventory = Inventory::with(&[]).await;
    let no_key = json!({ "headers": {}, "body": delta(1).to_string() });
    let (status, body) = inventory.http("adjust-stock", no_key, "A").await;
    assert_eq!((status, kind(&body).as_str()), (400, "/problems/missing-idempotency-key"));
    let (status, body) = inventory.adjust("A", "\"open", &delta(1)).await;
    assert_eq!((status, kind(&body).as_str()), (400, "/problems/malformed-idempotency-key"));
    let (status, body) = inventory.adjust("A", "k", &json!({ "delta": 0, "reason": "" })).await;
    let problem: Value = serde_json::from_str(&body).unwrap();
    let pointers: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!((status, pointers), (422, vec![&json!("/delta"), &json!("/reason")]));
    for body in
        [json!({ "delta": 1 }), json!({ "delta": 1.5, "reason": "x" }), json!({ "delta": 1, "reason": "x", "z": 1 })]
    {
        assert_eq!(inventory.adjust("A", "k", &body).await.0, 422, "{body}");
    }
    assert_eq!(inventory.adjust("no-sku", "k", &delta(1)).await.0, 404);
    assert!(inventory.bench.scan("stock").is_empty());
}

#[tokio::test]
async fn the_level_tells_where_every_unit_is() {
    let inventory = Inventory::with(&[("A", 10)]).await;
    inventory.adjust("A", "off", &delta(-1)).await;
    let orders = [1, 2, 3].map(|number| inventory.order(number, &[("A", 2)]));
    for order in &orders {
        inventory.reserve(order).await.unwrap();
    }
    inventory.commit(&orders[0]).await.unwrap();
    inventory.release(&orders[1], Refusal::PaymentDeclined).await.unwrap();
    let (status, mut level) = inventory.look("A").await;
    assert!(level.as_object_mut().unwrap().remove("updated_at").unwrap().is_string());
    assert_eq!(status, 200);
    let expected = json!({
        "sku": "A", "available": 5, "received": 10, "written_off": 1, "committed_or_held": 4, "shards": [5],
    });
    assert_eq!(level, expected);
    inventory.audit();
}

#[tokio::test]
async fn the_level_is_the_sum_of_all_shards() {
    let inventory = Inventory::with(&[("A", 10)]).await;
    let runtime = inventory.bench.runtime("adjust-stock");
    let client = aws_sdk_dynamodb::Client::new(&runtime.sdk);
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let number = |units: i64| aws_sdk_dynamodb::types::AttributeValue::N(units.to_string());
    for (shard, units) in [(0, 10), (1, 20), (2, 30)] {
        let update = client.update_item().table_name(runtime.settings.text("STOCK_TABLE").unwrap());
        let update = update
            .key("sku_shard", text(&format!("A#{shard}")))
            .update_expression(
                "SET sku = :sku, #shard = :shard, available = :units, received = :units, written_off = :none, \
                 #shards = :shards, updated_at = :none",
            )
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_names("#shards", "shards")
            .expression_attribute_values(":sku", text("A"))
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":shards", number(3))
            .expression_attribute_values(":units", number(units))
            .expression_attribute_values(":none", number(0));
        update.send().await.unwrap();
    }
    let (status, level) = inventory.look("A").await;
    assert_eq!((status, &level["available"], &level["received"]), (200, &json!(60), &json!(60)));
    inventory.audit();
}

#[tokio::test]
async fn what_was_never_received_is_not_there() {
    let inventory = Inventory::with(&[]).await;
    for sku in ["A", "no-sku"] {
        let (status, problem) = inventory.look(sku).await;
        assert_eq!((status, &problem["type"]), (404, &json!("/problems/not-found")));
    }
}

//! The outbox.

use serde_json::{Value, json};

use crate::{Inventory, invoke};

fn image(available: i64, updated_at: i64) -> Value {
    let number = |value: i64| json!({ "N": value.to_string() });
    json!({
        "sku_shard": { "S": "A#0" }, "sku": { "S": "A" }, "shard": number(0), "shards": number(1),
        "received": number(9), "available": number(available), "written_off": number(0),
        "updated_at": number(updated_at),
    })
}

fn record(sequence_number: &str, old: Option<Value>, new: Value) -> Value {
    let mut change = json!({
        "ApproximateCreationDateTime": 1_700_000_000, "Keys": { "sku_shard": { "S": "A#0" } }, "NewImage": new,
        "SequenceNumber": sequence_number, "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    if let Some(old) = old {
        change["OldImage"] = old;
    }
    json!({
        "awsRegion": "eu-central-1", "dynamodb": change, "eventID": sequence_number, "eventName": "MODIFY",
        "eventSource": "aws:dynamodb", "eventVersion": "1.1",
        "eventSourceARN": "arn:aws:dynamodb:::table/stock/stream/1",
    })
}

async fn publish(inventory: &Inventory, records: &[Value]) -> (Value, u64) {
    let runtime = inventory.bench.runtime("publish-stock-events");
    let answer = invoke(runtime, "publish-stock-events", &json!({ "Records": records })).await.unwrap();
    let requests = inventory.bench.readings().requests;
    let calls = requests.get("inventory/publish-stock-events").map_or(0, |calls| calls.values().sum());
    (answer, calls)
}

#[tokio::test]
async fn changes_are_published_together_and_what_changed_nothing_is_not() {
    let inventory = Inventory::with(&[]).await;
    let nothing_failed = json!({ "batchItemFailures": [] });
    let touched = record("1", Some(image(5, 1)), image(5, 2));
    assert_eq!(publish(&inventory, &[touched]).await, (nothing_failed.clone(), 0));
    let records = [record("2", None, image(9, 1)), record("3", Some(image(9, 1)), image(8, 2))];
    assert_eq!(publish(&inventory, &records).await, (nothing_failed, 1));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_comes_again_with_what_follows_it() {
    let inventory = Inventory::with(&[]).await;
    let records = [
        record("1", None, image(9, 1)),
        record("2", None, json!({ "sku": { "S": "A" } })),
        record("3", None, image(8, 1)),
    ];
    let (answer, calls) = publish(&inventory, &records).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] }));
    assert_eq!(calls, 1);
}

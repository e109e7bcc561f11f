//! publish-product-events, as the table's stream calls it.

use serde_json::{Value, json};

use crate::{Call, Catalogue};

/// The stream record of a product that was changed to this version.
fn record(version: &str, deleted: bool) -> Value {
    let image = json!({
        "sku": { "S": "MUG-01" }, "name": { "S": "Mug" }, "description": { "S": "" },
        "price": { "M": { "amount_minor": { "N": "1980" }, "currency": { "S": "EUR" } } },
        "version": { "N": version }, "deleted": { "BOOL": deleted },
        "created_at": { "S": "2026-01-01T00:00:00Z" }, "updated_at": { "S": "2026-01-02T00:00:00Z" },
    });
    let change = json!({
        "ApproximateCreationDateTime": 1_767_225_600, "Keys": { "sku": { "S": "MUG-01" } }, "NewImage": image,
        "SequenceNumber": version, "SizeBytes": 100, "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    json!({ "eventID": version, "eventName": "MODIFY", "awsRegion": "eu-central-1", "dynamodb": change })
}

async fn publish(catalogue: &Catalogue, records: &[Value]) -> Value {
    let mut call = Call::new("publish-product-events");
    call.event = json!({ "Records": records });
    catalogue.invoke(call).await
}

#[tokio::test]
async fn every_change_is_published() {
    let catalogue = Catalogue::new();
    let answer = publish(&catalogue, &[record("1", false), record("2", true)]).await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn an_item_that_is_no_product_stops_the_stream_there() {
    let catalogue = Catalogue::new();
    let mut broken = record("2", false);
    broken["dynamodb"]["NewImage"]["price"] = json!({ "N": "1980" });
    let answer = publish(&catalogue, &[record("1", false), broken, record("3", false)]).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] }));
}

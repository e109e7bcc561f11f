//! Which tables an operation touches, and by which IAM action.

use serde_json::Value;

/// `(table, IAM action)` of everything that a request would do. A batch or a transaction is checked by its parts, as IAM
/// does for transactions.
///
/// Source: DynamoDB Developer Guide, "Using IAM with DynamoDB transactions".
pub(crate) fn touched(operation: &str, body: &Value) -> Vec<(String, &'static str)> {
    let table = |value: &Value| value["TableName"].as_str().unwrap_or_default().to_owned();
    let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let single = |action| vec![(table(body), action)];
    match operation {
        "PutItem" => single("PutItem"),
        "GetItem" => single("GetItem"),
        "UpdateItem" => single("UpdateItem"),
        "DeleteItem" => single("DeleteItem"),
        "Query" => single("Query"),
        "Scan" => single("Scan"),
        "BatchGetItem" => keys(&body["RequestItems"]).into_iter().map(|table| (table, "BatchGetItem")).collect(),
        "BatchWriteItem" => keys(&body["RequestItems"]).into_iter().map(|table| (table, "BatchWriteItem")).collect(),
        "TransactWriteItems" | "TransactGetItems" => {
            let items = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
            let parts = items.iter().filter_map(Value::as_object).flatten();
            parts
                .map(|(kind, part)| {
                    let action = match kind.as_str() {
                        "Put" => "PutItem",
                        "Update" => "UpdateItem",
                        "Delete" => "DeleteItem",
                        "ConditionCheck" => "ConditionCheckItem",
                        _ => "GetItem",
                    };
                    (table(part), action)
                })
                .collect()
        }
        _ => single("Unknown"),
    }
}

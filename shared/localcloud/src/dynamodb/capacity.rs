//! What DynamoDB operations cost, in request units.

use serde_json::{Value, json};

/// Read and write request units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Units {
    pub read: f64,
    pub write: f64,
}

const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
const READS: [&str; 5] = ["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"];

/// Asks for the cost in the answer. Says whether the operation has one.
pub(super) fn ask(operation: &str, body: &mut Value) -> bool {
    let costs = WRITES.contains(&operation) || READS.contains(&operation);
    if costs && body.is_object() {
        body["ReturnConsumedCapacity"] = json!("TOTAL");
    }
    costs
}

impl Units {
    /// Takes the cost out of an answer.
    pub(super) fn take(operation: &str, answer: &mut Value) -> Self {
        let Some(consumed) = answer.as_object_mut().and_then(|fields| fields.remove("ConsumedCapacity")) else {
            return Self::default();
        };
        let units: f64 = match &consumed {
            Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
            table => table["CapacityUnits"].as_f64().unwrap_or_default(),
        };
        if WRITES.contains(&operation) { Self { write: units, read: 0.0 } } else { Self { read: units, write: 0.0 } }
    }

    /// What a write costs whose condition fails: as much as if it had succeeded, by the size of the item, and twice that
    /// in a transaction. The size is not known here; every item of this shop is below one unit (1 KB).
    ///
    /// Source: DynamoDB Developer Guide, "Capacity unit consumption for write operations".
    pub(super) fn of_failed(operation: &str, body: &Value) -> Self {
        let write = match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => 1.0,
            "TransactWriteItems" => 2.0 * body["TransactItems"].as_array().map_or(0.0, |items| f64_of(items.len())),
            _ => 0.0,
        };
        Self { write, read: 0.0 }
    }
}

fn f64_of(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

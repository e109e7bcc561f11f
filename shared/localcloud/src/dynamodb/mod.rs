//! DynamoDB, by dynoxide: an embedded, conformance-tested DynamoDB on SQLite.

mod capacity;
mod engine;
mod tables;
mod touched;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use dynoxide::DynoxideError;
use serde_json::{Value, json};
use tokio::sync::Notify;

pub(crate) use capacity::Units;
pub(crate) use touched::touched;

use crate::{aws::AwsError, clock::LocalClock};
use engine::Engine;

/// The tables.
pub struct DynamoDb {
    engine: Engine,
    written: Mutex<BTreeMap<String, Arc<Notify>>>,
}

/// An operation's answer, and what it cost.
pub(crate) struct Answer {
    pub body: Result<Value, Refused>,
    pub units: Units,
}

/// An error as DynamoDB words it, body included: some errors carry more than a code and a message.
pub(crate) struct Refused {
    pub status: u16,
    pub body: String,
}

impl DynamoDb {
    /// Tables in memory, or in a file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(file: Option<&Path>, clock: Arc<LocalClock>) -> Result<Self, DynoxideError> {
        Ok(Self { engine: Engine::open(file, clock)?, written: Mutex::default() })
    }

    /// Is notified whenever something was written to a table. Whoever has waited longest is woken first; tokio's `watch` would
    /// wake in an order that is random, and not from a simulation's seed.
    pub(crate) fn written(&self, table: &str) -> Arc<Notify> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(written.entry(table.to_owned()).or_default())
    }

    /// Performs an operation of DynamoDB's API on these tables.
    pub(crate) fn call<'a>(
        &self,
        operation: &str,
        mut body: Value,
        tables: impl IntoIterator<Item = &'a str>,
    ) -> Answer {
        let reports_units = capacity::ask(operation, &mut body);
        let assumed = Units::of_failed(operation, &body);
        match self.engine.perform(operation, body) {
            Ok(mut answer) => {
                let units = if reports_units { Units::take(operation, &mut answer) } else { Units::default() };
                if units.write > 0.0 {
                    tables.into_iter().for_each(|table| self.written(table).notify_waiters());
                }
                Answer { body: Ok(answer), units }
            }
            Err(error) => {
                let units = if conditional(&error) { assumed } else { Units::default() };
                Answer { body: Err(Refused { status: error.status_code(), body: error.to_json() }), units }
            }
        }
    }

    /// Performs an operation for the local cloud itself, past permissions and meter.
    ///
    /// # Errors
    /// What DynamoDB answers.
    pub fn raw(&self, operation: &str, body: Value) -> Result<Value, AwsError> {
        self.engine.perform(operation, body).map_err(|error| {
            let code = error.error_type().rsplit('#').next().unwrap_or_default().to_owned();
            AwsError { status: error.status_code(), code, message: error.to_string() }
        })
    }

    /// Every item of a table, as plain JSON.
    ///
    /// # Errors
    /// There is no such table.
    pub fn scan(&self, table: &str) -> Result<Vec<Value>, AwsError> {
        let (mut items, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({ "TableName": table, "ConsistentRead": true });
            if !start.is_null() {
                request["ExclusiveStartKey"] = start;
            }
            let mut page = self.raw("Scan", request)?;
            let Value::Array(found) = page["Items"].take() else { break };
            items.extend(found.into_iter().map(tables::plain));
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                break;
            }
        }
        Ok(items)
    }

    /// Every change of a table that has a stream, in order, as images of the item before and after. Nothing is ever trimmed.
    ///
    /// # Errors
    /// There is no such table, or it has no stream.
    pub fn changes(&self, table: &str) -> Result<Vec<(Value, Value)>, AwsError> {
        let from_the_start = json!({
            "StreamArn": dynoxide::streams::stream_arn(table, "local"),
            "ShardId": dynoxide::streams::shard_id(table),
            "ShardIteratorType": "TRIM_HORIZON",
        });
        let mut iterator = self.raw("GetShardIterator", from_the_start)?["ShardIterator"].take();
        let mut changes = Vec::new();
        loop {
            let mut page = self.raw("GetRecords", json!({ "ShardIterator": iterator }))?;
            let Value::Array(records) = page["Records"].take() else { return Ok(changes) };
            if records.is_empty() {
                return Ok(changes);
            }
            changes.extend(records.into_iter().map(|mut record| {
                let image = &mut record["dynamodb"];
                (tables::plain(image["OldImage"].take()), tables::plain(image["NewImage"].take()))
            }));
            iterator = page["NextShardIterator"].take();
        }
    }

    /// Puts an item, given as plain JSON.
    ///
    /// # Errors
    /// What DynamoDB answers.
    pub fn put(&self, table: &str, item: &Value) -> Result<(), AwsError> {
        let item = tables::marshalled(item);
        self.raw("PutItem", json!({ "TableName": table, "Item": item["M"] }))?;
        self.written(table).notify_waiters();
        Ok(())
    }
}

/// Whether a write got as far as looking at the item, which is when it costs.
fn conditional(error: &DynoxideError) -> bool {
    matches!(
        error,
        DynoxideError::ConditionalCheckFailedException(..) | DynoxideError::TransactionCanceledException(..)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn whoever_has_waited_longest_for_a_write_is_woken_first() {
        let tables = Arc::new(DynamoDb::open(None, LocalClock::real()).unwrap());
        let table = json!({
            "TableName": "things", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        });
        tables.raw("CreateTable", table).unwrap();
        let woken = Arc::new(Mutex::new(Vec::new()));
        let waits = (0..20).map(|number| {
            let (tables, woken) = (Arc::clone(&tables), Arc::clone(&woken));
            tokio::spawn(async move {
                tables.written("things").notified().await;
                woken.lock().unwrap().push(number);
            })
        });
        let waiting: Vec<_> = waits.collect();
        // All of them run until they wait.
        tokio::task::yield_now().await;
        tables.put("things", &json!({ "id": "a" })).unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        assert_eq!(*woken.lock().unwrap(), (0..20).collect::<Vec<_>>());
    }
}

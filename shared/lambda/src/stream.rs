//! Functions that a table's stream triggers.

use std::future::Future;

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use kernel::Timestamp;
use serde::de::DeserializeOwned;
use tracing::warn;

use crate::{FunctionError, Handler, Invocation, function::handler};

/// One change of one item, as a stream record tells it.
#[derive(Debug, Clone)]
pub struct Change<T> {
    /// The item before; `None` when it was put for the first time.
    pub old: Option<T>,
    /// The item after; `None` when it was deleted.
    pub new: Option<T>,
    /// When, to the second or so.
    pub at: Timestamp,
    /// The record's place in its shard.
    pub sequence_number: String,
}

/// Handles a batch of changes, in their order. It answers how many it has finished with: when that is not all, the rest
/// comes again, as the first unfinished record is reported to Lambda (`ReportBatchItemFailures`).
pub fn stream<T, F, Fut>(f: F) -> Handler
where
    T: DeserializeOwned + Send + 'static,
    F: Fn(Vec<Change<T>>) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<(), (usize, FunctionError)>> + Send + 'static,
{
    handler(move |event, _: Invocation| {
        let batch = serde_json::from_value::<Event>(event).map_err(FunctionError::broken);
        let f = f.clone();
        async move {
            let records = batch?.records;
            let places: Vec<String> =
                records.iter().map(|r| r.change.sequence_number.clone().unwrap_or_default()).collect();
            let (changes, unreadable) = readable(records);
            let outcome = match f(changes).await {
                Ok(()) => unreadable.map_or(Ok(()), Err),
                Err(failed) => Err(failed),
            };
            let mut response = DynamoDbEventResponse::default();
            if let Err((finished, error)) = outcome {
                let first_unfinished = places.get(finished).cloned().unwrap_or_default();
                warn!(sequence_number = %first_unfinished, %error, "stream record failed");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = Some(first_unfinished);
                response.batch_item_failures.push(failure);
            }
            serde_json::to_value(response).map_err(FunctionError::broken)
        }
    })
}

/// The changes up to the first record that cannot be read, and that record's place and error.
fn readable<T: DeserializeOwned>(records: Vec<EventRecord>) -> (Vec<Change<T>>, Option<(usize, FunctionError)>) {
    let mut changes = Vec::with_capacity(records.len());
    for (place, record) in records.into_iter().enumerate() {
        match change(record) {
            Ok(change) => changes.push(change),
            Err(error) => return (changes, Some((place, error))),
        }
    }
    (changes, None)
}

fn change<T: DeserializeOwned>(record: EventRecord) -> Result<Change<T>, FunctionError> {
    let image = |item: serde_dynamo::Item| -> Result<Option<T>, FunctionError> {
        if item.is_empty() {
            return Ok(None);
        }
        serde_dynamo::from_item(item).map(Some).map_err(FunctionError::broken)
    };
    let millis = record.change.approximate_creation_date_time.timestamp_millis();
    Ok(Change {
        old: image(record.change.old_image)?,
        new: image(record.change.new_image)?,
        at: Timestamp::from_millisecond(millis).map_err(FunctionError::broken)?,
        sequence_number: record.change.sequence_number.unwrap_or_default(),
    })
}

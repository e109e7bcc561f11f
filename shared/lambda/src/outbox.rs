//! The outbox: a table's stream, published as events.
//!
//! A change of an item and its event are one write, because the stream is the outbox; nothing can be written without being
//! published, or published without having been written. Delivery is at least once: an event published twice has the same
//! id both times.

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use contracts::events::{CloudEvent, Payload};
use serde::de::DeserializeOwned;

use crate::{Change, FunctionError, Handler, Runtime, StartError, error::chain, stream};

/// SNS takes at most so many messages in one call. Source: SNS `PublishBatch`.
const BATCH_MAX: usize = 10;

/// A topic to publish to.
#[derive(Debug, Clone)]
pub struct Outbox {
    sns: aws_sdk_sns::Client,
    topic_arn: String,
}

impl Outbox {
    /// The topic whose ARN is the value of `setting`.
    ///
    /// # Errors
    /// The setting is missing.
    pub fn new(runtime: &Runtime, setting: &str) -> Result<Self, StartError> {
        Ok(Self { sns: aws_sdk_sns::Client::new(&runtime.sdk), topic_arn: runtime.settings.text(setting)?.to_owned() })
    }

    /// Publishes `events`, in their order, in as few calls as possible.
    ///
    /// # Errors
    /// How many of the first events are certainly published, and why not all of them are.
    pub async fn publish<T: Payload>(&self, events: &[CloudEvent<T>]) -> Result<(), (usize, FunctionError)> {
        for (batch_number, batch) in events.chunks(BATCH_MAX).enumerate() {
            let done = batch_number * BATCH_MAX;
            let mut entries = Vec::with_capacity(batch.len());
            for (place, event) in batch.iter().enumerate() {
                entries.push(entry(place, event).map_err(|error| (done + place, error))?);
            }
            let sent = self.sns.publish_batch().topic_arn(&self.topic_arn);
            let sent = sent.set_publish_batch_request_entries(Some(entries)).send().await;
            let answer = sent.map_err(|error| (done, FunctionError::transient(chain(&error))))?;
            let first_failed = answer.failed().iter().filter_map(|failed| failed.id().parse::<usize>().ok()).min();
            if let Some(place) = first_failed {
                return Err((done + place, FunctionError::transient("SNS did not take every event")));
            }
        }
        Ok(())
    }
}

fn entry<T: Payload>(place: usize, event: &CloudEvent<T>) -> Result<PublishBatchRequestEntry, FunctionError> {
    let kind = MessageAttributeValue::builder().data_type("String").string_value(&event.kind).build();
    PublishBatchRequestEntry::builder()
        .id(place.to_string())
        .message(serde_json::to_string(event).map_err(FunctionError::broken)?)
        .message_attributes("type", kind.map_err(FunctionError::broken)?)
        .build()
        .map_err(FunctionError::broken)
}

/// A stream function that does nothing but publish: `events` says what a change of an item means to others.
pub fn publisher<T, E>(outbox: Outbox, events: fn(&Change<T>) -> Vec<CloudEvent<E>>) -> Handler
where
    T: DeserializeOwned + Send + Sync + 'static,
    E: Payload + Send + Sync + 'static,
{
    stream(move |changes: Vec<Change<T>>| {
        let outbox = outbox.clone();
        async move { publish_changes(&outbox, &changes, events).await }
    })
}

/// Publishes what `changes` mean to others, in their order.
///
/// # Errors
/// How many of the first changes are certainly published, and why not all of them are.
pub async fn publish_changes<T, E: Payload>(
    outbox: &Outbox,
    changes: &[Change<T>],
    events: fn(&Change<T>) -> Vec<CloudEvent<E>>,
) -> Result<(), (usize, FunctionError)> {
    let (mut publications, mut of_change) = (Vec::new(), Vec::new());
    for (place, change) in changes.iter().enumerate() {
        let new = events(change);
        of_change.extend(new.iter().map(|_| place));
        publications.extend(new);
    }
    let published = outbox.publish(&publications).await;
    published.map_err(|(done, error)| (of_change.get(done).copied().unwrap_or_default(), error))
}

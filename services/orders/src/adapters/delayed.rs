//! Messages that arrive after a delay, in SQS.

use std::time::Duration;

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use lambda::{Runtime, StartError};
use serde::Serialize;

use crate::Error;

/// SQS takes at most so many messages in one call. Source: `SendMessageBatch`.
const BATCH_MAX: usize = 10;

/// A queue to ourselves.
#[derive(Debug, Clone)]
pub(super) struct Delayed {
    sqs: Client,
    url: String,
}

impl Delayed {
    /// The queue whose URL is the value of `setting`.
    pub fn new(runtime: &Runtime, setting: &str) -> Result<Self, StartError> {
        Ok(Self { sqs: Client::new(&runtime.sdk), url: runtime.settings.text(setting)?.to_owned() })
    }

    /// Sends these, each to arrive after its delay, of 15 minutes at most. Where one fails, all count as failed.
    pub async fn send(&self, messages: &[(impl Serialize, Duration)]) -> Result<(), Error> {
        for batch in messages.chunks(BATCH_MAX) {
            let entries: Result<Vec<_>, Error> =
                batch.iter().enumerate().map(|(place, (message, delay))| entry(place, message, *delay)).collect();
            let send = self.sqs.send_message_batch().queue_url(&self.url).set_entries(Some(entries?));
            let sent = send.send().await.map_err(|error| Error::aws("SendMessageBatch", &error))?;
            if !sent.failed().is_empty() {
                return Err(Error::Transient("SQS did not take every message".to_owned()));
            }
        }
        Ok(())
    }
}

/// SQS delays by whole seconds: nothing may arrive too early.
fn entry(place: usize, message: &impl Serialize, delay: Duration) -> Result<SendMessageBatchRequestEntry, Error> {
    let body = serde_json::to_string(message).map_err(|why| Error::broken("a message", why))?;
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
    let entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body).delay_seconds(seconds);
    entry.build().map_err(|why| Error::broken("a message", why))
}

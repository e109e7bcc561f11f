//! The watchdog's messages, in SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use lambda::{Runtime, StartError};

use crate::{Error, domain::Watch, ports::SetWatch};

/// SQS takes at most so many messages in one call. Source: `SendMessageBatch`.
const BATCH_MAX: usize = 10;

/// The queue that brings each watch back after its delay.
#[derive(Debug, Clone)]
pub(crate) struct WatchQueue {
    sqs: Client,
    url: String,
}

impl WatchQueue {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { sqs: Client::new(&runtime.sdk), url: runtime.settings.text("WATCH_QUEUE")?.to_owned() })
    }
}

#[async_trait]
impl SetWatch for WatchQueue {
    async fn watch(&self, watches: &[(Watch, Duration)]) -> Result<(), Error> {
        for batch in watches.chunks(BATCH_MAX) {
            let entries: Result<Vec<_>, Error> =
                batch.iter().enumerate().map(|(place, watch)| entry(place, watch)).collect();
            let send = self.sqs.send_message_batch().queue_url(&self.url).set_entries(Some(entries?));
            let sent = send.send().await.map_err(|error| Error::aws("SendMessageBatch", &error))?;
            if !sent.failed().is_empty() {
                return Err(Error::Transient("SQS did not take every watch".to_owned()));
            }
        }
        Ok(())
    }
}

fn entry(place: usize, (watch, delay): &(Watch, Duration)) -> Result<SendMessageBatchRequestEntry, Error> {
    let body = serde_json::to_string(watch).map_err(|why| Error::broken("a watch", why))?;
    let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
    let entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body).delay_seconds(seconds);
    entry.build().map_err(|why| Error::broken("a watch", why))
}

//! The queue of webhook events.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use lambda::{Runtime, StartError, chain};

use crate::{Error, domain::StripeEvent, ports::QueueEvent};

/// A queue for events.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    sqs: Client,
    url: String,
}

impl Queue {
    /// The queue whose URL is the value of `setting`.
    ///
    /// # Errors
    /// The setting is missing.
    pub(crate) fn new(runtime: &Runtime, setting: &str) -> Result<Self, StartError> {
        Ok(Self { sqs: Client::new(&runtime.sdk), url: runtime.settings.text(setting)?.to_owned() })
    }
}

#[async_trait]
impl QueueEvent for Queue {
    async fn queue(&self, event: &StripeEvent) -> Result<(), Error> {
        let body = serde_json::to_string(event).map_err(|why| Error::Broken(why.to_string()))?;
        let sent = self.sqs.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(|_| ()).map_err(|error| Error::Unavailable(chain(&error)))
    }
}

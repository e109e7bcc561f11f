//! The dead-letter queue of uploads: where a message goes at once that no further try would help.

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use lambda::{Runtime, StartError};

use super::shared::failure;
use crate::{Error, ports::GiveUp};

/// The dead-letter queue of uploads.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetters {
    client: Client,
    url: String,
}

impl DeadLetters {
    /// The queue that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let url = runtime.settings.text("DEAD_LETTERS")?.to_owned();
        Ok(Self { client: Client::new(&runtime.sdk), url })
    }
}

#[async_trait]
impl GiveUp for DeadLetters {
    async fn give_up(&self, message: &str, reason: &str) -> Result<(), Error> {
        let reason = MessageAttributeValue::builder().data_type("String").string_value(reason).build();
        let reason = reason.map_err(|why| Error::Rejected(why.to_string()))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(message);
        send.message_attributes("reason", reason).send().await.map(|_| ()).map_err(failure)
    }
}

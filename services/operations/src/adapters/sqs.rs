//! Dead-letter queues in SQS.

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    error::SdkError,
    types::{ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName},
};
use kernel::Timestamp;
use lambda::{Runtime, chain};
use tracing::warn;

use crate::{
    Error,
    domain::{DeadLetter, DeadLetters},
    ports::{Redrive, ShowDeadLetters},
};

/// SQS hands out at most so many messages at once. Source: `ReceiveMessage`.
const SHOWN_MAX: i32 = 10;

/// What a dead-letter queue's name has behind that of its queue.
const DEAD: &str = "-dead";

/// A message that is looked at is out of sight for so long, if it cannot be put back at once.
const LOOK_SECONDS: i32 = 5;

/// Dead-letter queues in SQS.
#[derive(Clone)]
pub(crate) struct Sqs(Client);

impl Sqs {
    pub(crate) fn new(runtime: &Runtime) -> Self {
        Self(Client::new(&runtime.sdk))
    }

    /// About how many messages there are, and the queue's ARN.
    async fn attributes(&self, url: &str) -> Result<(u64, String), Error> {
        // One that somebody looks at is there, too.
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let wanted = [&counts[..], &[QueueAttributeName::QueueArn]].concat();
        let get = self.0.get_queue_attributes().queue_url(url).set_attribute_names(Some(wanted));
        let got = get.send().await.map_err(|error| failure("GetQueueAttributes", &error))?;
        let attributes = got.attributes.unwrap_or_default();
        let text = |name: &QueueAttributeName| attributes.get(name).cloned().unwrap_or_default();
        let messages = counts.iter().map(|name| text(name).parse::<u64>()).sum::<Result<u64, _>>();
        let messages = messages.map_err(|_| Error::Queue("SQS did not say how many messages there are".to_owned()))?;
        Ok((messages, text(&QueueAttributeName::QueueArn)))
    }

    /// Lets others see these messages again at once. Where that fails, they will in a moment.
    async fn put_back(&self, url: &str, messages: &[Message]) {
        let entry = |(place, message): (usize, &Message)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(place.to_string()).visibility_timeout(0);
            entry.set_receipt_handle(message.receipt_handle.clone()).build().ok()
        };
        let entries: Vec<_> = messages.iter().enumerate().filter_map(entry).collect();
        let put = self.0.change_message_visibility_batch().queue_url(url).set_entries(Some(entries));
        if let Err(error) = put.send().await {
            warn!(error = chain(&error), "dead letters that were looked at stay out of sight for a moment");
        }
    }
}

#[async_trait]
impl ShowDeadLetters for Sqs {
    async fn dead_letters(&self, url: &str) -> Result<DeadLetters, Error> {
        let (messages, _) = self.attributes(url).await?;
        if messages == 0 {
            return Ok(DeadLetters { messages, shown: Vec::new() });
        }
        let receive = self.0.receive_message().queue_url(url).max_number_of_messages(SHOWN_MAX);
        let receive = receive.visibility_timeout(LOOK_SECONDS).message_attribute_names("reason");
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::SentTimestamp);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let received = receive.send().await.map_err(|error| failure("ReceiveMessage", &error))?;
        let received = received.messages.unwrap_or_default();
        if !received.is_empty() {
            self.put_back(url, &received).await;
        }
        let mut shown: Vec<_> = received.into_iter().map(dead_letter).collect();
        shown.sort_by(|a, b| (a.sent_at, &a.id).cmp(&(b.sent_at, &b.id)));
        Ok(DeadLetters { messages, shown })
    }
}

#[async_trait]
impl Redrive for Sqs {
    async fn redrive(&self, url: &str) -> Result<u64, Error> {
        let (messages, arn) = self.attributes(url).await?;
        if messages > 0 {
            // It is named, because SQS does not know where a message came from that a function put there by itself.
            let queue =
                arn.strip_suffix(DEAD).ok_or_else(|| Error::Queue(format!("{arn} is of no dead-letter queue")))?;
            let start = self.0.start_message_move_task().destination_arn(queue).source_arn(&arn);
            start.send().await.map_err(|error| failure("StartMessageMoveTask", &error))?;
        }
        Ok(messages)
    }
}

fn dead_letter(message: Message) -> DeadLetter {
    let attributes = message.attributes.unwrap_or_default();
    let number = |name| attributes.get(&name).and_then(|text: &String| text.parse::<i64>().ok());
    let sent_at = number(MessageSystemAttributeName::SentTimestamp);
    let reason = message.message_attributes.unwrap_or_default().remove("reason");
    DeadLetter {
        id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        sent_at: sent_at.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        receives: number(MessageSystemAttributeName::ApproximateReceiveCount)
            .and_then(|receives| u64::try_from(receives).ok())
            .unwrap_or_default(),
        reason: reason.and_then(|reason| reason.string_value),
    }
}

fn failure<E: std::error::Error + 'static>(call: &str, error: &SdkError<E>) -> Error {
    Error::Queue(format!("{call}: {}", chain(error)))
}

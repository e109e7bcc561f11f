//! Functions that a queue triggers, with partial batch responses.
//!
//! Source: AWS Lambda, "Handling errors for an SQS event source": with `ReportBatchItemFailures`, messages named in the
//! answer come again, and the others are deleted.

use std::future::Future;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use serde::de::DeserializeOwned;
use tracing::warn;

use crate::{FunctionError, Handler, Invocation, function::handler};

/// One message of a batch.
#[derive(Debug, Clone)]
pub struct Message {
    /// SQS's id of the message.
    pub id: String,
    /// The body. Topics deliver raw, so that it is the event itself.
    pub body: String,
    /// How often it has been received, this time included.
    pub receive_count: u32,
}

impl Message {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`FunctionError::BROKEN`] when it is not what was expected: the message will end in the dead-letter queue.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, FunctionError> {
        serde_json::from_str(&self.body).map_err(|why| FunctionError::broken(format!("message {}: {why}", self.id)))
    }
}

/// Handles each message of a batch on its own, one after the other. Those that fail come again; the others are done.
pub fn queue<F, Fut>(f: F) -> Handler
where
    F: Fn(Message) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<(), FunctionError>> + Send + 'static,
{
    queue_batch(move |messages| {
        let f = f.clone();
        async move {
            let mut outcomes = Vec::with_capacity(messages.len());
            for message in messages {
                outcomes.push(f(message).await);
            }
            outcomes
        }
    })
}

/// Handles a batch as a whole; the answer has one outcome per message, in their order.
pub fn queue_batch<F, Fut>(f: F) -> Handler
where
    F: Fn(Vec<Message>) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Vec<Result<(), FunctionError>>> + Send + 'static,
{
    handler(move |event, _: Invocation| {
        let batch = serde_json::from_value::<SqsEvent>(event).map_err(FunctionError::broken);
        let f = f.clone();
        async move {
            let messages: Vec<Message> = batch?.records.into_iter().map(message).collect();
            let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
            let mut outcomes = f(messages).await.into_iter();
            let mut response = SqsBatchResponse::default();
            for id in ids {
                // A message without an outcome was not handled, so it comes again.
                let outcome = outcomes.next().unwrap_or_else(|| Err(FunctionError::broken("no outcome")));
                if let Err(error) = outcome {
                    warn!(message_id = %id, %error, "message failed");
                    response.add_failure(id);
                }
            }
            serde_json::to_value(response).map_err(FunctionError::broken)
        }
    })
}

/// As [`queue_batch`], of messages that are JSON. One that cannot be read fails alone, and the others are handed over.
pub fn queue_of<T, F, Fut>(f: F) -> Handler
where
    T: DeserializeOwned + Send + 'static,
    F: Fn(Vec<T>) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Vec<Result<(), FunctionError>>> + Send + 'static,
{
    queue_batch(move |messages| {
        let f = f.clone();
        async move {
            let (mut bodies, mut places) = (Vec::with_capacity(messages.len()), Vec::with_capacity(messages.len()));
            for message in &messages {
                places.push(message.json::<T>().map(|body| bodies.push(body)));
            }
            let mut outcomes = f(bodies).await.into_iter();
            let missing = || Err(FunctionError::broken("no outcome"));
            places.into_iter().map(|read| read.and_then(|()| outcomes.next().unwrap_or_else(missing))).collect()
        }
    })
}

fn message(record: aws_lambda_events::sqs::SqsMessage) -> Message {
    Message {
        id: record.message_id.unwrap_or_default(),
        body: record.body.unwrap_or_default(),
        receive_count: record.attributes.get("ApproximateReceiveCount").and_then(|n| n.parse().ok()).unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn a_message_that_cannot_be_read_fails_alone_and_outcomes_stay_with_their_messages() {
        let handler = queue_of(|numbers: Vec<i64>| async move {
            let outcome = |number: &i64| if *number < 0 { Err(FunctionError::transient("negative")) } else { Ok(()) };
            numbers.iter().map(outcome).collect()
        });
        let record = |(place, body): (usize, &str)| json!({ "messageId": place.to_string(), "body": body });
        let records: Vec<Value> = ["1", "{", "-1", "2"].into_iter().enumerate().map(record).collect();
        let invocation = Invocation { request_id: "r".to_owned(), deadline: Timestamp::MAX };
        let answer = handler.handle(json!({ "Records": records }), invocation).await.unwrap();
        let failed = json!([{ "itemIdentifier": "1" }, { "itemIdentifier": "2" }]);
        assert_eq!(answer["batchItemFailures"], failed);
    }
}

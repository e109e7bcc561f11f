//! SQS's JSON protocol: `X-Amz-Target: AmazonSQS.<action>`.

use std::{collections::BTreeMap, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    batch,
    error::no_such_resource,
    message::{MOST_BYTES, MessageAttribute, NewMessage, Received, md5_of_attributes, md5_of_body},
    queue::after,
    queues::Queues,
    requests::{
        Batch, ChangeEntry, ChangeMessageVisibility, DeleteEntry, DeleteMessage, GetQueueAttributes, GetQueueUrl,
        PurgeQueue, ReceiveMessage, SendEntry, SendMessage, StartMessageMoveTask, number, parse, seconds,
    },
};
use crate::aws::AwsError;

/// Source: SQS `ChangeMessageVisibility`: twelve hours.
const LONGEST_VISIBILITY: u64 = 43_200;

impl Queues {
    /// Answers a request: the action, as in `SendMessage`, and the JSON body.
    ///
    /// # Errors
    /// As SQS names them; see [`query_code`](super::query_code) for the header that goes with them.
    pub async fn handle(&self, action: &str, body: Value) -> Result<Value, AwsError> {
        match action {
            "SendMessage" => self.send_message(body),
            "SendMessageBatch" => self.send_message_batch(body),
            "ReceiveMessage" => self.receive_message(body).await,
            "DeleteMessage" => {
                let request: DeleteMessage = parse(body)?;
                self.delete(&self.name(&request.queue_url)?, &request.receipt_handle)?;
                Ok(json!({}))
            }
            "DeleteMessageBatch" => {
                let (queue, entries) = self.batch::<DeleteEntry>(body, |entry| &entry.id)?;
                let delete = |entry: DeleteEntry| self.delete(&queue, &entry.receipt_handle).map(|()| Map::new());
                Ok(each(entries, |entry| entry.id.clone(), delete))
            }
            "ChangeMessageVisibility" => {
                let request: ChangeMessageVisibility = parse(body)?;
                let queue = self.name(&request.queue_url)?;
                self.change(&queue, &request.receipt_handle, request.visibility_timeout)?;
                Ok(json!({}))
            }
            "ChangeMessageVisibilityBatch" => {
                let (queue, entries) = self.batch::<ChangeEntry>(body, |entry| &entry.id)?;
                let change = |entry: ChangeEntry| {
                    self.change(&queue, &entry.receipt_handle, entry.visibility_timeout).map(|()| Map::new())
                };
                Ok(each(entries, |entry| entry.id.clone(), change))
            }
            "GetQueueAttributes" => self.get_queue_attributes(body),
            "GetQueueUrl" => {
                let request: GetQueueUrl = parse(body)?;
                Ok(json!({ "QueueUrl": self.broker().queue(&request.queue_name)?.config.url }))
            }
            "PurgeQueue" => {
                let request: PurgeQueue = parse(body)?;
                self.purge(&self.name(&request.queue_url)?)?;
                Ok(json!({}))
            }
            "StartMessageMoveTask" => self.start_message_move_task(body),
            other => Err(AwsError::not_modelled("SQS", other)),
        }
    }

    fn name(&self, url: &str) -> Result<String, AwsError> {
        self.broker().at_url(url)
    }

    fn send_message(&self, body: Value) -> Result<Value, AwsError> {
        let (url, message) = parse::<SendMessage>(body)?.into_parts()?;
        let queue = self.name(&url)?;
        Ok(Value::Object(self.send_one(&queue, message)?))
    }

    fn send_one(&self, queue: &str, message: NewMessage) -> Result<Map<String, Value>, AwsError> {
        let mut answer = Map::new();
        answer.insert("MD5OfMessageBody".to_owned(), md5_of_body(&message.body).into());
        if let Some(sum) = md5_of_attributes(&message.attributes) {
            answer.insert("MD5OfMessageAttributes".to_owned(), sum.into());
        }
        answer.insert("MessageId".to_owned(), self.send(queue, message)?.into());
        Ok(answer)
    }

    fn send_message_batch(&self, body: Value) -> Result<Value, AwsError> {
        let (queue, entries) = self.batch::<SendEntry>(body, |entry| &entry.id)?;
        batch::check_size(entries.iter().map(SendEntry::size).sum(), MOST_BYTES)?;
        let send = |entry: SendEntry| {
            self.fail_entry(&queue)?;
            self.send_one(&queue, entry.into_message()?)
        };
        Ok(each(entries, |entry| entry.id.clone(), send))
    }

    /// Reads a batch and checks what all batches have in common.
    fn batch<T: DeserializeOwned>(&self, body: Value, id: fn(&T) -> &str) -> Result<(String, Vec<T>), AwsError> {
        let request: Batch<T> = parse(body)?;
        let queue = self.name(&request.queue_url)?;
        batch::check(request.entries.iter().map(id))?;
        Ok((queue, request.entries))
    }

    async fn receive_message(&self, body: Value) -> Result<Value, AwsError> {
        let request: ReceiveMessage = parse(body)?;
        let queue = self.name(&request.queue_url)?;
        let most = number("MaxNumberOfMessages", request.max_number_of_messages.unwrap_or(1), 1..=10)?;
        let wait = seconds("WaitTimeSeconds", request.wait_time_seconds.unwrap_or_default(), 0..=20)?;
        let visibility = request.visibility_timeout;
        let visibility =
            visibility.map(|time| seconds("VisibilityTimeout", time, 0..=LONGEST_VISIBILITY)).transpose()?;
        let until = after(self.now(), wait);
        loop {
            let received = self.receive_for(&queue, usize::try_from(most).unwrap_or(1), visibility)?;
            if !received.is_empty() {
                let messages: Vec<Value> = received.into_iter().map(|message| shown(message, &request)).collect();
                return Ok(json!({ "Messages": messages }));
            }
            if self.now() >= until {
                return Ok(json!({}));
            }
            tokio::select! {
                biased;
                available = self.available(&queue) => available?,
                () = self.sleep_until(until) => {}
            }
        }
    }

    fn change(&self, queue: &str, receipt: &str, timeout: i64) -> Result<(), AwsError> {
        let timeout = seconds("VisibilityTimeout", timeout, 0..=LONGEST_VISIBILITY)?;
        self.change_visibility(queue, receipt, timeout)
    }

    fn get_queue_attributes(&self, body: Value) -> Result<Value, AwsError> {
        let request: GetQueueAttributes = parse(body)?;
        let name = self.name(&request.queue_url)?;
        let all = self.queue_attributes(&name)?;
        let mut wanted = Map::new();
        for name in &request.attribute_names {
            if name == "All" {
                wanted.extend(all.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.clone()))));
            } else if let Some((known, value)) = all.get_key_value(name.as_str()) {
                wanted.insert((*known).to_owned(), value.clone().into());
            } else if name != "RedrivePolicy" {
                return Err(AwsError::client("InvalidAttributeName", format!("Unknown Attribute {name}.")));
            }
        }
        Ok(json!({ "Attributes": wanted }))
    }

    fn queue_attributes(&self, name: &str) -> Result<BTreeMap<&'static str, String>, AwsError> {
        let depth = self.depth(name)?;
        let broker = self.broker();
        let config = &broker.queue(name)?.config;
        let seconds = |duration: Duration| duration.as_secs().to_string();
        let mut attributes = BTreeMap::from([
            ("QueueArn", config.arn.clone()),
            ("ApproximateNumberOfMessages", depth.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", depth.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", depth.delayed.to_string()),
            ("VisibilityTimeout", seconds(config.visibility)),
            ("DelaySeconds", seconds(config.default_delay)),
            ("MessageRetentionPeriod", seconds(config.retention)),
            ("MaximumMessageSize", MOST_BYTES.to_string()),
            ("ReceiveMessageWaitTimeSeconds", "0".to_owned()),
        ]);
        if let Some(redrive) = &config.redrive {
            let (arn, receives) = (&redrive.dead_letter_arn, redrive.max_receives);
            let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": receives });
            attributes.insert("RedrivePolicy", policy.to_string());
        }
        Ok(attributes)
    }

    /// Moves at once what AWS moves bit by bit.
    fn start_message_move_task(&self, body: Value) -> Result<Value, AwsError> {
        let request: StartMessageMoveTask = parse(body)?;
        let now = self.now();
        let mut broker = self.broker();
        let source = broker.name_of(&request.source_arn).ok_or_else(no_such_resource)?;
        broker.redrive(&source, request.destination_arn.as_deref(), now)?;
        Ok(json!({ "TaskHandle": format!("{source}@{now}") }))
    }
}

/// Does something with each entry of a batch, and says for which it worked.
fn each<T>(entries: Vec<T>, id: impl Fn(&T) -> String, f: impl Fn(T) -> Result<Map<String, Value>, AwsError>) -> Value {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = id(&entry);
        match f(entry) {
            Ok(mut answer) => {
                answer.insert("Id".to_owned(), id.into());
                successful.push(Value::Object(answer));
            }
            Err(error) => {
                let senders = error.status < 500;
                failed.push(json!({ "Id": id, "SenderFault": senders, "Code": error.code, "Message": error.message }));
            }
        }
    }
    json!({ "Successful": successful, "Failed": failed })
}

/// A received message, with the attributes that the request asked for.
fn shown(message: Received, request: &ReceiveMessage) -> Value {
    let system = |name: &str| {
        let mut asked = request.attribute_names.iter().chain(&request.message_system_attribute_names);
        asked.any(|asked| asked == "All" || asked == name)
    };
    let own = |name: &str| {
        request.message_attribute_names.iter().any(|asked| match asked.strip_suffix(".*") {
            Some(prefix) => name.starts_with(prefix),
            None => asked == "All" || asked == name,
        })
    };
    let system: BTreeMap<_, _> = message.attributes.iter().filter(|(name, _)| system(name)).collect();
    let own: BTreeMap<&String, &MessageAttribute> =
        message.message_attributes.iter().filter(|(name, _)| own(name)).collect();
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": md5_of_body(&message.body),
        "Body": message.body,
    });
    if !system.is_empty() {
        shown["Attributes"] = json!(system);
    }
    if let Some(sum) = md5_of_attributes(own.iter().map(|(name, value)| (*name, *value))) {
        shown["MD5OfMessageAttributes"] = sum.into();
        shown["MessageAttributes"] = json!(own);
    }
    shown
}

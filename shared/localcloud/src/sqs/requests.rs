//! The requests of SQS's JSON protocol, as far as the local cloud knows them. Anything else in a request is refused.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    error::wrong_value,
    message::{NewMessage, WireAttribute, parse_attributes},
};
use crate::aws::AwsError;

/// Reads a request.
pub(super) fn parse<T: DeserializeOwned>(body: Value) -> Result<T, AwsError> {
    serde_json::from_value(body).map_err(|why| wrong_value(format!("The request is not understood: {why}.")))
}

/// A number of seconds, which must be within SQS's bounds for it.
pub(super) fn seconds(name: &str, value: i64, bounds: RangeInclusive<u64>) -> Result<Duration, AwsError> {
    number(name, value, bounds).map(Duration::from_secs)
}

/// A number, which must be within SQS's bounds for it.
pub(super) fn number(name: &str, value: i64, bounds: RangeInclusive<u64>) -> Result<u64, AwsError> {
    let (least, most) = (bounds.start(), bounds.end());
    u64::try_from(value).ok().filter(|value| bounds.contains(value)).ok_or_else(|| {
        let reason = format!("Must be between {least} and {most}, if provided.");
        wrong_value(format!("Value {value} for parameter {name} is invalid. Reason: {reason}"))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendMessage {
    queue_url: String,
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, WireAttribute>,
}

impl SendMessage {
    pub fn into_parts(self) -> Result<(String, NewMessage), AwsError> {
        let message = new_message(self.message_body, self.delay_seconds, self.message_attributes)?;
        Ok((self.queue_url, message))
    }
}

/// A request with several entries.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, bound = "T: DeserializeOwned")]
pub(super) struct Batch<T> {
    pub queue_url: String,
    pub entries: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendEntry {
    pub id: String,
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, WireAttribute>,
}

impl SendEntry {
    /// What it weighs, valid or not.
    pub fn size(&self) -> usize {
        self.message_body.len()
            + self.message_attributes.iter().map(|(name, value)| name.len() + value.size()).sum::<usize>()
    }

    pub fn into_message(self) -> Result<NewMessage, AwsError> {
        new_message(self.message_body, self.delay_seconds, self.message_attributes)
    }
}

fn new_message(
    body: String,
    delay: Option<i64>,
    attributes: BTreeMap<String, WireAttribute>,
) -> Result<NewMessage, AwsError> {
    let delay = delay.map(|delay| seconds("DelaySeconds", delay, 0..=900)).transpose()?;
    let message = NewMessage { body, attributes: parse_attributes(attributes).map_err(wrong_value)?, delay };
    message.check()?;
    Ok(message)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ReceiveMessage {
    pub queue_url: String,
    pub max_number_of_messages: Option<i64>,
    pub visibility_timeout: Option<i64>,
    pub wait_time_seconds: Option<i64>,
    #[serde(default)]
    pub attribute_names: Vec<String>,
    #[serde(default)]
    pub message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteMessage {
    pub queue_url: String,
    pub receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteEntry {
    pub id: String,
    pub receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeMessageVisibility {
    pub queue_url: String,
    pub receipt_handle: String,
    pub visibility_timeout: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeEntry {
    pub id: String,
    pub receipt_handle: String,
    pub visibility_timeout: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueAttributes {
    pub queue_url: String,
    #[serde(default)]
    pub attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueUrl {
    pub queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PurgeQueue {
    pub queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct StartMessageMoveTask {
    pub source_arn: String,
    pub destination_arn: Option<String>,
    /// Everything moves at once, which any rate allows.
    #[serde(rename = "MaxNumberOfMessagesPerSecond")]
    pub _rate: Option<i64>,
}

//! What is sent to a queue and what is received from it.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use kernel::Timestamp;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::error::wrong_value;
use crate::aws::AwsError;

/// The most that a message may weigh, attributes included, and a batch of messages too.
///
/// Source: SQS `SendMessage` and `SendMessageBatch` (1 MiB since August 2025, 256 KiB before).
pub(super) const MOST_BYTES: usize = 1_048_576;

/// Source: SQS, "Message quotas".
const MOST_ATTRIBUTES: usize = 10;

/// Source: SQS, "Delay queues".
pub(super) const LONGEST_DELAY: Duration = Duration::from_secs(900);

/// A typed piece of text or bytes beside a message's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireAttribute", into = "WireAttribute")]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, and perhaps a dot and a name of one's own.
    pub data_type: String,
    /// The value.
    pub value: AttributeValue,
}

/// A message attribute's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// Of a `String` or `Number`.
    Text(String),
    /// Of a `Binary`.
    Binary(Vec<u8>),
}

impl MessageAttribute {
    /// An attribute of type `String`.
    pub fn text(value: impl Into<String>) -> Self {
        Self { data_type: "String".to_owned(), value: AttributeValue::Text(value.into()) }
    }

    /// What type and value weigh.
    pub(crate) fn size(&self) -> usize {
        self.data_type.len() + self.bytes().len()
    }

    /// The value as text: base64, if it is binary.
    pub(crate) fn written(&self) -> String {
        match &self.value {
            AttributeValue::Text(text) => text.clone(),
            AttributeValue::Binary(bytes) => BASE64_STANDARD.encode(bytes),
        }
    }

    /// What the value hashes as.
    fn bytes(&self) -> &[u8] {
        match &self.value {
            AttributeValue::Text(text) => text.as_bytes(),
            AttributeValue::Binary(bytes) => bytes,
        }
    }
}

/// A message attribute as SQS and SNS write it, in requests and answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct WireAttribute {
    data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl WireAttribute {
    /// What type and value weigh, valid or not.
    pub(crate) fn size(&self) -> usize {
        let text = self.string_value.as_ref().map_or(0, String::len);
        // Base64 has four characters for three bytes.
        let bytes = self.binary_value.as_ref().map_or(0, |value| value.trim_end_matches('=').len() * 3 / 4);
        self.data_type.len() + text + bytes
    }
}

impl TryFrom<WireAttribute> for MessageAttribute {
    type Error = String;

    fn try_from(wire: WireAttribute) -> Result<Self, String> {
        let base = wire.data_type.split('.').next().unwrap_or_default();
        let value = match (base, wire.string_value, wire.binary_value) {
            ("String" | "Number", Some(text), None) => AttributeValue::Text(text),
            ("Binary", None, Some(text)) => {
                AttributeValue::Binary(BASE64_STANDARD.decode(text).map_err(|why| format!("not base64: {why}"))?)
            }
            ("String" | "Number" | "Binary", ..) => return Err(format!("must have one value, of type {base}")),
            _ => return Err("the type must be String, Number or Binary".to_owned()),
        };
        Ok(Self { data_type: wire.data_type, value })
    }
}

impl From<MessageAttribute> for WireAttribute {
    fn from(attribute: MessageAttribute) -> Self {
        let (string_value, binary_value) = match attribute.value {
            AttributeValue::Text(text) => (Some(text), None),
            AttributeValue::Binary(bytes) => (None, Some(BASE64_STANDARD.encode(bytes))),
        };
        Self { data_type: attribute.data_type, string_value, binary_value }
    }
}

/// Attributes as a request has them, made into ones that hold what their type says. The error says which one does not.
pub(crate) fn parse_attributes(
    wire: BTreeMap<String, WireAttribute>,
) -> Result<BTreeMap<String, MessageAttribute>, String> {
    wire.into_iter()
        .map(|(name, wire)| match MessageAttribute::try_from(wire) {
            Ok(attribute) => Ok((name, attribute)),
            Err(why) => Err(format!("The message attribute '{name}' is invalid: {why}.")),
        })
        .collect()
}

/// Checks an attribute's name and value, by rules that SQS and SNS share.
///
/// Source: SQS, "Amazon SQS message metadata"; SNS, "Amazon SNS message attributes".
pub(crate) fn check_attribute(name: &str, attribute: &MessageAttribute) -> Result<(), String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let lower = name.to_ascii_lowercase();
    let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    if name.is_empty() || name.len() > 256 || !name.chars().all(legal) || reserved || dots {
        return Err(format!("The message attribute name '{name}' is invalid."));
    }
    if attribute.bytes().is_empty() {
        return Err(format!("The message attribute '{name}' must contain a non-empty value."));
    }
    if let AttributeValue::Text(text) = &attribute.value {
        if attribute.data_type.starts_with("Number") && text.parse::<f64>().is_err() {
            return Err(format!("Can't cast the value of message attribute '{name}' to a number."));
        }
        check_text(text)?;
    }
    Ok(())
}

/// Checks that text has only characters that XML 1.0 allows.
///
/// Source: SQS `SendMessage`, "a message can include only XML, JSON, and unformatted text".
pub(crate) fn check_text(text: &str) -> Result<(), String> {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    match text.chars().find(|c| !legal(*c)) {
        None => Ok(()),
        Some(c) => Err(format!("Invalid characters found: U+{:04X} is not allowed.", u32::from(c))),
    }
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewMessage {
    /// Its body.
    pub body: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// How long it stays hidden at first; the queue's default when not given.
    pub delay: Option<Duration>,
}

impl NewMessage {
    /// A message that is a body alone.
    pub fn text(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// What it weighs: body, and every attribute's name, type and value.
    pub(super) fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size());
        self.body.len() + attributes.sum::<usize>()
    }

    /// Checks whatever SQS checks of one message.
    pub(super) fn check(&self) -> Result<(), AwsError> {
        if self.body.is_empty() {
            return Err(AwsError::client("MissingParameter", "The request must contain the parameter MessageBody."));
        }
        check_text(&self.body).map_err(|why| AwsError::client("InvalidMessageContents", why))?;
        if self.attributes.len() > MOST_ATTRIBUTES {
            let why =
                format!("Number of message attributes [{}] exceeds the allowed maximum [10].", self.attributes.len());
            return Err(wrong_value(why));
        }
        self.attributes.iter().try_for_each(|(name, value)| check_attribute(name, value)).map_err(wrong_value)?;
        if self.size() > MOST_BYTES {
            return Err(wrong_value(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {MOST_BYTES} bytes."
            )));
        }
        if self.delay.is_some_and(|delay| delay > LONGEST_DELAY) {
            return Err(wrong_value(
                "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
            ));
        }
        Ok(())
    }
}

/// A message that has been received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The message's id, the same for every receive.
    pub id: String,
    /// This receive's handle, with which the message is deleted.
    pub receipt: String,
    /// Its body.
    pub body: String,
    /// System attributes, by their names in the API: `SentTimestamp`, `ApproximateReceiveCount`,
    /// `ApproximateFirstReceiveTimestamp`, and `DeadLetterQueueSourceArn` for a message that was moved.
    pub attributes: BTreeMap<String, String>,
    /// The sender's attributes.
    pub message_attributes: BTreeMap<String, MessageAttribute>,
    /// How often it has been received, this time included, in all queues.
    pub receive_count: u32,
}

/// A message seen from outside, without being received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Peeked {
    /// The message's id.
    pub id: String,
    /// Its body.
    pub body: String,
    /// How often it has been received.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Whether it can be received.
    pub standing: Standing,
}

/// Whether a message can be received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It can.
    Visible,
    /// It has been, and its visibility timeout has not ended.
    InFlight,
    /// It was sent with a delay.
    Delayed,
}

/// How many messages a queue has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Depth {
    /// That can be received.
    pub visible: usize,
    /// That have been received and not yet deleted.
    pub in_flight: usize,
    /// That were sent with a delay.
    pub delayed: usize,
}

/// The MD5 sum of a body, in hexadecimal: `MD5OfMessageBody`.
pub fn md5_of_body(body: &str) -> String {
    hex(Md5::digest(body.as_bytes()))
}

/// The MD5 sum of attributes, in hexadecimal: `MD5OfMessageAttributes`.
///
/// Source: SQS, "Calculating the MD5 message digest for message attributes": in the order of names, each part preceded
/// by its length in four bytes, and the value by 1 for text or 2 for bytes.
pub(super) fn md5_of_attributes<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a MessageAttribute)>,
) -> Option<String> {
    let mut attributes = attributes.into_iter().peekable();
    attributes.peek()?;
    let mut sum = Md5::new();
    for (name, attribute) in attributes {
        let kind: u8 = if matches!(attribute.value, AttributeValue::Binary(_)) { 2 } else { 1 };
        add(&mut sum, name.as_bytes());
        add(&mut sum, attribute.data_type.as_bytes());
        sum.update([kind]);
        add(&mut sum, attribute.bytes());
    }
    Some(hex(sum.finalize()))
}

fn add(sum: &mut Md5, part: &[u8]) {
    sum.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    sum.update(part);
}

fn hex(sum: impl AsRef<[u8]>) -> String {
    sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

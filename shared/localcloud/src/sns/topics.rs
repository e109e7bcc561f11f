//! Topics, their subscriptions, and what is delivered.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use lambda::UniqueIds;
use serde_json::{Map, Value, json};
use tracing::warn;

use super::filter::{FilterPolicy, FilterScope};
use crate::{
    aws::AwsError,
    sqs::{AttributeValue, MessageAttribute, NewMessage, Queues, check_attribute, check_text},
};

/// The most that a message may weigh, attributes included, and a batch of messages too.
///
/// Source: SNS `Publish` and `PublishBatch` (256 KiB).
pub(super) const MOST_BYTES: usize = 262_144;

/// Topics.
pub struct Topics {
    queues: Arc<Queues>,
    pub(super) ids: Arc<dyn UniqueIds>,
    topics: RwLock<BTreeMap<String, Vec<Subscriber>>>,
}

/// A queue's subscription to a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    /// The queue's name.
    pub queue: String,
    /// Whether the queue gets the message itself rather than an envelope around it.
    pub raw_delivery: bool,
    /// Which messages it wants; all of them without one.
    pub filter_policy: Option<Value>,
    /// What the policy looks at.
    pub scope: FilterScope,
}

impl Subscription {
    /// A subscription with raw delivery and perhaps a filter policy over message attributes.
    pub fn raw(queue: impl Into<String>, filter_policy: Option<Value>) -> Self {
        Self { queue: queue.into(), raw_delivery: true, filter_policy, scope: FilterScope::default() }
    }
}

#[derive(Debug)]
struct Subscriber {
    queue: String,
    raw_delivery: bool,
    filter: Option<FilterPolicy>,
}

/// A message to publish.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notification {
    /// The message itself.
    pub message: String,
    /// The subject, which only the envelope carries.
    pub subject: Option<String>,
    /// Its attributes.
    pub attributes: BTreeMap<String, MessageAttribute>,
}

impl Topics {
    /// No topics yet.
    pub fn new(queues: Arc<Queues>, ids: Arc<dyn UniqueIds>) -> Self {
        Self { queues, ids, topics: RwLock::default() }
    }

    /// The queues that messages go to.
    pub(super) fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Adds a topic. One that exists already stays as it is, as in SNS.
    pub fn create_topic(&self, arn: &str) {
        self.topics.write().unwrap_or_else(PoisonError::into_inner).entry(arn.to_owned()).or_default();
    }

    /// Subscribes a queue to a topic.
    ///
    /// # Errors
    /// There is no such topic or queue, or SNS would not take the filter policy.
    pub fn subscribe(&self, topic_arn: &str, subscription: Subscription) -> Result<(), AwsError> {
        let Subscription { queue, raw_delivery, filter_policy, scope } = subscription;
        self.queues.depth(&queue)?;
        let filter = filter_policy.map(|policy| FilterPolicy::parse(&policy, scope)).transpose();
        let filter = filter.map_err(|why| invalid(&format!("FilterPolicy: {why}")))?;
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        let subscribers = topics.get_mut(topic_arn).ok_or_else(no_such_topic)?;
        subscribers.push(Subscriber { queue, raw_delivery, filter });
        Ok(())
    }

    /// Whether there is such a topic.
    pub(super) fn check_topic(&self, arn: &str) -> Result<(), AwsError> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics.get(arn).map(|_| ()).ok_or_else(no_such_topic)
    }

    /// Publishes a message and answers its id.
    ///
    /// # Errors
    /// There is no such topic, or the message breaks one of SNS's rules.
    pub fn publish(&self, topic_arn: &str, notification: &Notification) -> Result<String, AwsError> {
        notification.check()?;
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        let subscribers = topics.get(topic_arn).ok_or_else(no_such_topic)?;
        let id = self.ids.unique().to_string();
        self.queues.published(topic_arn, &notification.message);
        for subscriber in subscribers {
            let wanted = |filter: &FilterPolicy| filter.accepts(&notification.attributes, &notification.message);
            if !subscriber.filter.as_ref().is_none_or(wanted) {
                continue;
            }
            let message = if subscriber.raw_delivery {
                NewMessage {
                    body: notification.message.clone(),
                    attributes: notification.attributes.clone(),
                    delay: None,
                }
            } else {
                NewMessage::text(self.envelope(topic_arn, &id, notification).to_string())
            };
            // A message that a queue cannot take, such as a raw one with more than ten attributes, is a client-side
            // error to SNS, which gives up on it without telling the publisher. Source: SNS, "Message delivery
            // retries".
            if let Err(error) = self.queues.deliver(&subscriber.queue, message) {
                warn!(topic = topic_arn, queue = subscriber.queue, message_id = id, %error, "a delivery is given up");
            }
        }
        Ok(id)
    }

    /// Source: SNS, "Parsing Amazon SNS message formats".
    fn envelope(&self, topic_arn: &str, id: &str, notification: &Notification) -> Value {
        let mut envelope = json!({ "Type": "Notification", "MessageId": id, "TopicArn": topic_arn });
        if let Some(subject) = &notification.subject {
            envelope["Subject"] = subject.as_str().into();
        }
        envelope["Message"] = notification.message.as_str().into();
        envelope["Timestamp"] = format!("{:.3}", self.queues.now()).into();
        for (name, value) in
            [("SignatureVersion", "1"), ("Signature", "none"), ("SigningCertURL", "none"), ("UnsubscribeURL", "none")]
        {
            envelope[name] = value.into();
        }
        if !notification.attributes.is_empty() {
            let shown = |(name, attribute): (&String, &MessageAttribute)| (name.clone(), enveloped(attribute));
            envelope["MessageAttributes"] =
                Value::Object(notification.attributes.iter().map(shown).collect::<Map<_, _>>());
        }
        envelope
    }
}

fn enveloped(attribute: &MessageAttribute) -> Value {
    json!({ "Type": attribute.data_type, "Value": attribute.written() })
}

impl Notification {
    /// Checks whatever SNS checks of one message.
    fn check(&self) -> Result<(), AwsError> {
        if self.message.is_empty() {
            return Err(invalid("Empty message"));
        }
        check_text(&self.message).map_err(|why| invalid(&why))?;
        if let Some(subject) = &self.subject
            && (subject.len() > 100 || !subject.chars().all(|c| c == ' ' || c.is_ascii_graphic()))
        {
            return Err(invalid("Subject"));
        }
        for (name, attribute) in &self.attributes {
            check_attribute(name, attribute).map_err(|why| invalid(&why))?;
            if let ("String.Array", AttributeValue::Text(text)) = (attribute.data_type.as_str(), &attribute.value) {
                let array = serde_json::from_str::<Vec<Value>>(text);
                array.map_err(|_| invalid(&format!("The message attribute '{name}' is not a JSON array.")))?;
            }
        }
        if self.size() > MOST_BYTES {
            return Err(invalid("Message too long"));
        }
        Ok(())
    }

    /// What it weighs: message, and every attribute's name, type and value.
    pub(super) fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size());
        self.message.len() + attributes.sum::<usize>()
    }
}

pub(super) fn invalid(why: &str) -> AwsError {
    AwsError::client("InvalidParameter", format!("Invalid parameter: {why}"))
}

fn no_such_topic() -> AwsError {
    AwsError { status: 404, code: "NotFound".to_owned(), message: "Topic does not exist".to_owned() }
}

//! One context's file.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

use crate::{Reference, Trigger};

/// One context, as its `service.yaml` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The context's name, which is its folder's.
    pub context: String,
    /// Its DynamoDB tables.
    #[serde(default)]
    pub tables: IndexMap<String, Table>,
    /// Its SNS topics.
    #[serde(default)]
    pub topics: IndexMap<String, Topic>,
    /// Its SQS queues. Each has a dead-letter queue, `<name>-dead`.
    #[serde(default)]
    pub queues: IndexMap<String, Queue>,
    /// Its S3 buckets.
    #[serde(default)]
    pub buckets: IndexMap<String, Bucket>,
    /// Its Step Functions state machines.
    #[serde(default)]
    pub sagas: IndexMap<String, Saga>,
    /// Its secrets.
    #[serde(default)]
    pub secrets: IndexMap<String, Secret>,
    /// Its Lambda functions.
    pub functions: IndexMap<String, Function>,
}

impl Service {
    /// Reads a `service.yaml`.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(yaml: &str) -> Result<Self, serde_saphyr::Error> {
        serde_saphyr::from_str(yaml)
    }
}

/// A DynamoDB table, billed per request. Every key attribute is a string.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What is in it.
    pub about: String,
    /// Its primary key.
    pub key: Key,
    /// Its global secondary indexes.
    #[serde(default)]
    pub indexes: IndexMap<String, Index>,
    /// What its stream shows; without it there is no stream.
    pub stream: Option<View>,
    /// The attribute after whose time (Unix seconds) an item may be thrown away. Never a decision: that may take days.
    pub ttl: Option<String>,
}

/// A primary key: `{ hash: order_id, range: sku }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The partition key.
    pub hash: String,
    /// The sort key.
    pub range: Option<String>,
}

/// A global secondary index that holds keys only: what it finds is read from the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Its key.
    pub key: Key,
}

/// What a stream's records carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The item before and after.
    NewAndOldImages,
}

/// An SNS topic.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// What is published on it.
    pub about: String,
}

/// An SQS queue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// What its messages are.
    pub about: String,
    /// The topic whose events it gets.
    pub subscribe: Option<Subscription>,
    /// The bucket that tells it of every object that is put there.
    pub notified_by: Option<Notification>,
    /// How long a received message stays hidden: at least six times the consumer's timeout, as AWS advises.
    pub visibility_seconds: u32,
    /// Receives before a message goes to the dead-letter queue.
    pub max_receives: u32,
}

/// A queue's subscription to a topic, with raw delivery: a message is the event itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// `context/name` of the topic.
    pub topic: String,
    /// The event types it wants (an SNS filter policy on the attribute `type`).
    pub types: Vec<String>,
}

/// What a queue is told of by a bucket: each object that is put there, however it comes (`s3:ObjectCreated:*`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The bucket, which is of the same context.
    pub bucket: String,
}

/// An S3 bucket. It is private: what may be read by everybody is served by the shop's own address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// What is in it.
    pub about: String,
    /// After how many days an object is thrown away; without it, never.
    pub expire_days: Option<u32>,
    /// The path on the shop's address below which everybody may read its objects, which is also how their keys begin:
    /// `/images` serves the object `images/a.webp` as `/images/a.webp`.
    pub served_at: Option<String>,
    /// Whether browsers put objects here, with addresses that a function has signed.
    #[serde(default)]
    pub takes_uploads: bool,
}

/// A Step Functions state machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saga {
    /// What it does.
    pub about: String,
    /// Its definition in Amazon States Language, relative to the context's folder. `${functions}` in it stands for what
    /// comes before `<context>-<function>` in a function's ARN.
    pub definition: String,
}

/// A secret, whose value each stage is given apart.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// What it is.
    pub about: String,
}

/// A Lambda function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// What it does, in one sentence.
    pub about: String,
    /// What makes it run.
    pub trigger: Trigger,
    /// Its memory in MB, which also sets its share of a processor.
    #[serde(default = "default_memory")]
    pub memory_mb: u32,
    /// When Lambda gives up on an invocation.
    pub timeout_seconds: u32,
    /// Its environment variables. A value that is a reference (`table/stock`) stands for the resource's name, ARN or URL.
    #[serde(default, deserialize_with = "scalars")]
    pub settings: IndexMap<String, String>,
    /// What it may do, and to what: IAM actions without their prefix. Nothing else is allowed.
    #[serde(default)]
    pub grants: IndexMap<Reference, Vec<String>>,
}

fn default_memory() -> u32 {
    128
}

/// Settings may be written as text or as whole numbers; a function gets text.
fn scalars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IndexMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Number(i64),
        Text(String),
    }
    let raw = IndexMap::<String, Scalar>::deserialize(deserializer)?;
    Ok(raw
        .into_iter()
        .map(|(name, value)| match value {
            Scalar::Number(number) => (name, number.to_string()),
            Scalar::Text(text) => (name, text),
        })
        .collect())
}

//! References to resources.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What kind of thing a reference is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A DynamoDB table.
    Table,
    /// An SNS topic.
    Topic,
    /// An SQS queue.
    Queue,
    /// The dead-letter queue of an SQS queue, by the queue's name.
    DeadLetters,
    /// An S3 bucket. What is granted on it may be done to its objects.
    Bucket,
    /// What there is of a kind in all contexts: `shop/queues`, or `shop/dead-letters`. For those who run the shop; no context
    /// that owns something needs it.
    Shop,
    /// A Step Functions state machine.
    Saga,
    /// A secret in Secrets Manager.
    Secret,
    /// The stage's SES identity; its only name is `sender`.
    Email,
    /// A value that the stage decides, such as `stage/stripe_api_base`. It can be set, not granted.
    Stage,
}

impl Kind {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Table, "table"),
        (Self::Topic, "topic"),
        (Self::Queue, "queue"),
        (Self::DeadLetters, "dead-letters"),
        (Self::Bucket, "bucket"),
        (Self::Shop, "shop"),
        (Self::Saga, "saga"),
        (Self::Secret, "secret"),
        (Self::Email, "email"),
        (Self::Stage, "stage"),
    ];

    /// The IAM prefix of the actions on it, as in `dynamodb:PutItem`. Nothing for what cannot be granted.
    pub fn iam_prefix(self) -> Option<&'static str> {
        match self {
            Self::Table => Some("dynamodb"),
            Self::Topic => Some("sns"),
            Self::Queue | Self::DeadLetters | Self::Shop => Some("sqs"),
            Self::Bucket => Some("s3"),
            Self::Saga => Some("states"),
            Self::Secret => Some("secretsmanager"),
            Self::Email => Some("ses"),
            Self::Stage => None,
        }
    }
}

/// A reference to a resource of the same context: `table/stock`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    /// What kind of thing.
    pub kind: Kind,
    /// Its name in its context.
    pub name: String,
}

impl FromStr for Reference {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once('/').ok_or_else(|| format!("{text} is not kind/name"))?;
        let known = Kind::ALL.iter().find(|(_, known)| *known == kind);
        let (kind, _) = known.ok_or_else(|| format!("{text}: {kind} is not a kind of resource"))?;
        Ok(Self { kind: *kind, name: name.to_owned() })
    }
}

impl TryFrom<String> for Reference {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = Kind::ALL.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, name)| name);
        write!(f, "{kind}/{}", self.name)
    }
}

//! What travels on HTTP, and its description in OpenAPI.

use kernel::Timestamp;
use lambda::{FieldError, Problem};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{
    domain::{DeadLetter, DeadLetters},
    functions::{list_dead_letters, redrive_dead_letters},
};

/// This context's part of the API.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(list_dead_letters::answer, redrive_dead_letters::answer),
    components(schemas(DeadLettersBody, QueueBody, DeadLetterBody, RedriveBody, Problem, FieldError))
)]
pub struct Api;

/// What was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeadLetters)]
pub struct DeadLettersBody {
    /// Every queue of the shop, by name.
    pub queues: Vec<QueueBody>,
}

/// A queue, and what was given up of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeadLetterQueue)]
pub struct QueueBody {
    /// The queue, with its context.
    #[schema(example = "orders/watch")]
    pub queue: String,
    /// How many of its messages were given up, as SQS counts: about so many.
    #[schema(example = 1)]
    pub messages: u64,
    /// Up to ten of them, those first that were sent first.
    pub shown: Vec<DeadLetterBody>,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeadLetter)]
pub struct DeadLetterBody {
    /// SQS's id of it.
    pub id: String,
    /// What is in it, usually JSON.
    pub body: String,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// How often it was received, looks at it included.
    #[schema(example = 6)]
    pub receives: u64,
    /// Why it was given up, if whoever did so said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Dead letters that are being given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Redrive)]
pub struct RedriveBody {
    /// The queue that they go to, with its context.
    #[schema(example = "orders/watch")]
    pub queue: String,
    /// About how many.
    #[schema(example = 1)]
    pub moving: u64,
}

impl QueueBody {
    /// What was given up of this queue.
    pub fn new(queue: &str, dead: DeadLetters) -> Self {
        let shown = dead.shown.into_iter().map(Into::into).collect();
        Self { queue: queue.to_owned(), messages: dead.messages, shown }
    }
}

impl From<DeadLetter> for DeadLetterBody {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter { id, body, sent_at, receives, reason } = letter;
        Self { id, body, sent_at, receives, reason }
    }
}

//! What AWS leaves open, and a simulator may decide.

use std::time::Duration;

/// How a topic's message reaches one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivery {
    /// How long it takes. A delivery that is lost and tried again is one that takes long: a topic never gives up on a
    /// queue within the times that matter here.
    ///
    /// Source: SNS, "Message delivery retries" (SQS: 100,015 tries over 23 days).
    pub after: Duration,
    /// How long a second copy takes, if there is one.
    pub again: Option<Duration>,
}

/// Decides what may happen to messages on their way, within what SNS and SQS promise: late, twice or out of order, but
/// never lost. The defaults are the best that AWS does.
pub trait Courier: Send + Sync + 'static {
    /// How the next message of a topic reaches `queue`.
    fn delivery(&self, queue: &str) -> Delivery {
        let _ = queue;
        Delivery::default()
    }

    /// How many of the messages that have been visible longest the next receive passes over. When there are fewer, it
    /// takes the oldest.
    fn passed_over(&self, queue: &str) -> usize {
        let _ = queue;
        0
    }

    /// Whether one entry of a batch that is sent to a queue or a topic fails, while the others do not.
    ///
    /// Source: SQS `SendMessageBatch`, SNS `PublishBatch`: "can result in a combination of successful and unsuccessful
    /// actions".
    fn fails_entry(&self, target: &str) -> bool {
        let _ = target;
        false
    }

    /// Is told of each message that a topic takes.
    fn published(&self, topic_arn: &str, message: &str) {
        let _ = (topic_arn, message);
    }

    /// Whether a message that is being received stays visible, so that it is received a second time.
    ///
    /// Source: SQS, "At-least-once delivery".
    fn repeats(&self, queue: &str) -> bool {
        let _ = queue;
        false
    }
}

/// Delivers at once, in order, once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prompt;

impl Courier for Prompt {}

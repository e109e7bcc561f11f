//! What the functions need: one trait per capability.

use async_trait::async_trait;

use crate::{Error, domain::DeadLetters};

/// Looks at dead letters.
#[async_trait]
pub trait ShowDeadLetters: Send + Sync {
    /// What is in the dead-letter queue at this URL. Nothing is taken out of it.
    ///
    /// # Errors
    /// SQS does not say.
    async fn dead_letters(&self, url: &str) -> Result<DeadLetters, Error>;
}

/// Gives dead letters back.
#[async_trait]
pub trait Redrive: Send + Sync {
    /// Begins to give the messages of the dead-letter queue at this URL back to the queue that they came from. About how many
    /// there are.
    ///
    /// # Errors
    /// SQS does not say that it has begun.
    async fn redrive(&self, url: &str) -> Result<u64, Error>;
}

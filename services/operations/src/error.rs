//! Every way in which this context can fail.

use lambda::Problem;
use tracing::warn;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such queue.
    #[error("there is no such queue")]
    NoSuchQueue,
    /// SQS did not do what it was asked.
    #[error("{0}")]
    Queue(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoSuchQueue => Self::not_found("queue"),
            Error::Queue(_) => {
                warn!(%error, "answering that we are busy");
                Self::unavailable()
            }
        }
    }
}

//! What can go wrong in this context, and what that means to callers.

use lambda::{FunctionError, Problem};
use tracing::error;

/// A failure that no refusal describes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Something outside did not answer, or answered that it is busy: trying again may help.
    #[error("{0}")]
    Transient(String),
    /// Something is as it should never be: trying again will not help.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// From a failed call of the AWS SDK.
    pub(crate) fn aws(call: &str, error: &dyn std::error::Error) -> Self {
        Self::Transient(format!("{call}: {}", lambda::chain(error)))
    }

    /// From something that cannot be read or written.
    pub(crate) fn broken(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Broken(format!("{what}: {why}"))
    }
}

impl From<Error> for FunctionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Transient(why) => Self::transient(why),
            Error::Broken(why) => Self::broken(why),
        }
    }
}

impl From<Error> for Problem {
    fn from(failure: Error) -> Self {
        error!(%failure, "a request failed");
        match failure {
            Error::Transient(_) => Self::unavailable(),
            Error::Broken(_) => Self::internal(),
        }
    }
}

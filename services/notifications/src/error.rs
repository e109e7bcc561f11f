//! Every way in which this context can fail.

use lambda::{FunctionError, Problem};
use tracing::{error, warn};

use crate::domain::CannotWrite;

/// Why a mail was not sent, as far as we know. No message of SES's is ever in it: SES names addresses in them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The message is not an order event that causes a mail.
    #[error("the message is not an order event that causes a mail: {0}")]
    NotAnEvent(String),
    /// The mail cannot be written.
    #[error(transparent)]
    CannotWrite(#[from] CannotWrite),
    /// Another sender is at it, or was when it died.
    #[error("another sender has claimed this mail")]
    Claimed,
    /// SES has definitely not taken the mail, and will not.
    #[error("SES rejected the mail: {0}")]
    Rejected(String),
    /// SES may or may not have taken the mail, or may take it later.
    #[error("SES did not say that it took the mail: {0}")]
    Unsent(String),
    /// What is in the database is not what this context wrote.
    #[error("a mail's record cannot be read: {0}")]
    Unreadable(String),
    /// The database did not do what it was asked.
    #[error("the database: {0}")]
    Database(String),
}

impl From<Error> for FunctionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Claimed | Error::Unsent(_) | Error::Database(_) => Self::transient(error),
            Error::NotAnEvent(_) | Error::CannotWrite(_) | Error::Rejected(_) | Error::Unreadable(_) => {
                Self::broken(error)
            }
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Claimed | Error::Unsent(_) | Error::Database(_) => {
                warn!(%error, "answering that we are busy");
                Self::unavailable()
            }
            Error::NotAnEvent(_) | Error::CannotWrite(_) | Error::Rejected(_) | Error::Unreadable(_) => {
                error!(%error, "answering that something is wrong with us");
                Self::internal()
            }
        }
    }
}

//! Every way in which this context can fail.

use kernel::Sku;
use lambda::{FunctionError, Problem};
use tracing::{error, warn};

use crate::domain::{LINES_MAX, UNITS_MAX};

/// Why something was not done. That an order cannot have its stock is not here: it is an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Others kept changing the same items.
    #[error("the items were in use by others at every attempt")]
    Contended,
    /// The database did not answer, or was too busy.
    #[error("the database did not answer: {0}")]
    Unavailable(String),
    /// The database understood and refused: a missing grant, a missing table, a malformed request.
    #[error("the database refused: {0}")]
    Rejected(String),
    /// A stored item is not what this context writes.
    #[error("a stored item cannot be read: {0}")]
    Unreadable(String),
    /// The order's lines are not what the contract promises.
    #[error("an order has 1 to {LINES_MAX} lines, sorted by sku, one per sku")]
    Lines,
    /// The order's holds are of other skus or quantities than its lines.
    #[error("the order's holds are not of its lines")]
    HoldsDiffer,
    /// A line is to be committed that was never reserved.
    #[error("{0} was never reserved for this order")]
    NeverReserved(Sku),
    /// This sku has no stock item.
    #[error("nothing is known of this sku")]
    UnknownSku,
    /// More units are to be written off than are there.
    #[error("there are fewer units than are to be written off")]
    NotEnoughStock,
    /// More units were received in all than are counted.
    #[error("at most {UNITS_MAX} units of a sku are counted")]
    TooMuchStock,
    /// The idempotency key names another adjustment.
    #[error("the idempotency key was used for another request")]
    KeyReused,
}

impl From<Error> for FunctionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Contended | Error::Unavailable(_) => Self::transient(error),
            _ => Self::broken(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownSku => Self::not_found("sku in stock"),
            Error::NotEnoughStock => Self::new(409, "not-enough-stock", "There are not that many units")
                .detail("Fewer units are available than are to be written off."),
            Error::TooMuchStock => Self::new(409, "too-much-stock", "There would be too many units")
                .detail(format!("At most {UNITS_MAX} units of a sku are counted.")),
            Error::KeyReused => Self::new(422, "idempotency-key-reused", "The idempotency key was used before")
                .detail("This key belongs to a request with another body. Use a new key for a new request."),
            Error::Contended | Error::Unavailable(_) => {
                warn!(%error, "answering that we are busy");
                Self::unavailable()
            }
            Error::Rejected(_) | Error::Unreadable(_) | Error::Lines | Error::HoldsDiffer | Error::NeverReserved(_) => {
                error!(%error, "answering that something is wrong with us");
                Self::internal()
            }
        }
    }
}

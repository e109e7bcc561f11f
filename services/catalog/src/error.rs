//! Every way in which this context can fail.

use lambda::{FieldError, FunctionError, Problem};
use tracing::{error, warn};

/// Why something was not done. That a condition does not hold is not here: it is an answer, which carries the version
/// that there is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such product, or none any more.
    #[error("there is no such product")]
    NotFound,
    /// There is no such picture.
    #[error("there is no such image")]
    NoSuchImage,
    /// The product has as many pictures as it may have.
    #[error("the product has {} images already", crate::domain::IMAGES_MAX)]
    TooManyImages,
    /// Values that are not allowed: every one of them.
    #[error("the request has values that are not allowed")]
    Invalid(Vec<FieldError>),
    /// Part of the address is not allowed.
    #[error("{0}")]
    Address(String),
    /// The condition cannot be read, or not be honoured.
    #[error("{0}")]
    MalformedCondition(String),
    /// An existing product is to be written without naming its version.
    #[error("the request names no version")]
    PreconditionRequired,
    /// A database, bucket or queue did not answer, or was too busy.
    #[error("AWS did not answer: {0}")]
    Unavailable(String),
    /// It understood and refused: a missing grant, a missing table, a malformed request.
    #[error("AWS refused: {0}")]
    Rejected(String),
    /// A stored item is not what this context writes.
    #[error("a stored item cannot be read: {0}")]
    Unreadable(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found("product"),
            Error::NoSuchImage => Self::not_found("image"),
            Error::TooManyImages => Self::new(409, "too-many-images", "The product has too many images")
                .detail(format!("A product has up to {} images: remove one first.", crate::domain::IMAGES_MAX)),
            Error::Invalid(fields) => {
                fields.into_iter().fold(Self::invalid(), |problem, field| problem.field(field.pointer, field.detail))
            }
            Error::Address(detail) => Self::invalid().detail(detail),
            Error::MalformedCondition(detail) => Self::malformed(detail),
            Error::PreconditionRequired => Self::new(428, "precondition-required", "A condition is needed")
                .detail("Name the version that you have seen in If-Match, as its ETag has it."),
            Error::Unavailable(_) => {
                warn!(%error, "answering that we are busy");
                Self::unavailable()
            }
            Error::Rejected(_) | Error::Unreadable(_) => {
                error!(%error, "answering that something is wrong with us");
                Self::internal()
            }
        }
    }
}

impl From<Error> for FunctionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) => Self::transient(error),
            _ => Self::broken(error),
        }
    }
}

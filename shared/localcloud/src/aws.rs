//! What all the stand-ins for AWS services share.

/// An error as an AWS service answers it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The HTTP status.
    pub status: u16,
    /// The error's code, as the service names it: `QueueDoesNotExist`, `AccessDeniedException`.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

impl AwsError {
    /// The caller's fault.
    pub fn client(code: &str, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.to_owned(), message: message.into() }
    }

    /// An action that the stand-in does not have. Never ignored.
    pub fn not_modelled(service: &str, action: &str) -> Self {
        Self::client("UnknownOperationException", format!("the local cloud's {service} has no {action}"))
    }
}

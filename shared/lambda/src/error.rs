//! How a function fails.

use std::error::Error;

/// An invocation that failed. Step Functions retries by `name`; queues and streams deliver again whatever the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct FunctionError {
    /// The error's name, as Step Functions sees it.
    pub name: &'static str,
    /// What happened, for the log. Never shown to a customer.
    pub message: String,
}

impl FunctionError {
    /// The name of errors that may go away by themselves: throttling, conflicts, time-outs, a dependency that is down.
    pub const TRANSIENT: &'static str = "Transient";
    /// The name of errors that will not: bad input, a fault in the code.
    pub const BROKEN: &'static str = "Broken";

    /// It may work when tried again.
    pub fn transient(cause: impl std::fmt::Display) -> Self {
        Self { name: Self::TRANSIENT, message: cause.to_string() }
    }

    /// It will not work however often it is tried.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Self { name: Self::BROKEN, message: cause.to_string() }
    }
}

/// A function that cannot start: a setting is missing or wrong, or a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting that the function reads is not set.
    #[error("the setting {0} is not set: add it to the function's settings in service.yaml")]
    Missing(String),
    /// A setting has a value that makes no sense.
    #[error("the setting {name} is wrong: {why}")]
    Wrong {
        /// The setting.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something outside did not answer.
    #[error("could not start: {0}")]
    Outside(String),
}

/// An error and its causes in one line, without repeating a cause that a message already contains.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

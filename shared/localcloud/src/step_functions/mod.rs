//! Step Functions: runs state machines in the Amazon States Language.
//!
//! The subset that an order saga uses, with JSONPath: Task (a Lambda function), Choice, Pass, Wait, Succeed and Fail, with
//! Retry, Catch and time-outs. Whatever else a definition says (Parallel, Map, JSONata, intrinsic functions, fields unknown
//! here) is a fault when it is loaded; nothing is ever ignored.
//!
//! Source: Amazon States Language specification (states-language.net), and the Step Functions Developer Guide where it
//! differs.
//!
//! Layout: `definition.rs` is the language as written; `load.rs` checks it and compiles it; `path.rs`, `template.rs` and
//! `choice.rs` are its expressions; `run.rs` runs it; `bound.rs` says how long it can take at most.

mod bound;
mod choice;
mod definition;
mod load;
mod path;
mod run;
mod template;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use indexmap::IndexMap;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use load::LoadFault;
use load::State;

/// A state machine, checked.
#[derive(Debug, Clone)]
pub struct StateMachine {
    start_at: String,
    timeout: Option<Duration>,
    states: IndexMap<String, State>,
}

impl StateMachine {
    /// The ARNs of the functions it calls.
    pub fn functions(&self) -> BTreeSet<String> {
        self.states.values().filter_map(State::function).map(str::to_owned).collect()
    }
}

/// One run of a state machine.
#[derive(Debug, Clone)]
pub struct Execution {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is started with.
    pub input: Value,
    /// When it was started.
    pub started_at: Timestamp,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Well, with this output.
    Succeeded(Value),
    /// With an error.
    Failed {
        /// The error's name.
        error: String,
        /// More about it.
        cause: String,
    },
    /// It took longer than its `TimeoutSeconds`.
    TimedOut,
}

/// A task that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskError {
    /// The error's name, which Retry and Catch look at.
    #[serde(rename = "Error")]
    pub error: String,
    /// More about it.
    #[serde(rename = "Cause")]
    pub cause: String,
}

impl TaskError {
    pub(crate) fn new(error: &str, cause: impl Into<String>) -> Self {
        Self { error: error.to_owned(), cause: cause.into() }
    }
}

/// What a run needs from outside.
#[async_trait]
pub trait Host: Send + Sync {
    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// What it failed with.
    async fn invoke(&self, function_arn: &str, payload: Value) -> Result<Value, TaskError>;
    /// Waits.
    async fn sleep(&self, duration: Duration);
    /// The time.
    fn now(&self) -> Timestamp;
    /// A random number from 0 up to but not including 1, for jitter.
    fn random(&self) -> f64;
}

/// Something that happened in a run. The types are those of `GetExecutionHistory`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEvent {
    /// When.
    pub at: Timestamp,
    /// What, as in `TaskStateEntered`.
    #[serde(rename = "type")]
    pub kind: String,
    /// In which state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// More: an input, an output, an error.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub detail: Value,
}

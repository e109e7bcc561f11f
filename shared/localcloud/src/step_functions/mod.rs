//! Step Functions: an interpreter for that part of the Amazon States Language that an order saga needs.
//!
//! It has Task (a Lambda function called directly), Choice, Pass, Wait, Succeed and Fail, with JSONPath as the query
//! language, restricted to reference paths. Whatever a definition says beyond that (Parallel, Map, JSONata, variables,
//! intrinsic functions, heartbeats, other services) is a fault when it is loaded, never something that is left out.
//!
//! A function that fails reports the type of its error, one that runs out of its own time reports `Sandbox.Timedout`,
//! and one that runs out of the state's `TimeoutSeconds` is `States.Timeout`. The first two are up to the [`Host`].
//! Source: Step Functions, "Handling errors in Step Functions workflows".
//!
//! Layout: `text` and `definition` read a definition, `load` checks it; `run` runs it, with `data`, `path`, `choice`,
//! `retry` and `errors`, and tells `history`; `graph` and `bound` say what it can do.

mod bound;
mod choice;
mod data;
mod definition;
mod errors;
mod graph;
mod history;
mod load;
mod path;
mod retry;
mod run;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use async_trait::async_trait;
use indexmap::IndexMap;
use kernel::Timestamp;
use serde_json::Value;

pub use graph::{StateView, Transition};
pub use history::{EventKind, HistoryEvent};
pub use load::LoadFault;

/// A state machine whose definition has been checked.
#[derive(Debug)]
pub struct StateMachine {
    start_at: String,
    timeout: Option<Duration>,
    states: IndexMap<String, definition::State>,
}

/// An execution to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Its ARN, which also names the state machine.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is given.
    pub input: Value,
    /// When it was started.
    pub started_at: Timestamp,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Well, with this output.
    Succeeded(Value),
    /// Badly.
    Failed {
        /// The error's name; empty when a Fail state gives none.
        error: String,
        /// What happened, in whatever form its source chose; may be empty.
        cause: String,
    },
    /// It ran longer than the machine's `TimeoutSeconds`.
    TimedOut,
}

/// Why a task failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {cause}")]
pub struct TaskError {
    /// The error's name, which retriers and catchers go by: the `errorType` of a function's error, or one of
    /// `Sandbox.Timedout`, `Lambda.TooManyRequestsException`, `Lambda.ServiceException` and the like.
    pub error: String,
    /// What happened: for a function's error, JSON with its `errorType` and `errorMessage`.
    pub cause: String,
}

/// What an interpreter needs from its surroundings.
#[async_trait]
pub trait Host: Send + Sync {
    /// Calls a function. A call whose time is over is dropped.
    async fn invoke(&self, function_arn: &str, payload: Value) -> Result<Value, TaskError>;

    /// Is asked before each state is entered, and before one is tried again: waits as long as Step Functions does when there are
    /// too many transitions.
    async fn transition(&self) {}

    /// Waits for so long.
    async fn sleep(&self, duration: Duration);

    /// Now.
    fn now(&self) -> Timestamp;

    /// A random number from 0 to 1, without 1, for jitter.
    fn random(&self) -> f64;
}

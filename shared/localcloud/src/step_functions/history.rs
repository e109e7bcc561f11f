//! What is recorded of an execution.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Host, TaskError,
    definition::{State, Work},
    errors,
};

/// How many events an execution's history can have before the execution fails. This is what ends an endless loop.
/// Source: Step Functions, "Service quotas": 25,000 for a Standard workflow. (An Express workflow is ended by its
/// time.)
const MAX_EVENTS: u32 = 25_000;

/// Something that happened in an execution, modelled on `GetExecutionHistory`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// In which state; nothing for what concerns the whole execution.
    pub state: Option<String>,
    /// More, with the field names of the API.
    pub detail: Value,
}

/// The types of events. They are those of the Step Functions API for tasks that call Lambda functions directly, and
/// `TaskRetried`, which is ours: the API shows a retry only as another `LambdaFunctionScheduled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum EventKind {
    ExecutionStarted,
    ExecutionSucceeded,
    ExecutionFailed,
    ExecutionTimedOut,
    TaskStateEntered,
    TaskStateExited,
    LambdaFunctionScheduled,
    LambdaFunctionSucceeded,
    LambdaFunctionFailed,
    LambdaFunctionTimedOut,
    TaskRetried,
    ChoiceStateEntered,
    ChoiceStateExited,
    PassStateEntered,
    PassStateExited,
    WaitStateEntered,
    WaitStateExited,
    SucceedStateEntered,
    SucceedStateExited,
    FailStateEntered,
}

impl EventKind {
    /// What to record when a state is entered.
    pub(super) fn entered(state: &State) -> Self {
        match state.work {
            Work::Task(_) => Self::TaskStateEntered,
            Work::Choice(_) => Self::ChoiceStateEntered,
            Work::Pass(_) => Self::PassStateEntered,
            Work::Wait(_) => Self::WaitStateEntered,
            Work::Succeed(_) => Self::SucceedStateEntered,
            Work::Fail(_) => Self::FailStateEntered,
        }
    }

    /// Whether it says that a state is entered.
    pub fn is_entered(self) -> bool {
        use EventKind::{
            ChoiceStateEntered, FailStateEntered, PassStateEntered, SucceedStateEntered, TaskStateEntered,
            WaitStateEntered,
        };
        matches!(
            self,
            TaskStateEntered
                | ChoiceStateEntered
                | PassStateEntered
                | WaitStateEntered
                | SucceedStateEntered
                | FailStateEntered
        )
    }

    /// What to record when a state is left. A Fail state never is.
    pub(super) fn exited(state: &State) -> Option<Self> {
        Some(match state.work {
            Work::Task(_) => Self::TaskStateExited,
            Work::Choice(_) => Self::ChoiceStateExited,
            Work::Pass(_) => Self::PassStateExited,
            Work::Wait(_) => Self::WaitStateExited,
            Work::Succeed(_) => Self::SucceedStateExited,
            Work::Fail(_) => return None,
        })
    }
}

/// Writes the history.
pub(super) struct Recorder<'a> {
    host: &'a dyn Host,
    write: &'a mut (dyn FnMut(HistoryEvent) + Send),
    written: u32,
}

impl<'a> Recorder<'a> {
    pub fn new(host: &'a dyn Host, write: &'a mut (dyn FnMut(HistoryEvent) + Send)) -> Self {
        Self { host, write, written: 0 }
    }

    /// Records something about the whole execution.
    pub fn execution(&mut self, kind: EventKind, detail: Value) {
        (self.write)(HistoryEvent { at: self.host.now(), kind, state: None, detail });
    }

    /// Records something in a state, unless the history is full.
    pub fn state(&mut self, state: &str, kind: EventKind, detail: Value) -> Result<(), TaskError> {
        if self.written >= MAX_EVENTS {
            let cause = format!("The execution reached the maximum number of history events ({MAX_EVENTS}).");
            return Err(errors::runtime(cause));
        }
        self.written += 1;
        (self.write)(HistoryEvent { at: self.host.now(), kind, state: Some(state.to_owned()), detail });
        Ok(())
    }
}

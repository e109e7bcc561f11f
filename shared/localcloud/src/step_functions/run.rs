//! Runs a state machine.

use std::{future::Future, pin::pin};

use futures::future::{Either, select};
use serde_json::{Value, json};

use super::{
    Execution, HistoryEvent, Host, Outcome, StateMachine, TaskError,
    load::{Catcher, Next, Retrier, State, Work},
    path::Path,
};

/// Source: Step Functions quotas: 256 KiB for a task's or state's input or output.
const PAYLOAD_LIMIT: usize = 256 * 1024;

/// A run under way.
struct Run<'a> {
    machine: &'a StateMachine,
    execution: &'a Execution,
    host: &'a dyn Host,
    history: &'a mut (dyn FnMut(HistoryEvent) + Send),
}

/// Where a state leads: on, or to an end.
enum After {
    State(String, Value),
    Over(Outcome),
}

impl StateMachine {
    /// Runs to the end. `history` hears of everything that happens.
    pub async fn run(&self, execution: Execution, host: &dyn Host, history: &mut (dyn FnMut(HistoryEvent) + Send)) -> Outcome {
        let mut run = Run { machine: self, execution: &execution, host, history };
        run.note("ExecutionStarted", None, json!({ "input": execution.input }));
        let outcome = match self.timeout {
            None => run.to_the_end().await,
            Some(timeout) => within(run.to_the_end(), host.sleep(timeout)).await.unwrap_or(Outcome::TimedOut),
        };
        let (kind, detail) = match &outcome {
            Outcome::Succeeded(output) => ("ExecutionSucceeded", json!({ "output": output })),
            Outcome::Failed { error, cause } => ("ExecutionFailed", json!({ "error": error, "cause": cause })),
            Outcome::TimedOut => ("ExecutionTimedOut", Value::Null),
        };
        history(HistoryEvent { at: host.now(), kind: kind.to_owned(), state: None, detail });
        outcome
    }
}

/// The work's result, unless the limit comes first.
async fn within<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    match select(pin!(work), pin!(limit)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(((), _)) => None,
    }
}

impl Run<'_> {
    fn note(&mut self, kind: &str, state: Option<&str>, detail: Value) {
        (self.history)(HistoryEvent { at: self.host.now(), kind: kind.to_owned(), state: state.map(str::to_owned), detail });
    }

    async fn to_the_end(&mut self) -> Outcome {
        let (mut name, mut input) = (self.machine.start_at.clone(), self.execution.input.clone());
        loop {
            let Some(state) = self.machine.states.get(&name) else {
                return failed(TaskError::new("States.Runtime", format!("there is no state {name}")));
            };
            let kind = state.kind();
            self.note(&format!("{kind}StateEntered"), Some(&name), json!({ "input": input }));
            match self.state(&name, state, input).await {
                Ok(After::State(next, output)) => {
                    self.note(&format!("{kind}StateExited"), Some(&name), json!({ "output": output }));
                    (name, input) = (next, output);
                }
                Ok(After::Over(outcome)) => return outcome,
                Err(error) => return failed(error),
            }
        }
    }

    async fn state(&mut self, name: &str, state: &State, raw: Value) -> Result<After, TaskError> {
        let context = self.context(name, 0);
        let input = match &state.input {
            Some(path) => found(path, &raw, &context)?,
            None => json!({}),
        };
        match &state.work {
            Work::Task { catch, .. } => self.task(name, state, raw, input, catch).await,
            Work::Choice { rules, default } => {
                for (rule, next) in rules {
                    if rule.holds(&input, &context)? {
                        return Ok(After::State(next.clone(), output(state, input, &context)?));
                    }
                }
                let next = default.clone();
                let next = next.ok_or_else(|| TaskError::new("States.NoChoiceMatched", format!("{name} has no choice for this")))?;
                Ok(After::State(next, output(state, input, &context)?))
            }
            Work::Pass { result, parameters, place, next } => {
                let input = parameters.as_ref().map_or(Ok(input.clone()), |template| template.fill(&input, &context))?;
                let result = result.clone().unwrap_or(input);
                Ok(after(next, output(state, placed(place.as_ref(), raw, result)?, &context)?))
            }
            Work::Wait { duration, next } => {
                self.host.sleep(*duration).await;
                Ok(after(next, output(state, input, &context)?))
            }
            Work::Succeed => Ok(After::Over(Outcome::Succeeded(output(state, input, &context)?))),
            Work::Fail { error, cause } => Ok(After::Over(failed(TaskError::new(error, cause.clone())))),
        }
    }

    /// A task, with its retries and catchers.
    async fn task(&mut self, name: &str, state: &State, raw: Value, input: Value, catch: &[Catcher]) -> Result<After, TaskError> {
        let Work::Task { retry, next, .. } = &state.work else { return Err(TaskError::new("States.Runtime", "not a task")) };
        let mut used = vec![0; retry.len()];
        let error = loop {
            let context = self.context(name, used.iter().sum());
            let error = match self.attempt(name, &state.work, &raw, &input, &context).await {
                Ok(result) => return Ok(after(next, output(state, result, &context)?)),
                Err(error) => error,
            };
            let Some(retrier) = retry.iter().position(|retrier| matches(&retrier.errors, &error.error)) else { break error };
            if used[retrier] >= retry[retrier].attempts {
                break error;
            }
            let delay = self.delay(&retry[retrier], used[retrier]);
            self.note("TaskRetried", Some(name), json!({ "error": error.error, "delay_seconds": delay.as_secs_f64() }));
            self.host.sleep(delay).await;
            used[retrier] += 1;
        };
        let Some(catcher) = catch.iter().find(|catcher| matches(&catcher.errors, &error.error)) else { return Err(error) };
        let caught = json!({ "Error": error.error, "Cause": error.cause });
        Ok(After::State(catcher.next.clone(), placed(catcher.place.as_ref(), raw, caught)?))
    }

    /// One try: parameters, the call, selector, result path.
    async fn attempt(&mut self, name: &str, work: &Work, raw: &Value, input: &Value, context: &Value) -> Result<Value, TaskError> {
        let Work::Task { function, timeout, parameters, selector, place, .. } = work else {
            return Err(TaskError::new("States.Runtime", "not a task"));
        };
        let payload = parameters.as_ref().map_or(Ok(input.clone()), |template| template.fill(input, context))?;
        fits(&payload)?;
        self.note("TaskScheduled", Some(name), json!({ "resource": function, "input": payload }));
        let call = self.host.invoke(function, payload);
        let result = match timeout {
            None => call.await,
            Some(timeout) => within(call, self.host.sleep(*timeout)).await.unwrap_or_else(|| {
                Err(TaskError::new("States.Timeout", format!("the task took longer than {} seconds", timeout.as_secs())))
            }),
        };
        let result = result.inspect_err(|error| {
            let kind = if error.error == "States.Timeout" { "TaskTimedOut" } else { "TaskFailed" };
            self.note(kind, Some(name), json!({ "error": error.error, "cause": error.cause }));
        })?;
        self.note("TaskSucceeded", Some(name), json!({ "output": result }));
        let result = selector.as_ref().map_or(Ok(result.clone()), |template| template.fill(&result, context))?;
        placed(place.as_ref(), raw.clone(), result)
    }

    fn delay(&self, retrier: &Retrier, retry: u32) -> std::time::Duration {
        let delay = retrier.delay(retry);
        if retrier.full_jitter { delay.mul_f64(self.host.random()) } else { delay }
    }

    /// The context object. Source: Step Functions, "Accessing execution data from the Context object".
    fn context(&self, state: &str, retries: u32) -> Value {
        let execution = self.execution;
        json!({
            "Execution": {
                "Id": execution.id,
                "Name": execution.name,
                "Input": execution.input,
                "StartTime": execution.started_at,
            },
            "State": { "Name": state, "EnteredTime": self.host.now(), "RetryCount": retries },
        })
    }
}

impl State {
    fn kind(&self) -> &'static str {
        match self.work {
            Work::Task { .. } => "Task",
            Work::Choice { .. } => "Choice",
            Work::Pass { .. } => "Pass",
            Work::Wait { .. } => "Wait",
            Work::Succeed => "Succeed",
            Work::Fail { .. } => "Fail",
        }
    }
}

fn after(next: &Next, output: Value) -> After {
    match next {
        Next::State(name) => After::State(name.clone(), output),
        Next::End => After::Over(Outcome::Succeeded(output)),
    }
}

fn failed(error: TaskError) -> Outcome {
    Outcome::Failed { error: error.error, cause: error.cause }
}

/// Whether a Retry or Catch for `names` is for `error`.
fn matches(names: &[String], error: &str) -> bool {
    let uncatchable = ["States.DataLimitExceeded", "States.Runtime"].contains(&error);
    names.iter().any(|name| match name.as_str() {
        "States.ALL" => !uncatchable,
        "States.TaskFailed" => !uncatchable && error != "States.Timeout",
        name => name == error,
    })
}

fn found(path: &Path, input: &Value, context: &Value) -> Result<Value, TaskError> {
    let missing = || TaskError::new("States.Runtime", format!("there is nothing at {path}"));
    path.get(input, context).cloned().ok_or_else(missing)
}

/// The state's raw input with its result where `ResultPath` says; without a place, the result is thrown away.
fn placed(place: Option<&Path>, raw: Value, result: Value) -> Result<Value, TaskError> {
    let Some(place) = place else { return Ok(raw) };
    let no_room = || TaskError::new("States.ResultPathMatchFailure", format!("there is no room at {place}"));
    place.put(raw, result).ok_or_else(no_room)
}

fn output(state: &State, value: Value, context: &Value) -> Result<Value, TaskError> {
    let output = match &state.output {
        Some(path) => found(path, &value, context)?,
        None => json!({}),
    };
    fits(&output)?;
    Ok(output)
}

fn fits(payload: &Value) -> Result<(), TaskError> {
    let size = payload.to_string().len();
    let too_large = || TaskError::new("States.DataLimitExceeded", format!("{size} bytes are more than {PAYLOAD_LIMIT}"));
    if size <= PAYLOAD_LIMIT { Ok(()) } else { Err(too_large()) }
}

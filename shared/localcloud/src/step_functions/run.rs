//! Runs a state machine.

use std::{future::Future, time::Duration};

use kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    EventKind, Execution, HistoryEvent, Host, Outcome, StateMachine, TaskError, choice,
    data::{self, Visit, within_limit},
    definition::{Choice, Fail, Pass, Pause, State, Succeed, Task, Wait, Work},
    errors,
    history::Recorder,
    path::{Path, Scope},
    retry::Retries,
};

impl StateMachine {
    /// Runs one execution to its end. What happens is told to `history` as it happens.
    ///
    /// All waiting is done by the host's `sleep`, so the host's clock decides every time-out. Dropping the future ends
    /// the execution where it stands.
    pub async fn run(
        &self,
        execution: Execution,
        host: &dyn Host,
        history: &mut (dyn FnMut(HistoryEvent) + Send),
    ) -> Outcome {
        let mut recorder = Recorder::new(host, history);
        recorder.execution(EventKind::ExecutionStarted, json!({ "input": execution.input }));
        let mut run = Run { machine: self, execution: &execution, host, recorder: &mut recorder };
        let ended = within(host, self.timeout, run.all_states()).await;
        match ended {
            Some(Ok(output)) => {
                recorder.execution(EventKind::ExecutionSucceeded, json!({ "output": output }));
                Outcome::Succeeded(output)
            }
            Some(Err(TaskError { error, cause })) => {
                recorder.execution(EventKind::ExecutionFailed, json!({ "error": error, "cause": cause }));
                Outcome::Failed { error, cause }
            }
            None => {
                recorder.execution(EventKind::ExecutionTimedOut, json!({ "error": errors::TIMEOUT }));
                Outcome::TimedOut
            }
        }
    }
}

/// What comes of the work, or nothing when the time is over first.
async fn within<T>(host: &dyn Host, limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    let Some(limit) = limit else { return Some(work.await) };
    tokio::select! {
        // In this order, not at random: a run must be repeatable.
        biased;
        done = work => Some(done),
        () = host.sleep(limit) => None,
    }
}

/// What a state hands on, and to whom: nobody, when the execution ends with it.
type Step<'a> = (Value, Option<&'a str>);

struct Run<'a, 'h> {
    machine: &'a StateMachine,
    execution: &'a Execution,
    host: &'a dyn Host,
    recorder: &'a mut Recorder<'h>,
}

impl<'a> Run<'a, '_> {
    async fn all_states(&mut self) -> Result<Value, TaskError> {
        let mut name = self.machine.start_at.as_str();
        let mut data = within_limit(self.execution.input.clone(), "The input of the execution")?;
        loop {
            let missing = || errors::runtime(format!("There is no state '{name}'"));
            let state = self.machine.states.get(name).ok_or_else(missing)?;
            self.host.transition().await;
            let visit = Visit { state: name, entered_at: self.host.now(), retries: 0 };
            self.recorder.state(name, EventKind::entered(state), json!({ "input": data }))?;
            let (output, next) = self.visit(state, visit, data).await?;
            let output = within_limit(output, "The output of the state")?;
            if let Some(exited) = EventKind::exited(state) {
                self.recorder.state(name, exited, json!({ "output": output }))?;
            }
            let Some(next) = next else { return Ok(output) };
            (name, data) = (next, output);
        }
    }

    async fn visit(&mut self, state: &'a State, visit: Visit<'_>, raw: Value) -> Result<Step<'a>, TaskError> {
        let next = state.next.as_deref();
        let execution = self.execution;
        let context = || data::context(execution, visit);
        match &state.work {
            Work::Task(task) => self.task(task, next, visit, raw).await,
            Work::Choice(choice) => choose(choice, &raw, &context()),
            Work::Pass(pass) => Ok((rearrange(pass, raw, &context())?, next)),
            Work::Wait(wait) => Ok((self::wait(self.host, wait, &raw, &context()).await?, next)),
            Work::Succeed(succeed) => Ok((select(succeed, &raw, &context())?, None)),
            Work::Fail(fail) => Err(failure(fail, Scope { data: &raw, context: &context() })?),
        }
    }

    /// Tries a task until it answers, or neither a retrier nor a catcher lists its error.
    async fn task(
        &mut self,
        task: &'a Task,
        next: Option<&'a str>,
        mut visit: Visit<'_>,
        raw: Value,
    ) -> Result<Step<'a>, TaskError> {
        let mut retries = Retries::new(&task.retry);
        let failed = loop {
            let failed = match self.attempt(task, visit, &raw).await {
                Ok(output) => return Ok((output, next)),
                Err(failed) => failed,
            };
            let Some(delay) = retries.next(&failed.error, || self.host.random()) else { break failed };
            visit.retries += 1;
            let detail =
                json!({ "error": failed.error, "retry": visit.retries, "delayInSeconds": delay.as_secs_f64() });
            self.recorder.state(visit.state, EventKind::TaskRetried, detail)?;
            self.host.sleep(delay).await;
            self.host.transition().await;
        };
        let catcher = task.catch.iter().find(|catcher| errors::listed(&catcher.error_equals, &failed.error));
        let Some(catcher) = catcher else { return Err(failed) };
        // The error goes into the state's input, as a result would; OutputPath has no part in it.
        // Source: Amazon States Language, "Fallback states".
        let output = json!({ "Error": failed.error, "Cause": failed.cause });
        Ok((catcher.result_path.put(raw, output)?, Some(&catcher.next)))
    }

    async fn attempt(&mut self, task: &Task, visit: Visit<'_>, raw: &Value) -> Result<Value, TaskError> {
        let context = &data::context(self.execution, visit);
        let mut payload = task.input_path.of(Scope { data: raw, context }, "InputPath")?;
        if let Some(parameters) = &task.parameters {
            payload = parameters.fill(Scope { data: &payload, context })?;
        }
        let payload = within_limit(payload, "The input of the task")?;
        let mut result = self.invoke(task, visit.state, payload).await?;
        if let Some(selector) = &task.result_selector {
            result = selector.fill(Scope { data: &result, context })?;
        }
        let output = task.result_path.put(raw.clone(), result)?;
        let output = task.output_path.of(Scope { data: &output, context }, "OutputPath")?;
        // Here too, where a catcher that lists the error can have it.
        within_limit(output, "The output of the state")
    }

    async fn invoke(&mut self, task: &Task, state: &str, payload: Value) -> Result<Value, TaskError> {
        let (arn, limit) = (task.resource.as_str(), task.timeout_seconds.map(|timeout| timeout.0));
        let detail =
            json!({ "resource": arn, "input": payload, "timeoutInSeconds": limit.map(|limit| limit.as_secs()) });
        self.recorder.state(state, EventKind::LambdaFunctionScheduled, detail)?;
        let answer = within(self.host, limit, self.host.invoke(arn, payload)).await;
        let Some(answer) = answer else {
            let detail = json!({ "error": errors::TIMEOUT });
            self.recorder.state(state, EventKind::LambdaFunctionTimedOut, detail)?;
            return Err(TaskError { error: errors::TIMEOUT.to_owned(), cause: String::new() });
        };
        match answer.and_then(|result| within_limit(result, "The result of the task")) {
            Ok(result) => {
                self.recorder.state(state, EventKind::LambdaFunctionSucceeded, json!({ "output": result }))?;
                Ok(result)
            }
            Err(failed) => {
                let detail = json!({ "error": failed.error, "cause": failed.cause });
                self.recorder.state(state, EventKind::LambdaFunctionFailed, detail)?;
                Err(failed)
            }
        }
    }
}

async fn wait(host: &dyn Host, wait: &Wait, raw: &Value, context: &Value) -> Result<Value, TaskError> {
    let input = wait.input_path.of(Scope { data: raw, context }, "InputPath")?;
    let scope = Scope { data: &input, context };
    host.sleep(pause(wait, scope, host.now())?).await;
    wait.output_path.of(scope, "OutputPath")
}

fn pause(wait: &Wait, scope: Scope<'_>, now: Timestamp) -> Result<Duration, TaskError> {
    let wrong = |path: &Path| errors::runtime(format!("The value at '{path}' is not something to wait for"));
    if let Some(path) = &wait.seconds_path {
        let seconds = data::read(path, scope, "SecondsPath")?.as_u64();
        let pause = seconds.and_then(|seconds| Pause::try_from(seconds).ok());
        return pause.map(|pause| pause.0).ok_or_else(|| wrong(path));
    }
    let until = match (&wait.timestamp_path, wait.timestamp) {
        (Some(path), _) => {
            let value = data::read(path, scope, "TimestampPath")?;
            choice::timestamp(value).ok_or_else(|| wrong(path))?
        }
        (None, Some(moment)) => moment.0,
        (None, None) => return Ok(wait.seconds.map_or(Duration::ZERO, |pause| pause.0)),
    };
    // A moment that is over is not waited for.
    Ok(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

fn choose<'a>(choice: &'a Choice, raw: &Value, context: &Value) -> Result<Step<'a>, TaskError> {
    let input = choice.input_path.of(Scope { data: raw, context }, "InputPath")?;
    let scope = Scope { data: &input, context };
    let mut next = choice.default.as_deref();
    for rule in &choice.choices {
        if rule.holds(scope)? {
            next = Some(&rule.next);
            break;
        }
    }
    let Some(next) = next else {
        let cause = "No rule holds, and there is no Default".to_owned();
        return Err(TaskError { error: errors::NO_CHOICE_MATCHED.to_owned(), cause });
    };
    Ok((choice.output_path.of(scope, "OutputPath")?, Some(next)))
}

fn rearrange(pass: &Pass, raw: Value, context: &Value) -> Result<Value, TaskError> {
    let mut result = pass.input_path.of(Scope { data: &raw, context }, "InputPath")?;
    if let Some(parameters) = &pass.parameters {
        result = parameters.fill(Scope { data: &result, context })?;
    }
    if let Some(fixed) = &pass.result {
        result = fixed.clone();
    }
    let output = pass.result_path.put(raw, result)?;
    pass.output_path.of(Scope { data: &output, context }, "OutputPath")
}

fn select(succeed: &Succeed, raw: &Value, context: &Value) -> Result<Value, TaskError> {
    let input = succeed.input_path.of(Scope { data: raw, context }, "InputPath")?;
    succeed.output_path.of(Scope { data: &input, context }, "OutputPath")
}

fn failure(fail: &Fail, scope: Scope<'_>) -> Result<TaskError, TaskError> {
    let text = |fixed: &Option<String>, path: &Option<Path>, field: &str| match path {
        None => Ok(fixed.clone().unwrap_or_default()),
        Some(path) => match data::read(path, scope, field)? {
            Value::String(text) => Ok(text.clone()),
            _ => Err(errors::runtime(format!("The value at '{path}' for {field} is not a text"))),
        },
    };
    Ok(TaskError {
        error: text(&fail.error, &fail.error_path, "ErrorPath")?,
        cause: text(&fail.cause, &fail.cause_path, "CausePath")?,
    })
}

//! Step Functions: starts executions and remembers what became of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use indexmap::IndexMap;
use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    aws::AwsError,
    cloud::Inner,
    driver::Driver,
    functions::InvokeFailure,
    step_functions::{self, HistoryEvent, Host, Outcome, StateMachine, TaskError},
    store::Store,
};

const SPACE: &str = "executions";

/// How many executions are remembered once they are over.
const REMEMBERED: usize = 2_000;

/// One execution of a state machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Execution {
    /// Its name.
    pub name: String,
    /// The ARN of its state machine.
    pub machine: String,
    /// `RUNNING`, `SUCCEEDED`, `FAILED` or `TIMED_OUT`.
    pub status: String,
    /// What it was started with.
    pub input: Value,
    /// What it answered.
    pub output: Option<Value>,
    /// Why it failed.
    pub error: Option<String>,
    /// More about why.
    pub cause: Option<String>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub stopped_at: Option<Timestamp>,
    /// What happened in it.
    pub history: Vec<HistoryEvent>,
}

/// State machines and their executions.
#[derive(Debug)]
pub(crate) struct Executions {
    machines: BTreeMap<String, Arc<StateMachine>>,
    remembered: Mutex<IndexMap<String, Execution>>,
    store: Arc<Store>,
}

impl Executions {
    pub fn new(machines: BTreeMap<String, Arc<StateMachine>>, store: Arc<Store>) -> Self {
        let remembered = Mutex::new(store.load(SPACE).into_iter().collect());
        Self { machines, remembered, store }
    }

    /// The state machine with this ARN.
    pub fn machine(&self, arn: &str) -> Option<&StateMachine> {
        self.machines.get(arn).map(|machine| &**machine)
    }

    /// Those that run, and the last `over` of the others, newest first.
    pub fn latest(&self, over: usize) -> Vec<Execution> {
        let mut left = over;
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |execution: &&Execution| {
            let running = execution.status == "RUNNING";
            let taken = running || left > 0;
            left -= usize::from(taken && !running);
            taken
        };
        remembered.values().rev().filter(wanted).cloned().collect()
    }

    /// The executions that are remembered, oldest first.
    pub fn all(&self) -> Vec<Execution> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// How many are running.
    pub fn running(&self) -> usize {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.values().filter(|execution| execution.status == "RUNNING").count()
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Execution)) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(execution) = remembered.get_mut(name) {
            change(execution);
            if execution.status != "RUNNING" {
                self.store.put(SPACE, name, execution);
            }
        }
    }

    fn add(&self, execution: Execution) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        self.store.put(SPACE, &execution.name, &execution);
        remembered.insert(execution.name.clone(), execution);
        let over = |execution: &Execution| execution.status != "RUNNING";
        if remembered.len() > REMEMBERED
            && let Some(oldest) = remembered.values().find(|execution| over(execution)).map(|e| e.name.clone())
        {
            remembered.shift_remove(&oldest);
            self.store.delete(SPACE, &oldest);
        }
    }
}

impl Inner {
    /// `StartExecution`. Source: Step Functions API reference.
    pub(crate) fn start_execution(self: &Arc<Self>, machine: &str, request: &Value) -> Result<Value, AwsError> {
        if !self.executions.machines.contains_key(machine) {
            let message = format!("State Machine Does Not Exist: '{machine}'");
            return Err(AwsError::client("StateMachineDoesNotExist", message));
        }
        let name = request["name"].as_str().map_or_else(|| self.ids.unique().to_string(), str::to_owned);
        if name.is_empty() || name.len() > 80 {
            return Err(AwsError::client("InvalidName", format!("Invalid Name: '{name}'")));
        }
        let input = request["input"].as_str().unwrap_or("{}");
        let input: Value = serde_json::from_str(input).map_err(|why| {
            AwsError::client("InvalidExecutionInput", format!("Invalid State Machine Execution Input: {why}"))
        })?;
        let started_at = self.clock.now();
        self.meter.note(|readings| readings.executions += 1);
        let execution = Execution {
            name: name.clone(),
            machine: machine.to_owned(),
            status: "RUNNING".to_owned(),
            input,
            output: None,
            error: None,
            cause: None,
            started_at,
            stopped_at: None,
            history: Vec::new(),
        };
        self.executions.add(execution.clone());
        self.driver.note(format_args!("execution {name} starts: {}", execution.input));
        for _ in 0..self.driver.runs(&name) {
            self.spawn(run(Arc::clone(self), execution.clone()));
        }
        let arn = format!("{}:{name}", machine.replace(":stateMachine:", ":execution:"));
        Ok(json!({ "executionArn": arn, "startDate": started_at.as_duration().as_secs_f64() }))
    }

    /// Runs those executions again that a stop of the cloud interrupted: an Express workflow runs at least once.
    ///
    /// Source: Step Functions, "Choosing workflow type": asynchronous Express workflows, at-least-once.
    pub(crate) fn resume_executions(self: &Arc<Self>) {
        for mut execution in self.executions.all().into_iter().filter(|execution| execution.status == "RUNNING") {
            execution.history.clear();
            self.spawn(run(Arc::clone(self), execution));
        }
    }
}

async fn run(cloud: Arc<Inner>, execution: Execution) {
    let Some(machine) = cloud.executions.machines.get(&execution.machine).cloned() else { return };
    let name = execution.name;
    let start = step_functions::Execution {
        id: format!("{}:{name}", execution.machine.replace(":stateMachine:", ":execution:")),
        name: name.clone(),
        input: execution.input,
        started_at: execution.started_at,
    };
    let host = FunctionHost { cloud: Arc::clone(&cloud), execution: name.clone() };
    let mut record = |event: HistoryEvent| cloud.executions.change(&name, |execution| execution.history.push(event));
    let outcome = {
        let _under_way = UnderWay::new(&*cloud.driver, &name);
        machine.run(start, &host, &mut record).await
    };
    let now = cloud.clock.now();
    let seconds = now.duration_since(execution.started_at).as_secs_f64();
    cloud.meter.note(|readings| readings.execution_seconds += seconds);
    cloud.driver.note(format_args!("execution {name} ends: {outcome:?}"));
    cloud.executions.change(&name, |execution| {
        execution.stopped_at = Some(now);
        match outcome {
            Outcome::Succeeded(output) => {
                execution.status = "SUCCEEDED".to_owned();
                execution.output = Some(output);
            }
            Outcome::Failed { error, cause } => {
                execution.status = "FAILED".to_owned();
                (execution.error, execution.cause) = (Some(error), Some(cause));
            }
            Outcome::TimedOut => execution.status = "TIMED_OUT".to_owned(),
        }
    });
}

/// How a state machine reaches functions.
struct FunctionHost {
    cloud: Arc<Inner>,
    execution: String,
}

/// A run of an execution. The driver is told of its end even if the cloud stops.
struct UnderWay<'a>(&'a dyn Driver, &'a str);

impl<'a> UnderWay<'a> {
    fn new(driver: &'a dyn Driver, execution: &'a str) -> Self {
        driver.execution_begun(execution);
        Self(driver, execution)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.execution_ended(self.1);
    }
}

#[async_trait]
impl Host for FunctionHost {
    async fn invoke(&self, function_arn: &str, payload: Value) -> Result<Value, TaskError> {
        let target = self.cloud.function_of(function_arn).unwrap_or_else(|| function_arn.to_owned());
        // A task of its own: a state that has stopped waiting does not stop its function, as in AWS.
        let (answer, wait) = tokio::sync::oneshot::channel();
        let worker = Arc::clone(&self.cloud);
        self.cloud.spawn(async move {
            // Nobody may be waiting any more; then the answer is for nobody.
            let _ = answer.send(worker.invoke(&target, payload).await);
        });
        let answer = wait.await.unwrap_or(Err(InvokeFailure::Lost));
        answer.map_err(|failure| match failure {
            InvokeFailure::Error { name, message } => {
                let cause = json!({ "errorType": name, "errorMessage": message }).to_string();
                TaskError { error: name, cause }
            }
            // Source: Step Functions, "Handling errors": a function that times out reports Sandbox.Timedout.
            timed_out @ InvokeFailure::TimedOut(_) => {
                TaskError { error: "Sandbox.Timedout".to_owned(), cause: timed_out.to_string() }
            }
            // Source: AWS Lambda API, `Invoke`: the errors, as Step Functions names them.
            throttled @ InvokeFailure::Throttled => {
                TaskError { error: "Lambda.TooManyRequestsException".to_owned(), cause: throttled.to_string() }
            }
            lost @ InvokeFailure::Lost => {
                TaskError { error: "Lambda.SdkClientException".to_owned(), cause: lost.to_string() }
            }
            missing @ InvokeFailure::NotFound(_) => {
                TaskError { error: "Lambda.ResourceNotFoundException".to_owned(), cause: missing.to_string() }
            }
        })
    }

    async fn transition(&self) {
        let wait = self.cloud.driver.transition(&self.execution);
        if !wait.is_zero() {
            self.sleep(wait).await;
        }
    }

    async fn sleep(&self, duration: Duration) {
        self.cloud.clock.sleep(duration).await;
    }

    fn now(&self) -> Timestamp {
        self.cloud.clock.now()
    }

    fn random(&self) -> f64 {
        let random = u32::try_from(self.cloud.ids.unique().as_u128() & u128::from(u32::MAX)).unwrap_or_default();
        f64::from(random) / (f64::from(u32::MAX) + 1.0)
    }
}

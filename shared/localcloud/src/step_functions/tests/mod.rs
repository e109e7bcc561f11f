//! The interpreter on a virtual clock, with functions that answer what a test says.

mod bounds;
mod choices;
mod data;
mod failures;
mod faults;
mod history;
mod laws;

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use async_trait::async_trait;
use kernel::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;

const FUNCTION: &str = "arn:aws:lambda:eu-central-1:000000000000:function:f";
const EXECUTION: &str = "arn:aws:states:eu-central-1:000000000000:execution:saga:run-1";

/// What a function does when it is called.
#[derive(Debug, Clone)]
enum Does {
    Answer(Value),
    Fail(&'static str),
    /// Answers after so many seconds.
    Take(u64, Value),
}

/// Functions that do what they are told, one thing per call; on tokio's clock, which the tests pause.
struct FakeHost {
    script: Mutex<VecDeque<Does>>,
    /// When each call came, in milliseconds, and with which payload.
    calls: Mutex<Vec<(u128, Value)>>,
    random: f64,
    begun: Instant,
}

impl FakeHost {
    fn new(script: impl IntoIterator<Item = Does>) -> Self {
        let (script, calls) = (Mutex::new(script.into_iter().collect()), Mutex::default());
        Self { script, calls, random: 0.5, begun: Instant::now() }
    }

    fn payloads(&self) -> Vec<Value> {
        self.calls.lock().unwrap().iter().map(|(_, payload)| payload.clone()).collect()
    }

    fn times(&self) -> Vec<u128> {
        self.calls.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    /// Runs a machine of these states with this input; answers its outcome and its history.
    async fn run(&self, machine: &StateMachine, input: Value) -> (Outcome, Vec<HistoryEvent>) {
        let execution = Execution { id: EXECUTION.to_owned(), name: "run-1".to_owned(), input, started_at: start() };
        let mut history = Vec::new();
        let outcome = machine.run(execution, self, &mut |event| history.push(event)).await;
        (outcome, history)
    }
}

#[async_trait]
impl Host for FakeHost {
    async fn invoke(&self, function_arn: &str, payload: Value) -> Result<Value, TaskError> {
        assert_eq!(function_arn, FUNCTION);
        self.calls.lock().unwrap().push((self.begun.elapsed().as_millis(), payload));
        let does = self.script.lock().unwrap().pop_front().expect("a call that the test did not expect");
        match does {
            Does::Answer(answer) => Ok(answer),
            Does::Fail(error) => Err(TaskError { error: error.to_owned(), cause: "why".to_owned() }),
            Does::Take(seconds, answer) => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(answer)
            }
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn now(&self) -> Timestamp {
        start() + SignedDuration::try_from(self.begun.elapsed()).unwrap()
    }

    fn random(&self) -> f64 {
        self.random
    }
}

fn start() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

/// A machine of these states that starts at `A`.
fn machine(states: Value) -> StateMachine {
    load(json!({ "StartAt": "A", "States": states })).unwrap()
}

fn load(definition: Value) -> Result<StateMachine, Vec<LoadFault>> {
    StateMachine::load(&definition.to_string(), &[])
}

/// A task with these further fields.
fn task(more: Value) -> Value {
    let mut task = json!({ "Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": 5 });
    for (field, value) in more.as_object().unwrap() {
        task[field] = value.clone();
    }
    task
}

fn failed(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed { error, .. } => error,
        other => panic!("{other:?}"),
    }
}

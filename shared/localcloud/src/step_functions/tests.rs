//! State machines, loaded and run.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use kernel::{Clock, ManualClock, SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Execution, HistoryEvent, Host, Outcome, StateMachine, TaskError};

/// Answers from a list; sleeping moves its clock at once.
struct Script {
    answers: Mutex<Vec<Result<Value, TaskError>>>,
    calls: Mutex<Vec<Value>>,
    sleeps: Mutex<Vec<f64>>,
    clock: ManualClock,
    never_answers: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl Script {
    fn new(mut answers: Vec<Result<Value, TaskError>>) -> Self {
        answers.reverse();
        let clock = ManualClock::at("2026-11-24T00:00:00Z".parse().unwrap());
        Self { answers: answers.into(), calls: Mutex::default(), sleeps: Mutex::default(), clock, never_answers: false }
    }
}

#[async_trait]
impl Host for Script {
    async fn invoke(&self, _: &str, payload: Value) -> Result<Value, TaskError> {
        lock(&self.calls).push(payload);
        if self.never_answers {
            std::future::pending::<()>().await;
        }
        let answer = lock(&self.answers).pop();
        answer.unwrap_or_else(|| Ok(json!({})))
    }

    async fn sleep(&self, duration: Duration) {
        // Gives way once, so that a call that is answered at once comes before its time limit.
        tokio::task::yield_now().await;
        lock(&self.sleeps).push(duration.as_secs_f64());
        self.clock.advance(SignedDuration::try_from(duration).unwrap());
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn random(&self) -> f64 {
        0.5
    }
}

fn machine(states: Value) -> StateMachine {
    StateMachine::load(&json!({ "StartAt": "A", "States": states }).to_string(), &[]).unwrap()
}

fn task(extra: Value) -> Value {
    let mut task = json!({ "Type": "Task", "Resource": "arn:aws:lambda:eu-central-1:0:function:f", "End": true });
    for (name, value) in extra.as_object().unwrap() {
        task[name] = value.clone();
    }
    task
}

async fn run(machine: &StateMachine, input: Value, host: &Script) -> (Outcome, Vec<HistoryEvent>) {
    let execution = Execution { id: "arn:x".to_owned(), name: "x".to_owned(), input, started_at: host.now() };
    let mut history = Vec::new();
    let outcome = machine.run(execution, host, &mut |event| history.push(event)).await;
    (outcome, history)
}

fn error(name: &str) -> Result<Value, TaskError> {
    Err(TaskError::new(name, "because"))
}

#[test]
fn what_is_wrong_or_not_modelled_is_a_fault() {
    let pass = json!({ "Type": "Pass", "End": true });
    let faulty = |states: Value| StateMachine::load(&json!({ "StartAt": "A", "States": states }).to_string(), &[]);
    let table = [
        (json!({ "A": { "Type": "Parallel", "Branches": [], "End": true } }), "unknown variant `Parallel`"),
        (json!({ "A": { "Type": "Pass", "End": true, "Colour": 1 } }), "unknown field `Colour`"),
        (json!({ "A": { "Type": "Pass" } }), "either Next or"),
        (json!({ "A": { "Type": "Pass", "Next": "B", "End": true }, "B": pass }), "either Next or"),
        (json!({ "A": { "Type": "Pass", "Next": "B" } }), "which is no state"),
        (json!({ "B": pass }), "StartAt names no state"),
        (json!({ "A": pass, "B": pass }), "no state leads to it"),
        (json!({ "A": { "Type": "Pass", "Next": "A" } }), "no state ends it"),
        (json!({ "A": { "Type": "Pass", "End": true, "QueryLanguage": "JSONata" } }), "JSONPath only"),
        (json!({ "A": { "Type": "Pass", "End": true, "Parameters": { "x.$": "States.UUID()" } } }), "intrinsic function"),
        (json!({ "A": { "Type": "Pass", "End": true, "InputPath": "$..x" } }), "not a reference path"),
        (json!({ "A": task(json!({ "Resource": "arn:aws:states:::sqs:sendMessage" })) }), "must be a function's ARN"),
        (json!({ "A": task(json!({ "TimeoutSeconds": 0 })) }), "must be positive"),
        (json!({ "A": task(json!({ "Retry": [{ "ErrorEquals": ["States.ALL", "X"] }] })) }), "alone and last"),
        (json!({ "A": task(json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Z" }] })) }), "which is no state"),
        (json!({ "A": task(json!({ "Retry": [{ "ErrorEquals": ["X"], "BackoffRate": 0.5 }] })) }), "out of bounds"),
        (json!({ "A": { "Type": "Choice", "Choices": [{ "Variable": "$.x", "StringMatches": "a*", "Next": "B" }] }, "B": pass }), "is not modelled"),
        (json!({ "A": { "Type": "Choice", "Choices": [{ "Variable": "$.x", "NumericEquals": "1", "Next": "B" }] }, "B": pass }), "another kind"),
    ];
    for (states, expected) in table {
        let faults = faulty(states.clone()).unwrap_err();
        let said = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert!(said.contains(expected), "{states}: {said}");
    }
    assert!(StateMachine::load("{}", &[]).is_err());
    assert!(StateMachine::load(r#"{"StartAt":"${a}","States":{}}"#, &[]).unwrap_err()[0].what.contains("${a}"));
}

#[tokio::test]
async fn choices_compare_as_the_language_says() {
    let table = [
        (json!({ "StringEquals": "a" }), json!("a"), true),
        (json!({ "StringEquals": "a" }), json!(1), false),
        (json!({ "StringLessThan": "b" }), json!("a"), true),
        (json!({ "StringGreaterThanEquals": "b" }), json!("a"), false),
        (json!({ "NumericEquals": 1 }), json!(1.0), true),
        (json!({ "NumericGreaterThan": 1 }), json!(2), true),
        (json!({ "NumericLessThanEquals": 1 }), json!(2), false),
        (json!({ "BooleanEquals": true }), json!(true), true),
        (json!({ "TimestampLessThan": "2026-01-02T00:00:00Z" }), json!("2026-01-01T00:00:00Z"), true),
        (json!({ "StringEqualsPath": "$.other" }), json!("same"), true),
        (json!({ "IsNull": true }), json!(null), true),
        (json!({ "IsString": false }), json!("a"), false),
        (json!({ "IsNumeric": true }), json!(1), true),
        (json!({ "IsBoolean": true }), json!("true"), false),
        (json!({ "IsTimestamp": true }), json!("2026-01-01T00:00:00Z"), true),
        (json!({ "IsPresent": false }), json!("a"), false),
    ];
    for (mut rule, value, expected) in table {
        rule["Variable"] = json!("$.x");
        for negated in [false, true] {
            let mut choice = if negated { json!({ "Not": rule }) } else { rule.clone() };
            choice["Next"] = json!("Yes");
            let states = json!({
                "A": { "Type": "Choice", "Choices": [choice], "Default": "No" },
                "Yes": { "Type": "Succeed" },
                "No": { "Type": "Fail", "Error": "No" },
            });
            let (outcome, _) = run(&machine(states), json!({ "x": value, "other": "same" }), &Script::new(vec![])).await;
            assert_eq!(matches!(outcome, Outcome::Succeeded(_)), expected != negated, "{rule} {value}");
        }
    }
}

#[tokio::test]
async fn a_choice_without_an_answer_fails() {
    let choices = json!([{ "Variable": "$.x", "IsPresent": true, "Next": "B" }]);
    let states = json!({ "A": { "Type": "Choice", "Choices": choices }, "B": { "Type": "Succeed" } });
    let (outcome, _) = run(&machine(states), json!({}), &Script::new(vec![])).await;
    assert!(matches!(outcome, Outcome::Failed { error, .. } if error == "States.NoChoiceMatched"));
}

#[tokio::test]
async fn retries_back_off_up_to_the_longest_delay_with_full_jitter() {
    let retry = json!([{ "ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 2.0, "MaxDelaySeconds": 5, "JitterStrategy": "FULL" }]);
    let host = Script::new(vec![error("Busy"); 5]);
    let (outcome, _) = run(&machine(json!({ "A": task(json!({ "Retry": retry })) })), json!({}), &host).await;
    assert!(matches!(outcome, Outcome::Failed { error, .. } if error == "Busy"));
    assert_eq!(*lock(&host.sleeps), [1.0, 2.0, 2.5, 2.5]);
    assert_eq!(lock(&host.calls).len(), 5);
}

#[tokio::test]
async fn errors_without_a_retrier_are_caught_and_put_where_told() {
    let catch = json!([{ "ErrorEquals": ["Other"], "Next": "C" }, { "ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "B" }]);
    let states = json!({ "A": task(json!({ "Catch": catch })), "B": { "Type": "Succeed" }, "C": { "Type": "Fail" } });
    let (outcome, _) = run(&machine(states), json!({ "kept": 1 }), &Script::new(vec![error("Broken")])).await;
    assert_eq!(outcome, Outcome::Succeeded(json!({ "kept": 1, "failure": { "Error": "Broken", "Cause": "because" } })));
}

#[tokio::test]
async fn a_task_that_does_not_answer_times_out() {
    let mut host = Script::new(vec![]);
    host.never_answers = true;
    let retry = json!([{ "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 9 }, { "ErrorEquals": ["States.Timeout"], "MaxAttempts": 1 }]);
    let (outcome, history) = run(&machine(json!({ "A": task(json!({ "TimeoutSeconds": 7, "Retry": retry })) })), json!({}), &host).await;
    assert!(matches!(outcome, Outcome::Failed { error, .. } if error == "States.Timeout"));
    assert_eq!(*lock(&host.sleeps), [7.0, 1.0, 7.0], "timed out, waited, timed out: States.TaskFailed is not for time-outs");
    assert_eq!(history.iter().filter(|event| event.kind == "TaskTimedOut").count(), 2);
}

#[tokio::test]
async fn a_run_has_a_time_limit_too() {
    let mut host = Script::new(vec![]);
    host.never_answers = true;
    let definition = json!({ "StartAt": "A", "TimeoutSeconds": 60, "States": { "A": task(json!({})) } });
    let machine = StateMachine::load(&definition.to_string(), &[]).unwrap();
    assert_eq!(run(&machine, json!({}), &host).await.0, Outcome::TimedOut);
}

#[tokio::test]
async fn input_parameters_result_and_output_are_taken_in_order() {
    let extra = json!({
        "InputPath": "$.in",
        "Parameters": { "a.$": "$.a", "name.$": "$$.Execution.Name", "fixed": [1, { "deep.$": "$.a" }] },
        "ResultSelector": { "picked.$": "$.x.y" },
        "ResultPath": "$.out.result",
        "OutputPath": "$.out",
    });
    let host = Script::new(vec![Ok(json!({ "x": { "y": 5 } }))]);
    let (outcome, _) = run(&machine(json!({ "A": task(extra) })), json!({ "in": { "a": 3 } }), &host).await;
    assert_eq!(*lock(&host.calls), [json!({ "a": 3, "name": "x", "fixed": [1, { "deep": 3 }] })]);
    assert_eq!(outcome, Outcome::Succeeded(json!({ "result": { "picked": 5 } })));
}

#[tokio::test]
async fn a_null_result_path_throws_the_result_away() {
    let host = Script::new(vec![Ok(json!({ "big": true }))]);
    let (outcome, _) = run(&machine(json!({ "A": task(json!({ "ResultPath": null })) })), json!({ "kept": 1 }), &host).await;
    assert_eq!(outcome, Outcome::Succeeded(json!({ "kept": 1 })));
}

#[tokio::test]
async fn results_in_the_way_of_something_else_and_results_too_large_fail() {
    let (outcome, _) = run(&machine(json!({ "A": task(json!({ "ResultPath": "$.x.y" })) })), json!({ "x": 1 }), &Script::new(vec![])).await;
    assert!(matches!(outcome, Outcome::Failed { error, .. } if error == "States.ResultPathMatchFailure"));
    let large = Ok(json!("x".repeat(300_000)));
    let caught = json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }], "End": true });
    let states = json!({ "A": task(caught), "B": { "Type": "Succeed" } });
    let (outcome, _) = run(&machine(states), json!({}), &Script::new(vec![large])).await;
    assert!(matches!(outcome, Outcome::Failed { error, .. } if error == "States.DataLimitExceeded"), "it cannot be caught");
}

#[tokio::test]
async fn the_history_tells_what_happened() {
    let states = json!({ "A": task(json!({ "Next": "B", "End": null })), "B": { "Type": "Succeed" } });
    let (_, history) = run(&machine(states), json!({}), &Script::new(vec![])).await;
    let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskSucceeded", "TaskStateExited", "SucceedStateEntered",
        "ExecutionSucceeded",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn the_longest_run_is_known_or_said_to_be_unknown() {
    let retry = json!([{ "ErrorEquals": ["X"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2 }]);
    let timed = task(json!({ "TimeoutSeconds": 10, "Retry": retry }));
    assert_eq!(machine(json!({ "A": timed })).worst_case(), Some(Duration::from_secs(33)));
    assert_eq!(machine(json!({ "A": task(json!({})) })).worst_case(), None);
    let looping = json!({
        "A": { "Type": "Choice", "Choices": [{ "Variable": "$.x", "IsPresent": true, "Next": "B" }], "Default": "A" },
        "B": { "Type": "Succeed" },
    });
    assert_eq!(machine(looping).worst_case(), None);
}

//! What an execution leaves behind.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_history_of_a_small_run() {
    let states = json!({
        "A": task(json!({
            "Retry": [{ "ErrorEquals": ["E"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "B" }],
            "Next": "B",
        })),
        "B": { "Type": "Fail", "Error": "Interrupted" },
    });
    let host = FakeHost::new([Does::Fail("E"), Does::Take(9, json!(1))]);
    let (_, history) = host.run(&machine(states), json!({ "a": 1 })).await;
    let scheduled = json!({ "resource": FUNCTION, "input": { "a": 1 }, "timeoutInSeconds": 5 });
    let output = json!({ "a": 1, "failure": { "Error": "States.Timeout", "Cause": "" } });
    let event = |seconds: u64, kind: &str, state: Option<&str>, detail: Value| {
        let at = format!("2026-03-01T10:00:0{seconds}Z");
        json!({ "at": at, "type": kind, "state": state, "detail": detail })
    };
    let expected = json!([
        event(0, "ExecutionStarted", None, json!({ "input": { "a": 1 } })),
        event(0, "TaskStateEntered", Some("A"), json!({ "input": { "a": 1 } })),
        event(0, "LambdaFunctionScheduled", Some("A"), scheduled.clone()),
        event(0, "LambdaFunctionFailed", Some("A"), json!({ "error": "E", "cause": "why" })),
        event(0, "TaskRetried", Some("A"), json!({ "error": "E", "retry": 1, "delayInSeconds": 1.0 })),
        event(1, "LambdaFunctionScheduled", Some("A"), scheduled),
        event(6, "LambdaFunctionTimedOut", Some("A"), json!({ "error": "States.Timeout" })),
        event(6, "TaskStateExited", Some("A"), json!({ "output": output })),
        event(6, "FailStateEntered", Some("B"), json!({ "input": output })),
        event(6, "ExecutionFailed", None, json!({ "error": "Interrupted", "cause": "" })),
    ]);
    assert_eq!(serde_json::to_value(&history).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Vec<HistoryEvent>>(expected).unwrap(), history);
}

#[test]
fn the_states_can_be_drawn() {
    let machine = machine(json!({
        "A": { "Type": "Choice", "Comment": "Which way?", "Default": "C", "Choices": [
            { "Variable": "$.x", "StringEquals": "b", "Next": "B" },
            { "Not": { "Variable": "$.x", "IsNull": true }, "Next": "C" }] },
        "B": task(json!({ "Catch": [{ "ErrorEquals": ["E", "F"], "Next": "D" }], "Next": "C" })),
        "C": { "Type": "Succeed" },
        "D": { "Type": "Fail" },
    }));
    let drawn = serde_json::to_value(machine.states()).unwrap();
    let way = |to: &str, when: Option<&str>| json!({ "to": to, "when": when });
    assert_eq!(machine.start_at(), "A");
    assert_eq!(
        drawn,
        json!([
            { "name": "A", "kind": "Choice", "comment": "Which way?", "transitions": [
                way("B", Some("$.x StringEquals \"b\"")),
                way("C", Some("{\"Not\":{\"Variable\":\"$.x\",\"IsNull\":true}}")),
                way("C", Some("otherwise"))] },
            { "name": "B", "kind": "Task", "comment": null, "transitions": [way("C", None), way("D", Some("E, F"))] },
            { "name": "C", "kind": "Succeed", "comment": null, "transitions": [] },
            { "name": "D", "kind": "Fail", "comment": null, "transitions": [] },
        ])
    );
}

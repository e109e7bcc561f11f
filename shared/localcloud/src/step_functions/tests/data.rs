//! Input and output processing.

use super::*;

async fn run_one(state: Value, answer: Value, input: Value) -> (Outcome, Vec<Value>) {
    let host = FakeHost::new([Does::Answer(answer)]);
    let outcome = host.run(&machine(json!({ "A": state })), input).await.0;
    (outcome, host.payloads())
}

#[tokio::test]
async fn the_fields_are_applied_in_order() {
    let state = task(json!({
        "InputPath": "$.order",
        "Parameters": { "id.$": "$.id", "list": [{ "again.$": "$.id" }], "fixed": { "deep": true } },
        "ResultSelector": { "picked.$": "$.a", "name.$": "$$.State.Name" },
        "ResultPath": "$.order.answer",
        "OutputPath": "$.order",
        "End": true,
    }));
    let (outcome, payloads) = run_one(state, json!({ "a": 1, "b": 2 }), json!({ "order": { "id": 7 }, "x": 0 })).await;
    assert_eq!(payloads, [json!({ "id": 7, "list": [{ "again": 7 }], "fixed": { "deep": true } })]);
    assert_eq!(outcome, Outcome::Succeeded(json!({ "id": 7, "answer": { "picked": 1, "name": "A" } })));
}

#[tokio::test]
async fn where_a_result_goes() {
    let input = || json!({ "a": 1, "b": { "c": [0, 0] } });
    for (result_path, output) in [
        (json!("$"), json!("new")),
        (json!(null), input()),
        (json!("$.a"), json!({ "a": "new", "b": { "c": [0, 0] } })),
        (json!("$.b.d.e"), json!({ "a": 1, "b": { "c": [0, 0], "d": { "e": "new" } } })),
        (json!("$.b.c[1]"), json!({ "a": 1, "b": { "c": [0, "new"] } })),
    ] {
        let state = task(json!({ "ResultPath": result_path, "End": true }));
        let (outcome, _) = run_one(state, json!("new"), input()).await;
        assert_eq!(outcome, Outcome::Succeeded(output), "{result_path}");
    }
    for result_path in ["$.a.x", "$.b.c[2]", "$.b.c.x"] {
        let state = task(json!({ "ResultPath": result_path, "End": true }));
        let (outcome, _) = run_one(state, json!("new"), input()).await;
        assert_eq!(failed(outcome), "States.ResultPathMatchFailure", "{result_path}");
    }
}

#[tokio::test]
async fn null_paths_select_an_empty_object() {
    let (outcome, payloads) = run_one(task(json!({ "InputPath": null, "End": true })), json!(1), json!("in")).await;
    assert_eq!((outcome, payloads), (Outcome::Succeeded(json!(1)), vec![json!({})]));
    let (outcome, _) = run_one(task(json!({ "OutputPath": null, "End": true })), json!(1), json!("in")).await;
    assert_eq!(outcome, Outcome::Succeeded(json!({})));
}

#[tokio::test]
async fn a_path_to_nothing_fails_the_execution_whatever_is_caught() {
    for field in ["InputPath", "OutputPath", "Parameters", "ResultSelector"] {
        let path = if field.ends_with("Path") { json!("$.missing") } else { json!({ "x.$": "$.missing" }) };
        let catch = json!([{ "ErrorEquals": ["States.ALL"], "Next": "B" }]);
        let state = task(json!({ field: path, "Catch": catch, "End": true }));
        let host = FakeHost::new([Does::Answer(json!({}))]);
        let machine = machine(json!({ "A": state, "B": { "Type": "Succeed" } }));
        assert_eq!(failed(host.run(&machine, json!({})).await.0), "States.Runtime", "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_context_object_tells_about_execution_and_state() {
    let template = json!({
        "id.$": "$$.Execution.Id", "name.$": "$$.Execution.Name", "input.$": "$$.Execution.Input.x",
        "started.$": "$$.Execution.StartTime", "state.$": "$$.State.Name", "entered.$": "$$.State.EnteredTime",
        "retries.$": "$$.State.RetryCount", "machine.$": "$$.StateMachine.Name", "arn.$": "$$.StateMachine.Id",
    });
    let states = json!({
        "A": { "Type": "Wait", "Seconds": 2, "Next": "B" },
        "B": { "Type": "Pass", "Parameters": template, "End": true },
    });
    let outcome = FakeHost::new([]).run(&machine(states), json!({ "x": 1 })).await.0;
    assert_eq!(
        outcome,
        Outcome::Succeeded(json!({
            "id": EXECUTION, "name": "run-1", "input": 1, "started": "2026-03-01T10:00:00.000Z", "state": "B",
            "entered": "2026-03-01T10:00:02.000Z", "retries": 0, "machine": "saga",
            "arn": "arn:aws:states:eu-central-1:000000000000:stateMachine:saga",
        }))
    );
}

#[tokio::test]
async fn pass_and_succeed_rearrange_data() {
    let states = json!({
        "A": { "Type": "Pass", "Result": null, "ResultPath": "$.nothing", "Next": "B" },
        "B": { "Type": "Pass", "InputPath": "$.a", "ResultPath": "$.copy", "Next": "C" },
        "C": { "Type": "Succeed", "InputPath": "$", "OutputPath": "$.copy" },
    });
    let (outcome, history) = FakeHost::new([]).run(&machine(states), json!({ "a": 1 })).await;
    assert_eq!(outcome, Outcome::Succeeded(json!(1)));
    assert!(history.iter().any(|event| event.detail["output"] == json!({ "a": 1, "nothing": null, "copy": 1 })));
}

#[tokio::test]
async fn data_has_a_limit_in_bytes_that_only_its_own_name_catches() {
    let big = |bytes: usize| json!("ü".repeat((bytes - 2) / 2));
    let limit = 262_144;
    let (fits, does_not) = (big(limit), big(limit + 2));
    let run = async |state: Value, answer: &Value, input: &Value| run_one(state, answer.clone(), input.clone()).await.0;
    let end = || task(json!({ "End": true }));
    let small = json!({});
    assert!(matches!(run(end(), &fits, &small).await, Outcome::Succeeded(_)));
    assert_eq!(failed(run(end(), &does_not, &small).await), "States.DataLimitExceeded");
    assert_eq!(failed(run(end(), &small, &does_not).await), "States.DataLimitExceeded");
    let both = task(json!({ "Parameters": { "a.$": "$", "b.$": "$" }, "End": true }));
    assert_eq!(failed(run(both, &small, &fits).await), "States.DataLimitExceeded");
    let joined = task(json!({ "ResultPath": "$.b", "End": true }));
    assert_eq!(failed(run(joined, &fits, &json!({ "a": 1 })).await), "States.DataLimitExceeded");

    for (listed, caught) in [("States.ALL", false), ("States.TaskFailed", false), ("States.DataLimitExceeded", true)] {
        let catch = json!([{ "ErrorEquals": [listed], "Next": "B" }]);
        let machine = machine(json!({ "A": task(json!({ "Catch": catch, "End": true })), "B": { "Type": "Succeed" } }));
        let outcome = FakeHost::new([Does::Answer(does_not.clone())]).run(&machine, json!({})).await.0;
        assert_eq!(matches!(outcome, Outcome::Succeeded(_)), caught, "{listed}");
    }
}

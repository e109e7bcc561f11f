//! What `load` refuses.

use super::*;

/// The faults of a machine that is right but for state `A`.
fn faults_of(state: Value) -> String {
    faults_in(
        json!({ "StartAt": "A", "States": { "A": state, "B": { "Type": "Succeed" }, "C": { "Type": "Succeed" } } }),
    )
}

fn faults_in(definition: Value) -> String {
    match load(definition) {
        Ok(_) => "none".to_owned(),
        Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}

fn check(table: Vec<(Value, &str)>) {
    for (state, fault) in table {
        let found = faults_of(state.clone());
        assert!(found.contains(fault), "{state}\n  has   {found}\n  wants {fault}");
    }
}

#[test]
fn states_that_are_wrong() {
    check(vec![
        (json!({}), "A: it has no Type"),
        (json!({ "Type": "Parallel", "End": true }), "A: the type Parallel is not supported"),
        (json!({ "Type": "Map", "End": true }), "A: the type Map is not supported"),
        (json!({ "Type": "Pass" }), "A: it must have either a Next or an End"),
        (json!({ "Type": "Pass", "Next": "B", "End": true }), "A: it must have either a Next or an End"),
        (json!({ "Type": "Pass", "End": false }), "A: it must have either a Next or an End"),
        (json!({ "Type": "Pass", "Next": "X" }), "A: X is not a state"),
        (json!({ "Type": "Pass", "End": true, "Comment": 1 }), "A: the Comment must be a text"),
        (json!({ "Type": "Pass", "End": true, "QueryLanguage": "JSONata" }), "A: unknown field `QueryLanguage`"),
        (json!({ "Type": "Pass", "End": true, "Assign": {} }), "A: unknown field `Assign`"),
        (json!({ "Type": "Pass", "End": true, "Parameters": null }), "A: invalid type: null"),
        (json!({ "Type": "Pass", "End": true, "Parameters": [] }), "A: invalid type: sequence"),
        (json!({ "Type": "Pass", "End": true, "Result": 1, "Parameters": {} }), "Parameters would be ignored"),
        (json!({ "Type": "Pass", "End": true, "Parameters": { "a.$": 1 } }), "\"a.$\" must be a path"),
        (json!({ "Type": "Pass", "End": true, "Parameters": { "a": 1, "a.$": "$" } }), "\"a\" is given twice"),
        (json!({ "Type": "Pass", "End": true, "Parameters": { "a": [{ "b.$": "x" }] } }), "does not start with $"),
        (json!({ "Type": "Pass", "End": true, "Parameters": { "a.$": "States.UUID()" } }), "intrinsic function"),
        (json!({ "Type": "Pass", "End": true, "Parameters": { "a.$": "$$.Task.Token" } }), "not in the context object"),
        (json!({ "Type": "Pass", "End": true, "InputPath": "$.a[*]" }), "not a reference path"),
        (json!({ "Type": "Pass", "End": true, "ResultPath": "$$.State" }), "ResultPath cannot point into $$"),
        (json!({ "Type": "Succeed", "End": true }), "A: unknown field `End`"),
        (json!({ "Type": "Fail", "InputPath": "$" }), "A: unknown field `InputPath`"),
        (json!({ "Type": "Fail", "Error": "E", "ErrorPath": "$.e" }), "both Error and ErrorPath"),
        (json!({ "Type": "Fail", "Cause": "C", "CausePath": "$.c" }), "both Cause and CausePath"),
        (json!({ "Type": "Fail", "Error": "States.Mine" }), "are reserved"),
        (json!({ "Type": "Wait", "Next": "B" }), "exactly one of Seconds"),
        (json!({ "Type": "Wait", "Next": "B", "Seconds": 1, "SecondsPath": "$.s" }), "exactly one of Seconds"),
        (json!({ "Type": "Wait", "Next": "B", "Seconds": -1 }), "A: invalid value"),
        (json!({ "Type": "Wait", "Next": "B", "Timestamp": "2026-03-01 10:00:00" }), "is not a timestamp"),
    ]);
}

#[test]
fn tasks_that_are_wrong() {
    let retry = |retrier: Value| task(json!({ "Next": "B", "Retry": [retrier] }));
    check(vec![
        (json!({ "Type": "Task", "Next": "B" }), "A: missing field `Resource`"),
        (task(json!({ "Next": "B", "Resource": "arn:aws:states:::lambda:invoke" })), "not a Lambda function's ARN"),
        (task(json!({ "Next": "B", "Resource": format!("{FUNCTION}:live:x") })), "not a Lambda function's ARN"),
        (task(json!({ "Next": "B", "Resource": format!("{FUNCTION}:") })), "not a Lambda function's ARN"),
        (task(json!({ "Next": "B", "TimeoutSeconds": 0 })), "must be positive"),
        (task(json!({ "Next": "B", "TimeoutSeconds": 1.5 })), "A: invalid type: floating point"),
        (task(json!({ "Next": "B", "TimeoutSeconds": 100_000_000 })), "more than 99999999"),
        (task(json!({ "Next": "B", "HeartbeatSeconds": 1 })), "A: unknown field `HeartbeatSeconds`"),
        (task(json!({ "Next": "B", "Retry": [[["E"]]] })), "A: invalid type: sequence"),
        (task(json!({ "Next": "B", "Retry": null })), "A: invalid type: null"),
        (task(json!({ "Next": "B", "Catch": [{ "ErrorEquals": ["E"], "Next": "X" }] })), "A: X is not a state"),
        (task(json!({ "Next": "B", "Catch": [{ "ErrorEquals": [], "Next": "B" }] })), "ErrorEquals without errors"),
        (task(json!({ "Next": "B", "Catch": [{ "ErrorEquals": ["E"] }] })), "missing field `Next`"),
        (
            task(json!({ "Next": "B", "Catch": [{ "ErrorEquals": ["States.Runtime"], "Next": "B" }] })),
            "it can never get",
        ),
        (
            task(json!({ "Next": "B", "Catch": [
                { "ErrorEquals": ["States.ALL"], "Next": "B" }, { "ErrorEquals": ["E"], "Next": "B" }] })),
            "in Catch, States.ALL must stand alone and last",
        ),
        (retry(json!({ "ErrorEquals": ["States.ALL", "E"] })), "in Retry, States.ALL must stand alone and last"),
        (retry(json!({ "ErrorEquals": ["States.Unheard"] })), "it can never get"),
        (retry(json!({ "ErrorEquals": ["E"], "IntervalSeconds": 0 })), "must be positive"),
        (retry(json!({ "ErrorEquals": ["E"], "MaxAttempts": -1 })), "A: invalid value"),
        (retry(json!({ "ErrorEquals": ["E"], "MaxAttempts": 100_000_000 })), "MaxAttempts must be at most"),
        (retry(json!({ "ErrorEquals": ["E"], "BackoffRate": 0.9 })), "BackoffRate must be at least"),
        (retry(json!({ "ErrorEquals": ["E"], "MaxDelaySeconds": 31_622_400 })), "must be less than 31622400"),
        (
            retry(json!({ "ErrorEquals": ["E"], "IntervalSeconds": 5, "MaxDelaySeconds": 4 })),
            "less than IntervalSeconds",
        ),
        (retry(json!({ "ErrorEquals": ["E"], "JitterStrategy": "EQUAL" })), "unknown variant `EQUAL`"),
        (retry(json!({ "ErrorEquals": ["E"], "Backoff": 2 })), "unknown field `Backoff`"),
    ]);
}

#[test]
fn choices_that_are_wrong() {
    let rule = |rule: Value| json!({ "Type": "Choice", "Choices": [rule], "Default": "C" });
    let test = |operator: &str, operand: Value| rule(json!({ "Variable": "$.x", operator: operand, "Next": "B" }));
    check(vec![
        (json!({ "Type": "Choice", "Choices": [], "Default": "B" }), "A: it has no Choices"),
        (json!({ "Type": "Choice", "Choices": [], "Next": "B" }), "A: unknown field `Next`"),
        (rule(json!({ "Variable": "$.x", "IsNull": true })), "must have a Next"),
        (rule(json!({ "Variable": "$.x", "IsNull": true, "Next": "X" })), "A: X is not a state"),
        (rule(json!({ "Variable": "$.x", "Next": "B" })), "exactly one operator"),
        (rule(json!({ "Variable": "$.x", "IsNull": true, "IsString": true, "Next": "B" })), "exactly one operator"),
        (rule(json!({ "IsNull": true, "Next": "B" })), "IsNull is not a choice operator that fits"),
        (rule(json!({ "And": [], "Next": "B" })), "must list conditions"),
        (
            rule(json!({ "Not": { "Variable": "$.x", "IsNull": true, "Next": "B" }, "Next": "B" })),
            "exactly one operator",
        ),
        (test("StringEqual", json!("a")), "StringEqual is not a choice operator"),
        (test("BooleanLessThan", json!(true)), "BooleanLessThan is not a choice operator"),
        (test("StringMatchesPath", json!("$.y")), "StringMatchesPath is not a choice operator"),
        (test("StringEquals", json!(1)), "StringEquals cannot be given 1"),
        (test("NumericEquals", json!("1")), "NumericEquals cannot be given"),
        (test("TimestampEquals", json!("today")), "TimestampEquals cannot be given"),
        (test("NumericEqualsPath", json!(1)), "NumericEqualsPath cannot be given 1"),
        (test("NumericEqualsPath", json!("$.a[*]")), "not a reference path"),
        (test("IsPresent", json!("yes")), "IsPresent"),
        (test("StringMatches", json!("a\\b")), "must stand before"),
    ]);
}

#[test]
fn machines_that_are_wrong() {
    let end = json!({ "A": { "Type": "Succeed" } });
    let a_and_b = json!({ "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Pass", "Next": "A" } });
    for (definition, fault) in [
        (json!(["A", {}]), "a definition must be an object"),
        (json!({ "States": end }), "missing field `StartAt`"),
        (json!({ "StartAt": "A" }), "missing field `States`"),
        (json!({ "StartAt": "X", "States": end }), "StartAt names no state: X"),
        (json!({ "StartAt": "A", "States": end, "Version": "2.0" }), "the Version must be 1.0"),
        (json!({ "StartAt": "A", "States": end, "TimeoutSeconds": 0 }), "must be positive"),
        (json!({ "StartAt": "A", "States": end, "QueryLanguage": "JSONata" }), "unknown field `QueryLanguage`"),
        (json!({ "StartAt": "A", "States": a_and_b }), "no state ends the execution"),
        (json!({ "StartAt": "A", "States": { "A": end["A"], "B": end["A"] } }), "B: it cannot be reached"),
        (json!({ "StartAt": "", "States": { "": end["A"] } }), "must have 1 to 80 characters"),
    ] {
        let found = faults_in(definition.clone());
        assert!(found.contains(fault), "{definition}\n  has   {found}\n  wants {fault}");
    }
}

#[test]
fn all_faults_are_collected() {
    let found = faults_in(json!({ "StartAt": "A", "Version": "3", "States": {
        "A": { "Type": "Map" },
        "B": task(json!({ "End": true, "Retry": [{ "ErrorEquals": [], "BackoffRate": 0.5 }] })),
    } }));
    for fault in ["Version", "A: the type Map", "B: Retry has an ErrorEquals", "B: BackoffRate"] {
        assert!(found.contains(fault), "{found}");
    }
}

#[test]
fn placeholders_and_names_are_checked_before_the_json_means_anything() {
    let pass = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${functions}f","End":true}}}"#;
    let prefix = FUNCTION.strip_suffix('f').unwrap();
    let machine = StateMachine::load(pass, &[("functions", prefix)]).unwrap();
    assert_eq!(machine.functions().into_iter().collect::<Vec<_>>(), [FUNCTION]);
    let fault = |json: &str| StateMachine::load(json, &[]).unwrap_err()[0].to_string();
    assert!(fault(pass).contains("${functions} has no value"));
    assert!(
        fault(r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"},"A":{"Type":"Fail"}}}"#)
            .contains("\"A\" is given twice")
    );
    assert!(fault("{").contains("EOF"));
}

//! How long an execution can take.

use super::*;

fn seconds(states: Value) -> Option<u64> {
    machine(states).worst_case().map(|longest| longest.as_secs())
}

#[test]
fn the_longest_way_with_every_retry_and_time_out() {
    // Three calls of 5 s, and delays of 1 and 2 s.
    let retry = json!([{ "ErrorEquals": ["E"], "MaxAttempts": 2, "JitterStrategy": "FULL" }]);
    assert_eq!(seconds(json!({ "A": task(json!({ "Retry": retry, "End": true })) })), Some(18));
    // Two retriers add up: 1 + 2 + 3 calls, 3 s and 2 + 3 + 3 s.
    let retry = json!([
        { "ErrorEquals": ["E"], "MaxAttempts": 2 },
        { "ErrorEquals": ["F"], "IntervalSeconds": 2, "MaxDelaySeconds": 3 },
    ]);
    assert_eq!(seconds(json!({ "A": task(json!({ "Retry": retry, "End": true })) })), Some(41));
    // By way of a catcher: 5 + 7 + 5; not by the shorter way: 5 + 5.
    let catch = json!([{ "ErrorEquals": ["States.ALL"], "Next": "W" }]);
    let states = json!({
        "A": task(json!({ "Catch": catch, "Next": "B" })),
        "W": { "Type": "Wait", "Seconds": 7, "Next": "B" },
        "B": task(json!({ "End": true })),
    });
    assert_eq!(seconds(states), Some(17));
}

#[test]
fn millions_of_retries_are_no_trouble() {
    let retry = |more: Value| {
        let mut retrier = json!({ "ErrorEquals": ["E"], "MaxAttempts": 99_999_999 });
        retrier.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "A": task(json!({ "Retry": [retrier], "End": true })) })
    };
    assert_eq!(seconds(retry(json!({ "BackoffRate": 1 }))), Some(5 * 100_000_000 + 99_999_999));
    assert_eq!(seconds(retry(json!({ "MaxDelaySeconds": 4 }))), Some(5 * 100_000_000 + 1 + 2 + 99_999_997 * 4));
}

#[test]
fn what_has_no_bound() {
    let unlimited = json!({ "A": { "Type": "Task", "Resource": FUNCTION, "End": true } });
    assert_eq!(seconds(unlimited), None);
    assert_eq!(seconds(json!({ "A": { "Type": "Wait", "SecondsPath": "$.s", "End": true } })), None);
    let again = json!({ "Variable": "$.x", "IsNull": true, "Next": "A" });
    let states = json!({
        "A": task(json!({ "Next": "B" })),
        "B": { "Type": "Choice", "Choices": [again], "Default": "C" },
        "C": { "Type": "Succeed" },
    });
    assert_eq!(seconds(states), None);
}

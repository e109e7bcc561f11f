//! Retries, catchers, time-outs and other ends.

use super::*;

async fn run(states: Value, host: &FakeHost, input: Value) -> Outcome {
    host.run(&machine(states), input).await.0
}

/// When the calls of a task come, in milliseconds, that answers at last after failing with `errors`.
async fn schedule(retry: Value, random: f64, errors: &[&'static str]) -> Vec<u128> {
    let script = errors.iter().map(|error| Does::Fail(error)).chain([Does::Answer(json!(1))]);
    let host = FakeHost { random, ..FakeHost::new(script) };
    run(json!({ "A": task(json!({ "Retry": retry, "End": true })) }), &host, json!({})).await;
    host.times()
}

#[tokio::test(start_paused = true)]
async fn retries_back_off() {
    let three = ["E", "E", "E"];
    let retry = |more: Value| {
        let mut retrier = json!({ "ErrorEquals": ["E"] });
        retrier.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([retrier])
    };
    // The defaults: after 1 s, then twice as long each time, three times.
    assert_eq!(schedule(retry(json!({})), 0.5, &three).await, [0, 1_000, 3_000, 7_000]);
    assert_eq!(schedule(retry(json!({})), 0.5, &["E", "E", "E", "E"]).await, [0, 1_000, 3_000, 7_000]);
    let constant = json!({ "IntervalSeconds": 2, "BackoffRate": 1 });
    assert_eq!(schedule(retry(constant), 0.5, &three).await, [0, 2_000, 4_000, 6_000]);
    let half_again = json!({ "IntervalSeconds": 2, "BackoffRate": 1.5 });
    assert_eq!(schedule(retry(half_again), 0.5, &three).await, [0, 2_000, 5_000, 9_500]);
    let capped = json!({ "IntervalSeconds": 2, "MaxDelaySeconds": 3 });
    assert_eq!(schedule(retry(capped), 0.5, &three).await, [0, 2_000, 5_000, 8_000]);
    let jittered = json!({ "IntervalSeconds": 2, "JitterStrategy": "FULL", "MaxDelaySeconds": 6 });
    assert_eq!(schedule(retry(jittered.clone()), 0.5, &three).await, [0, 1_000, 3_000, 6_000]);
    assert_eq!(schedule(retry(jittered), 0.0, &three).await, [0, 0, 0, 0]);
    assert_eq!(schedule(retry(json!({ "MaxAttempts": 0 })), 0.5, &["E"]).await, [0]);
}

#[tokio::test(start_paused = true)]
async fn each_retrier_counts_for_itself_and_the_first_that_lists_the_error_decides() {
    let retry = json!([
        { "ErrorEquals": ["E", "F"], "IntervalSeconds": 1, "MaxAttempts": 1 },
        { "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 1, "MaxAttempts": 2 },
    ]);
    assert_eq!(schedule(retry.clone(), 0.5, &["E", "G", "G"]).await, [0, 1_000, 11_000, 21_000]);
    // F is the first retrier's, which E has used up; the second does not step in.
    assert_eq!(schedule(retry, 0.5, &["G", "E", "F"]).await, [0, 10_000, 11_000]);
}

#[tokio::test(start_paused = true)]
async fn retries_are_counted_anew_when_a_state_is_entered_again() {
    let retry = json!([{ "ErrorEquals": ["E"], "MaxAttempts": 1 }]);
    let again = json!({ "Variable": "$", "StringEquals": "again", "Next": "A" });
    let parameters = json!({ "retry.$": "$$.State.RetryCount" });
    let states = json!({
        "A": task(json!({ "Retry": retry, "Parameters": parameters, "Next": "B" })),
        "B": { "Type": "Choice", "Choices": [again], "Default": "C" },
        "C": { "Type": "Succeed" },
    });
    let script = [Does::Fail("E"), Does::Answer(json!("again")), Does::Fail("E"), Does::Answer(json!("done"))];
    let host = FakeHost::new(script);
    assert_eq!(run(states, &host, json!({})).await, Outcome::Succeeded(json!("done")));
    let counts: Vec<_> = host.payloads().iter().map(|payload| payload["retry"].as_u64().unwrap()).collect();
    assert_eq!(counts, [0, 1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_caught_error_goes_into_the_state_s_input() {
    let output = json!({ "Error": "E", "Cause": "why" });
    for (result_path, expected) in [
        (json!("$"), output.clone()),
        (json!("$.failure"), json!({ "a": 1, "failure": output })),
        (json!(null), json!({ "a": 1 })),
    ] {
        let catch = json!([
            { "ErrorEquals": ["F"], "Next": "C" },
            { "ErrorEquals": ["States.ALL"], "ResultPath": result_path, "Next": "B" },
        ]);
        let fields = json!({ "InputPath": "$.a", "OutputPath": "$.none", "Catch": catch, "Next": "C" });
        let states = json!({ "A": task(fields), "B": { "Type": "Succeed" }, "C": { "Type": "Fail" } });
        let outcome = run(states, &FakeHost::new([Does::Fail("E")]), json!({ "a": 1 })).await;
        assert_eq!(outcome, Outcome::Succeeded(expected), "{result_path}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_come_before_catchers_and_an_error_that_nobody_lists_fails_the_execution() {
    let retry = json!([{ "ErrorEquals": ["E"], "MaxAttempts": 2 }]);
    let catch = json!([{ "ErrorEquals": ["E"], "Next": "B" }]);
    let states =
        || json!({ "A": task(json!({ "Retry": retry, "Catch": catch, "End": true })), "B": { "Type": "Succeed" } });
    let host = FakeHost::new([Does::Fail("E"), Does::Fail("E"), Does::Fail("E")]);
    assert!(matches!(run(states(), &host, json!({})).await, Outcome::Succeeded(_)));
    assert_eq!(host.times(), [0, 1_000, 3_000]);
    let outcome = run(states(), &FakeHost::new([Does::Fail("G")]), json!({})).await;
    assert_eq!(outcome, Outcome::Failed { error: "G".to_owned(), cause: "why".to_owned() });
}

#[tokio::test(start_paused = true)]
async fn a_task_that_takes_too_long_is_given_up_and_may_be_retried() {
    let retry = json!([{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 1 }]);
    let states = || json!({ "A": task(json!({ "Retry": retry, "End": true })) });
    let host = FakeHost::new([Does::Take(6, json!(1)), Does::Take(5, json!(2))]);
    // An answer in the last moment counts.
    assert_eq!(run(states(), &host, json!({})).await, Outcome::Succeeded(json!(2)));
    assert_eq!(host.times(), [0, 6_000]);
    let host = FakeHost::new([Does::Take(6, json!(1)), Does::Take(6, json!(2))]);
    assert_eq!(failed(run(states(), &host, json!({})).await), "States.Timeout");
}

#[tokio::test(start_paused = true)]
async fn task_failed_does_not_list_a_time_out_but_a_function_s_own() {
    let catch = json!([{ "ErrorEquals": ["States.TaskFailed"], "Next": "B" }]);
    let states = || json!({ "A": task(json!({ "Catch": catch, "End": true })), "B": { "Type": "Succeed" } });
    let outcome = run(states(), &FakeHost::new([Does::Fail("Sandbox.Timedout")]), json!({})).await;
    assert!(matches!(outcome, Outcome::Succeeded(_)));
    let outcome = run(states(), &FakeHost::new([Does::Take(6, json!(1))]), json!({})).await;
    assert_eq!(failed(outcome), "States.Timeout");
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_takes_too_long_times_out() {
    let retry = json!([{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 9 }]);
    let definition = |seconds: u64| {
        let states = json!({ "A": task(json!({ "Retry": retry, "End": true })) });
        load(json!({ "StartAt": "A", "TimeoutSeconds": seconds, "States": states })).unwrap()
    };
    let script = || [Does::Fail("E"), Does::Take(4, json!(1))];
    assert_eq!(FakeHost::new(script()).run(&definition(4), json!({})).await.0, Outcome::TimedOut);
    assert_eq!(FakeHost::new(script()).run(&definition(6), json!({})).await.0, Outcome::Succeeded(json!(1)));
}

#[tokio::test(start_paused = true)]
async fn waits_end_when_they_should() {
    for (field, value, millis) in [
        ("Seconds", json!(3), 3_000),
        ("SecondsPath", json!("$.seconds"), 4_000),
        ("Timestamp", json!("2026-03-01T10:00:05Z"), 5_000),
        ("TimestampPath", json!("$.at"), 6_000),
        ("Timestamp", json!("2025-01-01T00:00:00Z"), 0),
    ] {
        let host = FakeHost::new([Does::Answer(json!(1))]);
        let states = json!({ "A": { "Type": "Wait", field: value, "Next": "B" }, "B": task(json!({ "End": true })) });
        run(states, &host, json!({ "seconds": 4, "at": "2026-03-01T11:00:06+01:00" })).await;
        assert_eq!(host.times(), [millis], "{field}");
    }
    for (field, value) in [("SecondsPath", json!(-1)), ("SecondsPath", json!("1")), ("TimestampPath", json!("today"))] {
        let states = json!({ "A": { "Type": "Wait", field: "$", "End": true } });
        assert_eq!(failed(run(states, &FakeHost::new([]), value).await), "States.Runtime", "{field}");
    }
}

#[tokio::test]
async fn a_fail_state_says_what_it_is_told() {
    let fixed = json!({ "A": { "Type": "Fail", "Error": "E", "Cause": "C" } });
    let expected = Outcome::Failed { error: "E".to_owned(), cause: "C".to_owned() };
    assert_eq!(run(fixed, &FakeHost::new([]), json!({})).await, expected);
    let by_path = || json!({ "A": { "Type": "Fail", "ErrorPath": "$.e", "CausePath": "$.c" } });
    assert_eq!(run(by_path(), &FakeHost::new([]), json!({ "e": "E", "c": "C" })).await, expected);
    assert_eq!(failed(run(by_path(), &FakeHost::new([]), json!({ "e": 1, "c": "C" })).await), "States.Runtime");
}

#[tokio::test]
async fn an_endless_loop_fills_the_history_and_fails() {
    let loops = json!({ "Variable": "$.x", "NumericEquals": 1, "Next": "A" });
    let states = json!({ "A": { "Type": "Choice", "Choices": [loops], "Default": "B" }, "B": { "Type": "Succeed" } });
    let (outcome, history) = FakeHost::new([]).run(&machine(states), json!({ "x": 1 })).await;
    assert_eq!(failed(outcome), "States.Runtime");
    assert_eq!(history.len(), 25_000 + 2);
}

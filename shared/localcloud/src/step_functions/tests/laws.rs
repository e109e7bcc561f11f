//! What holds for every definition and every input.

use proptest::prelude::*;

use super::*;

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "A",
        "B",
        "Task",
        "Choice",
        "Pass",
        "Wait",
        "Fail",
        "$",
        "$.a",
        "$$.State.Name",
        "$[",
        "E",
        "States.ALL",
        FUNCTION,
    ];
    let text = prop_oneof![proptest::sample::select(words.to_vec()).prop_map(str::to_owned), ".*"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let fields = [
        "StartAt",
        "States",
        "A",
        "B",
        "Type",
        "Next",
        "End",
        "Choices",
        "Default",
        "Variable",
        "And",
        "Not",
        "IsNull",
        "x.$",
        "StringMatches",
        "Retry",
        "Catch",
        "ErrorEquals",
        "MaxAttempts",
        "Parameters",
        "Resource",
        "Seconds",
        "Result",
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        let object = proptest::collection::vec((proptest::sample::select(fields.to_vec()), inner.clone()), 0..8);
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

#[tokio::test]
async fn an_execution_can_run_on_any_thread() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let (host, machine) = (FakeHost::new([]), machine(json!({ "A": { "Type": "Succeed" } })));
    let execution =
        Execution { id: EXECUTION.to_owned(), name: "run-1".to_owned(), input: json!(1), started_at: start() };
    let mut ignore = |_| {};
    assert_eq!(sendable(machine.run(execution, &host, &mut ignore)).await, Outcome::Succeeded(json!(1)));
}

proptest! {
    #[test]
    fn loading_never_panics(text in ".*", json in any_json(), state in any_json()) {
        let _ = StateMachine::load(&text, &[("a", "b")]);
        let _ = load(json);
        let _ = load(json!({ "StartAt": "A", "States": { "A": state } }));
    }

    #[test]
    fn no_run_takes_longer_than_the_worst_case(
        random in 0.0..1.0_f64,
        calls in proptest::collection::vec(0..4_u8, 12),
    ) {
        let retry = json!([{ "ErrorEquals": ["E"], "MaxAttempts": 2, "JitterStrategy": "FULL" },
            { "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }]);
        let catch = json!([{ "ErrorEquals": ["States.ALL"], "Next": "B" }]);
        let machine = machine(json!({
            "A": task(json!({ "Retry": retry, "Catch": catch, "Next": "B" })),
            "B": task(json!({ "Retry": retry, "End": true })),
        }));
        let script = calls.into_iter().map(|call| match call {
            0 => Does::Answer(json!({})),
            1 => Does::Fail("E"),
            2 => Does::Fail("F"),
            _ => Does::Take(9, json!({})),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let elapsed = runtime.block_on(async {
            let host = FakeHost { random, ..FakeHost::new(script) };
            host.run(&machine, json!({})).await;
            host.begun.elapsed()
        });
        prop_assert!(elapsed <= machine.worst_case().unwrap() + Duration::from_millis(20));
    }
}

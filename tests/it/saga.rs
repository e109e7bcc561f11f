//! The order saga's definition, as a whole.

use std::{collections::BTreeSet, time::Duration};

use localcloud::step_functions::StateMachine;
use serde_json::Value;
use shop::local::{self, ORDER_SAGA};
use topology::Trigger;

fn load() -> StateMachine {
    StateMachine::load(ORDER_SAGA, &[("functions", "arn:aws:lambda:eu-central-1:000000000000:function:emporium-dev-")])
        .unwrap()
}

/// An Express workflow ends after five minutes. Source: Step Functions quotas.
#[test]
fn it_fits_an_express_workflow_however_slow_everything_is() {
    let longest = load().worst_case().unwrap();
    assert!(longest < Duration::from_secs(240), "{longest:?}");
}

#[test]
fn it_calls_exactly_the_functions_that_are_its_steps() {
    let called: BTreeSet<String> = load().functions();
    let mut described = BTreeSet::new();
    for service in local::shop().unwrap().services {
        for (name, function) in &service.functions {
            if function.trigger == (Trigger::Saga { saga: "orders/order-saga".to_owned() }) {
                described.insert(format!(
                    "arn:aws:lambda:eu-central-1:000000000000:function:emporium-dev-{}-{name}:live",
                    service.context
                ));
            }
        }
    }
    assert_eq!(called, described);
}

#[test]
fn every_task_has_a_time_limit_above_its_functions_retries_with_full_jitter_and_a_catch() {
    let definition: Value = serde_json::from_str(ORDER_SAGA).unwrap();
    let shop = local::shop().unwrap();
    for (name, state) in definition["States"].as_object().unwrap() {
        if state["Type"] != "Task" {
            continue;
        }
        let function = state["Resource"].as_str().unwrap().trim_start_matches("${functions}").trim_end_matches(":live");
        let (context, function) = function.split_once('-').unwrap();
        let limit = shop.service(context).unwrap().functions[function].timeout_seconds;
        assert!(
            state["TimeoutSeconds"].as_u64().unwrap() > u64::from(limit),
            "{name} gives up before its function does"
        );
        assert_eq!(state["Retry"][0]["JitterStrategy"], "FULL", "{name}");
        let catch = state["Catch"].as_array().unwrap().last().unwrap();
        assert_eq!((&catch["ErrorEquals"][0], &catch["Next"]), (&"States.ALL".into(), &"Interrupted".into()), "{name}");
        assert_eq!(state["ResultPath"], "$.answer", "{name}");
    }
}

/// An error is not an answer: only a refusal leads into the undo.
#[test]
fn exhausted_retries_end_the_execution_and_never_undo() {
    let definition: Value = serde_json::from_str(ORDER_SAGA).unwrap();
    assert_eq!(definition["States"]["Interrupted"]["Type"], "Fail");
    for (name, state) in definition["States"].as_object().unwrap() {
        for catch in state["Catch"].as_array().into_iter().flatten() {
            assert_eq!(catch["Next"], "Interrupted", "{name}");
        }
    }
}

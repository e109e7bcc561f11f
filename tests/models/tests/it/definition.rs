//! The model's transitions are those of the shipped saga.

use models::saga::{Answer, Next, Step, after};
use serde_json::Value;

fn definition() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../services/orders/saga/order-saga.asl.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The task or the end that the definition reaches from this state, past Choice and Pass states, when the last task has
/// answered `answer`.
fn reached<'a>(states: &'a Value, mut name: &'a str, answer: Answer) -> &'a str {
    loop {
        let state = &states[name];
        name = match state["Type"].as_str().unwrap() {
            "Choice" => {
                let fits = |choice: &&Value| {
                    assert_eq!(choice["Variable"], "$.answer.outcome", "{name} decides by something else");
                    choice["StringEquals"] == answer.as_str()
                };
                let choice = state["Choices"].as_array().unwrap().iter().find(fits);
                choice.map_or(&state["Default"], |choice| &choice["Next"]).as_str().unwrap()
            }
            "Pass" => state["Next"].as_str().unwrap(),
            _ => return name,
        };
    }
}

#[test]
fn every_task_goes_on_as_in_the_definition() {
    let definition = definition();
    let states = &definition["States"];
    for step in Step::ALL {
        let name = format!("{step:?}");
        let next = states[&name]["Next"].as_str().unwrap();
        // These two are followed by no Choice: the definition does not look at their only answer.
        let answers: Vec<Answer> = match step {
            Step::ReleaseStock => vec![Answer::Released],
            Step::AbandonOrder => vec![Answer::Abandoned],
            _ => Answer::ALL.to_vec(),
        };
        for answer in answers {
            let expected = match after(step, answer) {
                Next::Step(step) => format!("{step:?}"),
                Next::Done => "Done".to_owned(),
                Next::Unexpected => "Unexpected".to_owned(),
            };
            assert_eq!(reached(states, next, answer), expected, "{name}: {}", answer.as_str());
        }
    }
}

#[test]
fn every_task_of_the_definition_is_a_step_of_the_model() {
    let definition = definition();
    let tasks = definition["States"].as_object().unwrap().iter().filter(|(_, state)| state["Type"] == "Task");
    let mut tasks: Vec<&str> = tasks.map(|(name, _)| name.as_str()).collect();
    let mut steps = Step::ALL.map(|step| format!("{step:?}"));
    tasks.sort_unstable();
    steps.sort_unstable();
    assert_eq!(tasks, steps);
}

/// Where an execution starts, and that an error ends it without an undo.
#[test]
fn executions_begin_and_fail_as_in_the_model() {
    let definition = definition();
    let begin = &definition["States"][definition["StartAt"].as_str().unwrap()];
    let choices = begin["Choices"].as_array().unwrap().iter();
    let begins: Vec<_> = choices.map(|choice| (&choice["StringEquals"], &choice["Next"])).collect();
    let step = |step: Step| Value::from(format!("{step:?}"));
    let (forward, undo) = (Value::from("forward"), Value::from("undo"));
    assert_eq!(begins, [(&forward, &step(Step::ReserveStock)), (&undo, &step(Step::RefuseStock))]);
    for (name, state) in definition["States"].as_object().unwrap() {
        for catch in state["Catch"].as_array().into_iter().flatten() {
            assert_eq!(definition["States"][catch["Next"].as_str().unwrap()]["Type"], "Fail", "{name}");
        }
    }
}

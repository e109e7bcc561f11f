//! The kill matrix: a part of it, the same every time. `cargo shop check proof` runs all of it.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use localcloud::{Code, driver::Outcome};
use serde_json::Value;
use shop::{
    commands::docs::root,
    simulator::{
        Bug,
        matrix::{self, Job, Recording, Verdict},
        planted::unconditional,
    },
};

/// The undisturbed runs.
static RECORDINGS: LazyLock<Vec<Recording>> = LazyLock::new(|| matrix::record(&Bug::NONE).unwrap());

/// Each one in so many. No multiple of the number of faults, so that each fault has its turn.
fn each<const NTH: usize>(jobs: Vec<Job>) -> Vec<Job> {
    jobs.into_iter().step_by(NTH).collect()
}

fn failures(jobs: Vec<Job>, bug: &Bug) -> Vec<String> {
    let verdicts = matrix::perform(jobs, bug, &|| {}).unwrap();
    verdicts.iter().filter(|verdict| !verdict.passed()).map(ToString::to_string).collect()
}

/// These jobs of one scenario.
fn of(scenario: &str, jobs: Vec<Job>) -> Vec<Job> {
    jobs.into_iter().filter(|job| job.scenario.name == scenario).collect()
}

#[test]
fn undisturbed_scenarios_take_their_course() {
    assert_eq!(matrix::wrong(&RECORDINGS), [""; 0]);
}

#[test]
fn every_function_grant_state_and_refusal_is_in_a_scenario() {
    assert_eq!(matrix::missing(&RECORDINGS).unwrap(), [""; 0]);
}

#[test]
fn every_kind_of_request_to_stripe_is_in_a_scenario() {
    let calls = RECORDINGS.iter().flat_map(|recording| &recording.run.seen.made).map(|made| made.call.as_str());
    let made: BTreeSet<_> = calls.filter(|call| call.starts_with("stripe")).collect();
    let known = [
        "stripe GET /v1/payment_intents/search",
        "stripe GET /v1/payment_intents/{id}",
        "stripe POST /v1/payment_intents",
        "stripe POST /v1/payment_intents/{id}/cancel",
        "stripe POST /v1/payment_intents/{id}/capture",
        "stripe POST /v1/refunds",
    ];
    assert_eq!(made, BTreeSet::from(known));
}

#[test]
fn every_single_fault_of_a_plain_order_breaks_nothing() {
    assert_eq!(failures(of("bought", matrix::singles(&RECORDINGS)), &Bug::NONE), [""; 0]);
}

#[test]
fn each_seventeenth_single_fault_breaks_nothing() {
    assert_eq!(failures(each::<17>(matrix::singles(&RECORDINGS)), &Bug::NONE), [""; 0]);
}

#[test]
fn each_seventh_action_can_be_repeated_or_fail() {
    assert_eq!(failures(each::<7>(matrix::actions(&RECORDINGS).unwrap()), &Bug::NONE), [""; 0]);
}

/// All but the table of pairs, whose number takes long to find out.
#[test]
fn the_document_has_every_recorded_call() {
    let passed = |job| Verdict { job, end: None, wrong: Vec::new() };
    let (singles, actions) = (matrix::singles(&RECORDINGS), matrix::actions(&RECORDINGS).unwrap());
    let (singles, actions): (Vec<_>, Vec<_>) =
        (singles.into_iter().map(passed).collect(), actions.into_iter().map(passed).collect());
    let document = fs::read_to_string(root().join("docs/PROOF.md")).unwrap();
    let tables =
        [matrix::scenarios_table(&RECORDINGS), matrix::calls_table(&singles), matrix::actions_table(&actions).unwrap()];
    for table in tables {
        assert!(
            document.contains(&table),
            "docs/PROOF.md is out of date: UPDATE_PROOF=1 cargo shop check proof; {table}"
        );
    }
}

/// A transaction has a token, under which DynamoDB performs it once: only another invocation, with another token, is seen.
#[test]
fn a_reserve_that_does_not_look_for_its_hold_is_found_where_it_was_killed_after() {
    let bug = Bug { rewrite: |call| unconditional(call, "inventory/reserve-stock", "Put"), ..Bug::NONE };
    let reserve = |job: &Job| job.faults.strikes.iter().any(|strike| strike.made.function == "inventory/reserve-stock");
    let jobs: Vec<_> = of("bought", matrix::singles(&RECORDINGS)).into_iter().filter(reserve).collect();
    let verdicts = matrix::perform(jobs, &bug, &|| {}).unwrap();
    let found: Vec<_> = verdicts.iter().filter(|verdict| !verdict.passed()).map(|verdict| &verdict.job).collect();
    let [Job { faults, .. }] = found[..] else { panic!("{found:#?}") };
    assert_eq!(faults.strikes[0].outcome, Outcome::KilledAfter);
}

#[test]
fn a_commit_that_does_not_look_at_its_hold_is_found() {
    let bug = Bug { rewrite: |call| unconditional(call, "inventory/commit-stock", "UpdateItem"), ..Bug::NONE };
    let found = failures(each::<17>(of("cancelled after authorize", matrix::singles(&RECORDINGS))), &bug);
    assert!(found.iter().any(|failure| failure.contains("stock-conserved")), "{found:#?}");
}

#[test]
fn a_saga_that_undoes_after_an_error_is_found_where_the_action_fails() {
    let found = failures_of_saga(|code| with_state(code, "ReserveStock", "/Catch/0/Next", "RefuseStock".into()));
    let [found] = &found[..] else { panic!("{found:#?}") };
    assert!(found.contains("the saga was to be interrupted in ReserveStock"), "{found}");
}

#[test]
fn a_step_that_is_not_tried_again_is_found_where_its_answer_is_lost() {
    for (state, mistake) in NOT_TRIED_AGAIN {
        let found = failures_of_saga(mistake);
        let [found] = &found[..] else { panic!("{found:#?}") };
        assert!(found.contains(&format!("with {state} repeated, the saga was to take")), "{found}");
    }
}

/// A mistake in the saga.
type Mistake = fn(Code) -> Code;

/// The first step, after which others come, and the last one.
const NOT_TRIED_AGAIN: [(&str, Mistake); 2] = [
    ("ReserveStock", |code| with_state(code, "ReserveStock", "/Retry/0/MaxAttempts", 0.into())),
    ("ConfirmOrder", |code| with_state(code, "ConfirmOrder", "/Retry/0/MaxAttempts", 0.into())),
];

/// What is found about the actions of a plain order.
fn failures_of_saga(mistake: Mistake) -> Vec<String> {
    failures(of("bought", matrix::actions(&RECORDINGS).unwrap()), &Bug { code: mistake, ..Bug::NONE })
}

/// The saga with something else in one place of its definition.
pub fn with_state(mut code: Code, state: &str, place: &str, value: Value) -> Code {
    for text in code.sagas.values_mut() {
        let mut definition: Value = serde_json::from_str(text).unwrap();
        *definition["States"][state].pointer_mut(place).unwrap() = value.clone();
        *text = definition.to_string();
    }
    code
}

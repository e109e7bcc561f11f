//! The kill matrix. A deterministic part of it is run here; all of it takes minutes, and is the ignored test.

use shop::simulator::{
    Bug,
    matrix::{self, Job, Recording},
};

/// Every so manieth job is run here.
const STEP: usize = 53;

fn recorded() -> Vec<Recording> {
    matrix::record(&Bug::NONE).unwrap()
}

fn passes(jobs: Vec<Job>) {
    let count = jobs.len();
    assert!(count > 0, "nothing was run");
    let struck = matrix::perform(jobs, &Bug::NONE, &|| {}).unwrap();
    let failed: Vec<String> = struck.iter().filter(|verdict| !verdict.passed()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_function_and_every_grant_is_in_some_scenario_and_undisturbed_they_all_end_well() {
    let recorded = recorded();
    assert!(matrix::wrong(&recorded).is_empty(), "{:#?}", matrix::wrong(&recorded));
    assert!(matrix::missing(&recorded).unwrap().is_empty(), "{:#?}", matrix::missing(&recorded));
}

#[test]
fn a_part_of_the_singles_and_of_the_repeated_and_refused_actions_ends_well() {
    let recorded = recorded();
    passes(matrix::singles(&recorded).into_iter().step_by(STEP).collect());
    passes(matrix::actions(&recorded).unwrap().into_iter().step_by(STEP / 5).collect());
}

#[test]
#[ignore = "takes minutes; run it in release: cargo test --release -p e2e --test simulation matrix -- --ignored"]
fn every_single_fault_and_every_pair_ends_well() {
    let recorded = recorded();
    passes(matrix::singles(&recorded));
    passes(matrix::actions(&recorded).unwrap());
    passes(matrix::pairs(&recorded, &Bug::NONE).unwrap());
}

//! The kill matrix.

use shop::simulator::{Bug, matrix};
use std::collections::BTreeSet;

fn go(what: &str) {
    let start = std::time::Instant::now();
    let base = matrix::record(&Bug::NONE).unwrap();
    for recording in &base {
        assert!(recording.run.wrong.is_empty(), "{} {:?}", recording.scenario.name, recording.run.wrong);
    }
    let unused = base
        .iter()
        .map(|r| r.run.unused_grants.clone())
        .reduce(|a, b| a.intersection(&b).cloned().collect::<BTreeSet<_>>())
        .unwrap();
    println!("unused {unused:?} {:?}", start.elapsed());
    let jobs = match what {
        "singles" => matrix::singles(&base),
        "actions" => matrix::actions(&base).unwrap(),
        _ => matrix::pairs(&base, &Bug::NONE, &|| {}).unwrap(),
    };
    println!("{} jobs {:?}", jobs.len(), start.elapsed());
    let struck = matrix::perform(jobs, &Bug::NONE, &|| {}).unwrap();
    let bad: Vec<_> = struck.iter().filter(|s| !s.run.wrong.is_empty()).collect();
    println!("{} bad {:?}", bad.len(), start.elapsed());
    for b in bad {
        println!("{b}");
    }
}
#[test]
fn singles() {
    go("singles")
}
#[test]
fn actions() {
    go("actions")
}
#[test]
fn pairs() {
    go("pairs")
}

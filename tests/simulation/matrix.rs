//! The kill matrix.

use shop::simulator::{Bug, matrix};

fn go(what: &str) {
    let start = std::time::Instant::now();
    let base = matrix::record(&Bug::NONE).unwrap();
    println!("{:#?} {:#?} {:?}", matrix::wrong(&base), matrix::missing(&base), start.elapsed());
    let mut jobs = match what {
        "singles" => matrix::singles(&base),
        "actions" => matrix::actions(&base).unwrap(),
        _ => matrix::pairs(&base, &Bug::NONE).unwrap(),
    };
    println!("{} jobs {:?}", jobs.len(), start.elapsed());
    if let Ok(n) = std::env::var("STEP") {
        jobs = jobs.into_iter().step_by(n.parse().unwrap()).collect();
    }
    let n = jobs.len();
    let struck = matrix::perform(jobs, &Bug::NONE, &|| {}).unwrap();
    let bad: Vec<_> = struck.iter().filter(|s| !s.passed()).collect();
    println!("{n} performed {} bad {:?}", bad.len(), start.elapsed());
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

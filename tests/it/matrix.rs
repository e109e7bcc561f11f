//! The kill matrix.

use shop::simulator::{Bug, matrix::{self, Faults, SCENARIOS}};

#[test]
fn undisturbed() {
    for scenario in SCENARIOS {
        let start = std::time::Instant::now();
        let run = matrix::run(scenario, &Faults::default(), &Bug::NONE).unwrap();
        println!("== {} {:?} calls {} end {:?} wrong {:?}", scenario.name, start.elapsed(), run.seen.made.len(), run.end, run.wrong);
        for course in &run.executions { println!("   {:?} {:?} {:?}", course.states, course.refusals().collect::<Vec<_>>(), course.error); }
    }
}

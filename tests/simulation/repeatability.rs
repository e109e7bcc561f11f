//! A seed is one history, byte for byte.

#![cfg(target_os = "linux")]

use std::{process::Command, thread};

use shop::simulator::{self, Plan, Report};

/// Seeds in which different things happen; `each_of_them_is_about_something` says which.
const SEEDS: [u64; 5] = [1, 2, 5, 7, 10];

fn run(seed: u64) -> Report {
    simulator::run(&Plan { seed, keep_history: true, ..Plan::default() }).unwrap()
}

fn assert_same(one: &Report, other: &Report) {
    let differing = one.history.iter().zip(&other.history).position(|(one, other)| one != other);
    if let Some(line) = differing {
        panic!("seed {}, line {line}:\n{}\n{}", one.seed, one.history[line], other.history[line]);
    }
    assert_eq!(one.history.len(), other.history.len(), "seed {}", one.seed);
    assert_eq!(one.digest, other.digest, "seed {}", one.seed);
}

#[test]
fn a_seed_is_one_history_whatever_else_runs_before_it_or_beside_it() {
    let first: Vec<Report> = SEEDS.into_iter().map(run).collect();
    let faults = |seed: u64| &first.iter().find(|report| report.seed == seed).unwrap().faults;
    assert!(faults(2).is_empty(), "nothing goes wrong in seed 2: {:?}", faults(2));
    for (seed, kind) in [(1, "clock_skewed"), (5, "outage"), (7, "execution_twice"), (10, "restarted")] {
        assert!(faults(seed).contains_key(kind), "choose another seed than {seed} for {kind}: {:?}", faults(seed));
    }
    let backwards = SEEDS.into_iter().rev().map(|seed| thread::spawn(move || run(seed)));
    let at_once: Vec<_> = backwards.collect();
    for (again, first) in at_once.into_iter().zip(first.iter().rev()) {
        assert_same(first, &again.join().unwrap());
    }
}

/// Of a process are: hash seeds, addresses, the keys that tokens are signed with.
#[test]
fn another_process_sees_the_same_history() {
    let this = std::env::current_exe().unwrap();
    let helper = "repeatability::prints_the_digest_of_a_seed";
    let output = Command::new(this).args([helper, "--exact", "--ignored", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let digest = run(7).digest;
    assert!(said.contains(&format!("digest {digest}")), "here it is {digest}; there: {said}");
}

#[test]
#[ignore = "a part of another_process_sees_the_same_history"]
fn prints_the_digest_of_a_seed() {
    println!("digest {}", run(7).digest);
}

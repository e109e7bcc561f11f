//! Planted bugs are found, and without them there is nothing to find.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use shop::simulator::{
    self, Invariant, Plan,
    planted::{FIRST_SEED, Planted, planted},
};

/// What `work` makes of each of `0..count`, on all cores.
fn on_all_cores<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return done;
            }
            done.push((place, work(place)));
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn every_planted_bug_is_found_within_its_number_of_seeds() {
    let found = on_all_cores(planted().len(), |place| planted()[place].hunt().unwrap());
    let mut missed = Vec::new();
    for (Planted { breaks, mistake, within, .. }, found) in planted().iter().zip(found) {
        match found {
            Some((seed, violation)) => println!("{mistake}: {} of {within}: {violation}", seed + 1 - FIRST_SEED),
            None => missed.push(format!("{mistake}: no violation of {breaks} within {within} seeds")),
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_invariant_has_a_planted_bug() {
    let broken: BTreeSet<Invariant> = planted().iter().map(|planted| planted.breaks).collect();
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), Invariant::ALL);
}

#[test]
fn without_a_planted_bug_the_same_seeds_are_clean() {
    let seeds = planted().iter().map(|planted| planted.within).max().unwrap_or_default();
    let violations = on_all_cores(usize::try_from(seeds).unwrap(), |place| {
        let seed = FIRST_SEED + place as u64;
        let plan = Plan { seed, ..Plan::default() };
        (seed, simulator::run(&plan).unwrap().violations)
    });
    for (seed, violations) in violations {
        assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
    }
}

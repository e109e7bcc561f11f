//! Two hundred seeds break nothing, although everything that can happen does.

use std::{collections::BTreeSet, sync::atomic::AtomicBool};

use contracts::saga::Refusal;
use shop::simulator::{
    Plan,
    campaign::{Campaign, Totals, all_cores},
};

/// Runs seeds from `first` on.
fn run(first: u64, seeds: u64, jobs: usize) -> Totals {
    let jobs = jobs.try_into().unwrap();
    let campaign = Campaign { first, seeds: Some(seeds), time: None, jobs, plan: Plan::default() };
    campaign.run(&AtomicBool::new(false), |_, _| {}).unwrap()
}

#[test]
fn two_hundred_seeds_break_nothing() {
    let totals = run(1, 200, all_cores().get());
    assert!(totals.violating.is_empty(), "cargo shop simulate --seed N shows more: {:#?}", totals.violating);
    assert_eq!(totals.seeds, 200);
    // A shop in which nothing happens breaks nothing.
    assert!(totals.orders > 3_000, "only {} orders were taken", totals.orders);
    let never: Vec<_> = totals.faults.iter().filter(|(_, count)| **count == 0).map(|(kind, _)| *kind).collect();
    assert!(never.is_empty(), "faults that never happened: {never:?}");
    let missing: Vec<_> = ends().into_iter().filter(|end| !totals.outcomes.contains_key(end)).collect();
    assert!(missing.is_empty(), "ends that no order came to: {missing:?}; it was {:?}", totals.outcomes);
}

/// Every end of an order, as reports name them.
fn ends() -> BTreeSet<String> {
    let refusals = [
        Refusal::SoldOut,
        Refusal::HoldExpired,
        Refusal::PaymentDeclined,
        Refusal::InsufficientFunds,
        Refusal::AuthenticationFailed,
        Refusal::PaymentCanceled,
        Refusal::DeadlinePassed,
        Refusal::CancelledByCustomer,
    ];
    let cancelled = refusals.iter().map(|refusal| format!("cancelled_{}", refusal.as_str()));
    cancelled.chain(["confirmed".to_owned()]).collect()
}

#[test]
fn totals_do_not_depend_on_how_many_seeds_run_at_once() {
    let (one, three) = (run(301, 6, 1), run(301, 6, 3));
    assert_eq!(one.digest(), three.digest());
    assert_eq!((one.orders, &one.faults, &one.outcomes), (three.orders, &three.faults, &three.outcomes));
}

#[test]
fn a_campaign_that_is_stopped_has_run_its_first_seeds() {
    let stop = AtomicBool::new(false);
    let jobs = 2.try_into().unwrap();
    let campaign = Campaign { first: 320, seeds: Some(1_000), time: None, jobs, plan: Plan::default() };
    let mut seeds = BTreeSet::new();
    let totals = campaign
        .run(&stop, |report, _| {
            seeds.insert(report.seed);
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        })
        .unwrap();
    let expected: BTreeSet<u64> = (320..320 + totals.seeds).collect();
    assert_eq!(seeds, expected);
    assert!(totals.seeds <= 3, "it went on: {}", totals.seeds);
}

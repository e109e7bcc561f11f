//! Small sales: a big one takes minutes.

use std::{sync::Arc, time::Duration};

use shop::sale::{self, Curve, Design, Outcome, Plan};

/// Twice as many buyers as units, slowly enough for every limit of a new account.
fn plan() -> Plan {
    Plan {
        units: 60,
        rate: 12.0,
        duration: Duration::from_secs(10),
        curve: Curve::Flash,
        bots: 0,
        shards: 4,
        design: Design::Shards,
        limits: Vec::new(),
        seed: 1,
    }
}

fn run(plan: &Plan) -> Outcome {
    sale::run(plan, Arc::new(|_| ())).unwrap()
}

fn assert_right(outcome: &Outcome) {
    assert_eq!((outcome.oversold, outcome.undersold, outcome.double_charged), (0, 0, 0));
    assert_eq!(outcome.violations, [""; 0]);
}

#[test]
fn a_slow_sale_sells_every_unit_once_and_refuses_the_others() {
    let outcome = run(&plan());
    assert_right(&outcome);
    assert_eq!((outcome.sold, outcome.held), (60, 60));
    assert_eq!(outcome.refused, outcome.buyers - 60);
    assert!(outcome.sell_out_seconds.is_some_and(|seconds| (2.0..10.0).contains(&seconds)), "{outcome:?}");
    assert_eq!(outcome.to_confirmed.count(), 60);
    // What is there adds up at every moment, and nobody waits in the end.
    let last = outcome.moments.last().unwrap();
    assert_eq!((outcome.moments[0].stock <= 60, last.stock, last.waiting, last.held), (true, 0, 0, 0));
    assert_eq!(last.confirmed, 60);
}

#[test]
fn a_seed_is_one_sale() {
    let plan = Plan { units: 20, duration: Duration::from_secs(4), bots: 20, ..plan() };
    let json = |plan: &Plan| sale::json(&[run(plan)]).to_string();
    assert_eq!(json(&plan), json(&plan));
    assert_ne!(json(&plan), json(&Plan { seed: 2, ..plan.clone() }));
}

#[test]
fn a_limit_that_is_set_low_is_a_wall_and_breaks_no_promise() {
    let limits = vec![("stripe-requests".to_owned(), 4)];
    let outcome = run(&Plan { units: 20, duration: Duration::from_secs(3), limits, ..plan() });
    assert!(outcome.walls.iter().any(|wall| wall.limit == "stripe-requests"), "{:?}", outcome.walls);
    assert_eq!((outcome.oversold, outcome.double_charged), (0, 0));
}

#[test]
fn orders_meet_more_often_at_one_item_than_at_shards() {
    let plan = Plan { units: 200, rate: 100.0, duration: Duration::from_secs(1), shards: 8, ..plan() };
    let [one, many] = [Design::OneItem, Design::Shards].map(|design| run(&Plan { design, ..plan.clone() }));
    assert!(one.refused_writes > 2 * many.refused_writes, "{} and {}", one.refused_writes, many.refused_writes);
    let page = sale::page(&[one, many]).unwrap();
    assert!(page.matches("<svg").count() >= 5, "{page}");
}

#[test]
fn batches_hold_for_little_and_let_pay_one_after_the_other() {
    let plan = Plan { units: 200, rate: 100.0, duration: Duration::from_secs(4), design: Design::Batches, ..plan() };
    let outcome = run(&plan);
    assert_right(&outcome);
    assert_eq!((outcome.sold, outcome.held), (200, 200));
    assert!(outcome.refused_at_once > 0, "nobody is refused without a write: {outcome:?}");
    assert!(outcome.walls.iter().all(|wall| wall.limit != "stripe-requests"), "{:?}", outcome.walls);
    let shards = run(&Plan { design: Design::Shards, ..plan });
    let [little, much] = [&outcome, &shards].map(|outcome| outcome.write_units_per_sale().unwrap());
    assert!(little < 0.7 * much, "{little} and {much} write units");
}

#[test]
fn what_cannot_be_simulated_says_what_could() {
    let refused = |plan: Plan| sale::run(&plan, Arc::new(|_| ())).unwrap_err().to_string();
    let why = refused(Plan { limits: vec![("gravity".to_owned(), 1)], ..plan() });
    assert!(why.contains("there is no limit gravity") && why.contains("stripe-requests"), "{why}");
    let why = refused(Plan { units: 0, ..plan() });
    assert!(why.contains("--units"), "{why}");
}

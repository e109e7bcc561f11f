//! Fresh seeds of the simulator, for some minutes: `cargo test` runs the same two hundred each time, and this runs others.

use std::{
    env,
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{Outcome, Session};
use crate::simulator::{
    Plan,
    campaign::{Campaign, all_cores, fresh_seed},
    shrink::shrink_first,
    summary::Summary,
};

/// How many minutes, when they should be others than these.
const SETTING: &str = "SIMULATION_MINUTES";
const MINUTES: f64 = 1.0;

/// Fresh seeds break nothing.
pub fn check(session: &Session) -> anyhow::Result<Outcome> {
    let minutes = match env::var(SETTING) {
        Ok(minutes) => minutes.parse().with_context(|| format!("{SETTING}={minutes} is not a number of minutes"))?,
        Err(_) => MINUTES,
    };
    let time = Duration::try_from_secs_f64(minutes * 60.0).with_context(|| format!("{SETTING}={minutes}"))?;
    let first = fresh_seed()?;
    let campaign = Campaign { first, seeds: None, time: Some(time), jobs: all_cores(), plan: Plan::default() };
    session.note(format!("cargo shop simulate --seed {first} --minutes {minutes}"));
    let (stop, started) = (AtomicBool::new(false), Instant::now());
    let totals = campaign.run(&stop, |_, totals| {
        session.step(format!("{} seeds, {} orders, {} violations", totals.seeds, totals.orders, totals.violations()));
    })?;
    let took = started.elapsed();
    let shrunk = shrink_first(&campaign, &totals, &stop, |progress| session.step(progress.to_string()))?;
    let summary = Summary { campaign: &campaign, totals: &totals, took, shrunk: shrunk.as_ref() };
    if totals.violating.is_empty() {
        let passed = format!("{} orders of {} seeds; again: {}", totals.orders, totals.seeds, summary.again());
        return Ok(Outcome::Passed(passed));
    }
    let mut wrong = String::new();
    summary.write_violations(&mut wrong)?;
    Ok(Outcome::Failed(wrong))
}

//! Many seeds, one after the other on every core, and what came of all of them.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::{Kind, Plan, Report, Violation};

/// Seeds to run, counted up from the first.
#[derive(Clone)]
pub struct Campaign {
    /// The first seed.
    pub first: u64,
    /// How many seeds at most. Without a number, and without a time, it goes on until it is stopped.
    pub seeds: Option<u64>,
    /// When this time is over, no other seed is begun.
    pub time: Option<Duration>,
    /// How many seeds are run at once.
    pub jobs: NonZero<usize>,
    /// What is the same for all seeds.
    pub plan: Plan,
}

/// What came of all seeds. It does not depend on how many were run at once.
#[derive(Debug, Clone)]
pub struct Totals {
    /// How many seeds were run: without a gap, from the first.
    pub seeds: u64,
    /// How many orders were taken.
    pub orders: u64,
    /// Orders by their end.
    pub outcomes: BTreeMap<String, u64>,
    /// Faults by kind. Every kind is there, also when it did not happen.
    pub faults: BTreeMap<&'static str, u64>,
    /// How much time passed in the simulations, in seconds.
    pub virtual_seconds: i64,
    /// What is wrong, by seed.
    pub violating: BTreeMap<u64, Vec<Violation>>,
    digests: BTreeMap<u64, String>,
}

/// As many jobs as there are cores.
pub fn all_cores() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// A seed that nobody has run yet, most likely: 40 bits of the system's randomness, which can still be read and typed.
///
/// # Errors
/// The system has no randomness to give.
pub fn fresh_seed() -> anyhow::Result<u64> {
    Ok(getrandom::u64().context("a fresh seed")? >> 24)
}

impl Campaign {
    /// Runs it, until `stop` says so at the latest: seeds that have been begun are finished. `watch` sees every report, in the
    /// order in which they end, with the totals so far.
    ///
    /// # Errors
    /// The simulator fails.
    pub fn run(&self, stop: &AtomicBool, mut watch: impl FnMut(&Report, &Totals)) -> anyhow::Result<Totals> {
        let (next, failed, started) = (AtomicU64::new(0), AtomicBool::new(false), Instant::now());
        let goes_on = || {
            let stopped = stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed);
            !stopped && self.time.is_none_or(|time| started.elapsed() < time)
        };
        let take = || {
            let number = goes_on().then(|| next.fetch_add(1, Ordering::Relaxed))?;
            if self.seeds.is_none_or(|seeds| number < seeds) { self.first.checked_add(number) } else { None }
        };
        let (sender, reports) = mpsc::channel();
        let (take, plan) = (&take, &self.plan);
        thread::scope(|scope| {
            for _ in 0..self.jobs.get() {
                let sender = sender.clone();
                scope.spawn(move || {
                    while let Some(seed) = take() {
                        let report = super::run(&Plan { seed, ..plan.clone() });
                        // Nobody listens any more only when the thread that does has panicked, which ends everything.
                        let _ = sender.send(report.with_context(|| format!("seed {seed}")));
                    }
                });
            }
            drop(sender);
            let mut totals = Totals::none();
            let mut ended = Ok(());
            for report in reports {
                match report {
                    Ok(report) => {
                        totals.add(&report);
                        watch(&report, &totals);
                    }
                    Err(why) => {
                        failed.store(true, Ordering::Relaxed);
                        ended = Err(why);
                    }
                }
            }
            ended.map(|()| totals)
        })
    }
}

impl Totals {
    fn none() -> Self {
        Self {
            seeds: 0,
            orders: 0,
            outcomes: BTreeMap::new(),
            faults: Kind::ALL.iter().map(|kind| (kind.as_str(), 0)).collect(),
            virtual_seconds: 0,
            violating: BTreeMap::new(),
            digests: BTreeMap::new(),
        }
    }

    fn add(&mut self, report: &Report) {
        self.seeds += 1;
        self.orders += report.orders;
        self.virtual_seconds += report.virtual_seconds;
        for (outcome, count) in &report.outcomes {
            *self.outcomes.entry(outcome.clone()).or_default() += count;
        }
        for (kind, count) in &report.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        if !report.violations.is_empty() {
            self.violating.insert(report.seed, report.violations.clone());
        }
        self.digests.insert(report.seed, report.digest.clone());
    }

    /// How many violations there are.
    pub fn violations(&self) -> usize {
        self.violating.values().map(Vec::len).sum()
    }

    /// The SHA-256 of the digests of all histories, in the order of their seeds: what two builds have to agree on.
    pub fn digest(&self) -> String {
        let mut all = Sha256::new();
        for (seed, digest) in &self.digests {
            all.update(format!("{seed} {digest}\n"));
        }
        hex::encode(all.finalize())
    }
}

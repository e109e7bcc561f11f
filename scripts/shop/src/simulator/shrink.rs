//! Finds out how little of a simulation is enough for its violation: which of its customers and which of its faults.
//!
//! Parts are left out, in ever smaller chunks, for as long as what is left violates the same: delta debugging (ddmin in Zeller
//! and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). Faults are numbered in the order in
//! which they are drawn, and history takes another course when one is left out, so a number may then be of another fault. That
//! does not matter: a set of numbers is one history, and only sets that were run are believed.

use std::{
    collections::BTreeSet,
    fmt,
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, ensure};

use super::{
    Invariant, Plan, Report,
    campaign::{Campaign, Totals},
};

/// More runs than this are not worth waiting for.
const MOST_RUNS: usize = 600;

/// As little of a simulation as is known to be enough.
pub struct Shrunk {
    /// What to run, with its history kept.
    pub plan: Plan,
    /// What comes of it.
    pub report: Report,
    /// How many runs it took to find.
    pub runs: usize,
}

/// How far shrinking has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Of which seed.
    pub seed: u64,
    /// How many runs there were.
    pub runs: usize,
    /// How many customers are left.
    pub customers: usize,
    /// How many faults are left.
    pub faults: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, runs, customers, faults } = self;
        write!(f, "shrinking seed {seed}: {customers} customers and {faults} faults left, {runs} runs")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Customer(u32),
    Fault(u64),
}

type Parts = BTreeSet<Part>;

/// Shrinks the first seed of a campaign that has a violation. One of which only parts were run is shrunk already.
///
/// # Errors
/// As [`shrink`].
pub fn shrink_first(
    campaign: &Campaign,
    totals: &Totals,
    stop: &AtomicBool,
    watch: impl Fn(Progress) + Sync,
) -> anyhow::Result<Option<Shrunk>> {
    let Some(seed) = totals.violating.keys().next() else { return Ok(None) };
    let plan = Plan { seed: *seed, keep_history: true, ..campaign.plan.clone() };
    let report = super::run(&plan)?;
    if plan.only_faults.is_some() || plan.only_customers.is_some() {
        return Ok(Some(Shrunk { plan, report, runs: 0 }));
    }
    shrink(&plan, &report, campaign.jobs, stop, watch).map(Some)
}

/// Shrinks the simulation that `report` came from by running `plan`, until `stop` says so at the latest. What is found does not
/// depend on `jobs`.
///
/// # Errors
/// The simulator fails, or takes another course when it is run again.
pub fn shrink(
    plan: &Plan,
    report: &Report,
    jobs: NonZero<usize>,
    stop: &AtomicBool,
    watch: impl Fn(Progress) + Sync,
) -> anyhow::Result<Shrunk> {
    let customers =
        (0..report.customers).filter(|number| plan.only_customers.as_ref().is_none_or(|o| o.contains(number)));
    let faults = (1..=report.drawn).filter(|number| plan.only_faults.as_ref().is_none_or(|o| o.contains(number)));
    let mut search = Search {
        plan,
        wanted: kinds(report),
        kept: customers.map(Part::Customer).chain(faults.map(Part::Fault)).collect(),
        harmless: Mutex::default(),
        runs: AtomicUsize::new(0),
        jobs: jobs.get(),
        stop,
        watch,
    };
    loop {
        let before = search.kept.len();
        // Customers first: each of them makes a history long.
        search.leave_out(|part| matches!(part, Part::Customer(_)))?;
        search.leave_out(|part| matches!(part, Part::Fault(_)))?;
        if search.kept.len() == before || search.is_over() {
            break;
        }
    }
    let plan = Plan { keep_history: true, ..planned(plan, &search.kept) };
    let report = super::run(&plan)?;
    ensure!(
        search.is_wanted(&report),
        "seed {} does not take the same course again{}",
        plan.seed,
        if determinism::WORKS { "" } else { ": on this system it cannot" }
    );
    Ok(Shrunk { plan, report, runs: search.runs.into_inner() + 1 })
}

struct Search<'a, Watch> {
    plan: &'a Plan,
    /// What has to stay wrong.
    wanted: BTreeSet<Invariant>,
    /// What is known to be enough.
    kept: Parts,
    /// What is known not to be.
    harmless: Mutex<BTreeSet<Parts>>,
    runs: AtomicUsize,
    jobs: usize,
    stop: &'a AtomicBool,
    watch: Watch,
}

impl<Watch: Fn(Progress) + Sync> Search<'_, Watch> {
    /// Leaves out as many of these parts as it can: looks whether a chunk of them is enough, then whether one can be missed, then
    /// the same with smaller chunks.
    fn leave_out(&mut self, these: fn(&Part) -> bool) -> anyhow::Result<()> {
        // How many chunks of this size cannot be missed, as is known already.
        let (mut size, mut passed) = (usize::MAX, 0);
        loop {
            let (parts, others): (Parts, Parts) = self.kept.iter().copied().partition(these);
            size = size.min(parts.len());
            if size == 0 || self.is_over() {
                return Ok(());
            }
            let parts: Vec<Part> = parts.into_iter().collect();
            let with = |chunk: &[Part]| others.iter().chain(chunk).copied().collect::<Parts>();
            let without = |chunk: &[Part]| self.kept.iter().copied().filter(|part| !chunk.contains(part)).collect();
            let is_new = passed == 0 && size < parts.len();
            let mut candidates: Vec<Parts> = if is_new { parts.chunks(size).map(with).collect() } else { Vec::new() };
            let alone = candidates.len();
            candidates.extend(parts.chunks(size).skip(passed).map(without));
            match self.first_that_violates(&candidates)? {
                Some((place, enough)) if place < alone => (self.kept, passed) = (enough, 0),
                // The chunk is gone, and the next one has its place.
                Some((place, enough)) => (self.kept, passed) = (enough, passed + place - alone),
                None => (size, passed) = (size / 2, 0),
            }
        }
    }

    /// The first of these that is enough, and its place.
    fn first_that_violates(&self, candidates: &[Parts]) -> anyhow::Result<Option<(usize, Parts)>> {
        let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        let search = || -> anyhow::Result<()> {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(candidate) = candidates.get(place) else { return Ok(()) };
                // Whatever comes before one that was found has been begun already, and will be finished.
                if place > found.load(Ordering::Relaxed) || self.is_over() {
                    return Ok(());
                }
                if self.violates(candidate)? {
                    found.fetch_min(place, Ordering::Relaxed);
                }
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.jobs.min(candidates.len())).map(|_| scope.spawn(search)).collect();
            let ended =
                workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow::anyhow!("a run panicked"))?);
            ended.collect::<anyhow::Result<Vec<()>>>()
        })?;
        let place = found.into_inner();
        Ok(candidates.get(place).map(|enough| (place, enough.clone())))
    }

    fn violates(&self, parts: &Parts) -> anyhow::Result<bool> {
        if self.harmless().contains(parts) {
            return Ok(false);
        }
        let report = super::run(&planned(self.plan, parts)).with_context(|| format!("seed {}", self.plan.seed))?;
        let runs = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        let customers = self.kept.iter().filter(|part| matches!(part, Part::Customer(_))).count();
        (self.watch)(Progress { seed: self.plan.seed, runs, customers, faults: self.kept.len() - customers });
        let violates = self.is_wanted(&report);
        if !violates {
            self.harmless().insert(parts.clone());
        }
        Ok(violates)
    }

    fn is_wanted(&self, report: &Report) -> bool {
        !self.wanted.is_disjoint(&kinds(report))
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.runs.load(Ordering::Relaxed) >= MOST_RUNS
    }

    fn harmless(&self) -> std::sync::MutexGuard<'_, BTreeSet<Parts>> {
        self.harmless.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn planned(plan: &Plan, parts: &Parts) -> Plan {
    let faults = parts.iter().filter_map(|part| if let Part::Fault(number) = part { Some(*number) } else { None });
    let customers =
        parts.iter().filter_map(|part| if let Part::Customer(number) = part { Some(*number) } else { None });
    Plan {
        only_faults: Some(faults.collect()),
        only_customers: Some(customers.collect()),
        keep_history: false,
        ..plan.clone()
    }
}

/// The invariants that do not hold.
fn kinds(report: &Report) -> BTreeSet<Invariant> {
    report.violations.iter().map(|violation| violation.invariant).collect()
}

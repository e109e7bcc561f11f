//! The kill matrix: every call that every function makes, struck by every kind of death, one after the other.
//!
//! The simulator draws its faults, and so may never draw the one that matters. Here nothing is drawn. Each scenario
//! (`scenarios.rs`: what `people.rs` do to a shop, by `acts.rs`) is run once undisturbed, which records all calls in order. Because a run is
//! repeatable, the n-th call is the same call in the next run, up to the moment at which something else happens; so each is
//! struck in a run of its own (`scripted.rs`, `run.rs`). After every run the shop must come to rest with nothing wrong, and the
//! order must have ended as the scenario says.

//! `jobs.rs` says what is run, `coverage.rs` whether that is everything, and `report.rs` what came of it.

mod acts;
mod coverage;
mod jobs;
mod people;
mod report;
mod run;
mod saga;
mod scenarios;
mod scripted;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::Bug;

pub use coverage::{missing, wrong};
pub use jobs::{FAULTS, Job, Purpose, Recording, Verdict, actions, pairs, perform, record, singles};
pub use report::{BEGIN, END, actions_table, calls_table, pairs_table, scenarios_table};
pub use run::{Course, Faults, Run, run};
pub use saga::Saga;
pub use scenarios::{SCENARIOS, Scenario};
pub(super) use scripted::Script;
pub use scripted::{Interference, Made, Strike};

/// Everything that is run.
pub struct Matrix {
    /// The scenarios, undisturbed.
    pub recordings: Vec<Recording>,
    /// Every call, struck by every fault.
    pub singles: Vec<Verdict>,
    /// Pairs of faults.
    pub pairs: Vec<Verdict>,
    /// Actions that are repeated, and actions that fail.
    pub actions: Vec<Verdict>,
}

impl Matrix {
    /// Runs everything, on all cores. `tell` is told what is being run, how many runs of it are done, and of how many.
    ///
    /// # Errors
    /// The simulator fails.
    pub fn run(bug: &Bug, tell: &(impl Fn(&str, usize, usize) + Sync)) -> anyhow::Result<Self> {
        let all = |what: &str, jobs: Vec<Job>| {
            let (done, total) = (AtomicUsize::new(0), jobs.len());
            perform(jobs, bug, &|| tell(what, done.fetch_add(1, Ordering::Relaxed) + 1, total))
        };
        let recordings = record(bug)?;
        let singles = all("single faults", singles(&recordings))?;
        let actions = all("actions", actions(&recordings)?)?;
        let pairs = all("pairs of faults", pairs(&recordings, bug)?)?;
        Ok(Self { recordings, singles, pairs, actions })
    }

    /// How many runs there were.
    pub fn runs(&self) -> usize {
        self.recordings.len() + self.singles.len() + self.pairs.len() + self.actions.len()
    }

    /// Everything that is wrong, one line for each run.
    ///
    /// # Errors
    /// A `service.yaml` or the saga's definition cannot be read.
    pub fn failures(&self) -> anyhow::Result<Vec<String>> {
        let mut failures = wrong(&self.recordings);
        failures.extend(missing(&self.recordings)?);
        let struck = [&self.singles, &self.actions, &self.pairs].into_iter().flatten();
        failures.extend(struck.clone().filter(|verdict| !verdict.passed()).map(ToString::to_string));
        let ends: BTreeSet<_> = struck.map(|verdict| (verdict.job.scenario.name, verdict.end.as_deref())).collect();
        let allowed = SCENARIOS.iter().flat_map(|scenario| scenario.ends.iter().map(|end| (scenario.name, Some(*end))));
        let never = allowed.filter(|end| !ends.contains(end));
        failures.extend(never.map(|(name, end)| format!("{name}: no order ever ends as {}", end.unwrap_or_default())));
        Ok(failures)
    }

    /// The tables of `docs/PROOF.md`.
    ///
    /// # Errors
    /// The saga's definition cannot be read.
    pub fn tables(&self) -> anyhow::Result<String> {
        let tables = [
            scenarios_table(&self.recordings),
            calls_table(&self.singles),
            pairs_table(&self.pairs),
            actions_table(&self.actions)?,
        ];
        Ok(tables.join("\n"))
    }
}

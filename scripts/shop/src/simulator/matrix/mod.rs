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

use anyhow::Context;

use super::Bug;

pub use coverage::{missing, wrong};
pub use jobs::{FAULTS, Job, Purpose, Recording, Verdict, actions, pairs, perform, record, singles};
pub use report::{BEGIN, END, actions_table, calls_table, pairs_table, pairs_title, scenarios_table};
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
    /// Pairs of faults, a part of them or all.
    pub pairs: Vec<Verdict>,
    /// How many pairs there are.
    pub all_pairs: usize,
    /// Actions that are repeated, and actions that fail.
    pub actions: Vec<Verdict>,
}

impl Matrix {
    /// Runs everything, of the pairs of faults this part, on all cores. `tell` is told what is being run, how many runs of it
    /// are done, and of how many.
    ///
    /// # Errors
    /// The simulator fails.
    pub fn run(bug: &Bug, part: Part, tell: &(impl Fn(&str, usize, usize) + Sync)) -> anyhow::Result<Self> {
        let all = |what: &str, jobs: Vec<Job>| {
            let (done, total) = (AtomicUsize::new(0), jobs.len());
            perform(jobs, bug, &|| tell(what, done.fetch_add(1, Ordering::Relaxed) + 1, total))
        };
        let recordings = record(bug)?;
        let singles = all("single faults", singles(&recordings))?;
        let actions = all("actions", actions(&recordings)?)?;
        let pairs = pairs(&recordings, bug)?;
        let all_pairs = pairs.len();
        let pairs = all("pairs of faults", part.of(pairs))?;
        Ok(Self { recordings, singles, pairs, all_pairs, actions })
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
        // Some ends need two faults.
        let all = self.pairs.len() == self.all_pairs;
        let scenarios = SCENARIOS.iter().filter(|scenario| all || !scenario.pairs);
        let allowed = scenarios.flat_map(|scenario| scenario.ends.iter().map(|end| (scenario.name, Some(*end))));
        let never = allowed.filter(|end| !ends.contains(end));
        failures.extend(never.map(|(name, end)| format!("{name}: no order ever ends as {}", end.unwrap_or_default())));
        Ok(failures)
    }

    /// What `docs/PROOF.md` says of what was run: all of its tables, or all but that of the pairs.
    ///
    /// # Errors
    /// The saga's definition cannot be read.
    pub fn tables(&self) -> anyhow::Result<Tables> {
        let before = [scenarios_table(&self.recordings), calls_table(&self.singles)].join("\n");
        let after = actions_table(&self.actions)?;
        if self.pairs.len() < self.all_pairs {
            return Ok(Tables::Parts([before, pairs_title(self.all_pairs), after]));
        }
        Ok(Tables::Whole([before, pairs_table(&self.pairs), after].join("\n")))
    }
}

/// Tables of `docs/PROOF.md`.
pub enum Tables {
    /// All of them, as they stand between the marks.
    Whole(String),
    /// Parts that stand there somewhere.
    Parts([String; 3]),
}

/// A part of many: every `of`-th, from number `which` (from 0) on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    which: usize,
    of: usize,
}

impl Part {
    /// All of it.
    pub const ALL: Self = Self { which: 0, of: 1 };

    /// One of so many parts.
    pub fn new(which: usize, of: usize) -> Option<Self> {
        (which < of).then_some(Self { which, of })
    }

    fn of<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.which).step_by(self.of).collect()
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.which, self.of)
    }
}

impl std::str::FromStr for Part {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let numbers = text.split_once('/').and_then(|(which, of)| Some((which.parse().ok()?, of.parse().ok()?)));
        let part = numbers.and_then(|(which, of)| Self::new(which, of));
        part.with_context(|| format!("{text} is no part, as in 2/4: the third of four"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_everything_once() {
        let all: Vec<u32> = (0..10).collect();
        let mut parts: Vec<u32> = (0..4).flat_map(|which| Part::new(which, 4).unwrap().of(all.clone())).collect();
        parts.sort_unstable();
        assert_eq!(parts, all);
        assert_eq!(Part::ALL.of(all.clone()), all);
        assert_eq!("2/4".parse::<Part>().unwrap(), Part { which: 2, of: 4 });
        for bad in ["4/4", "1/0", "-1/4", "1", "a/b", ""] {
            assert!(bad.parse::<Part>().is_err(), "{bad}");
        }
    }
}

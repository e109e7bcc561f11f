//! What is to be run: every single fault, every pair of them over the saga's steps, and what omicron's harness does to a saga.
//!
//! Source of the last: oxidecomputer/omicron, `nexus/src/app/sagas/test_helpers.rs`: every action twice, a failure at every node
//! (and it must have failed at that one), every undo twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use localcloud::driver::{InvocationOutcome, Outcome};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use topology::Trigger;

use super::{
    run::{Course, Faults, Run, run},
    saga::Saga,
    scenarios::{SCENARIOS, Scenario},
    scripted::{Interference, Strike},
};
use crate::{local, simulator::Bug};

/// What strikes calls.
pub const FAULTS: [Outcome; 4] = [Outcome::KilledBefore, Outcome::KilledAfter, Outcome::AnswerLost, Outcome::Twice];

/// So long a function cannot run, for the saga to give up: it tries a step twice, within two seconds.
const UNTIL_GIVEN_UP: Duration = Duration::from_secs(8);

/// The undisturbed run of a scenario.
pub struct Recording {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// Its run.
    pub run: Run,
}

/// What a disturbed run is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// One call is struck.
    Single,
    /// Two calls are struck.
    Pair,
    /// The action of a state is performed twice, at once or one after the other: the saga must go on as if it had been once.
    Repeated {
        /// The state.
        state: String,
        /// Which execution.
        execution: usize,
        /// Its states up to there.
        course: Vec<String>,
        /// What comes next.
        next: Next,
    },
    /// The action of a state fails until the saga gives up: it must give up there.
    Failed {
        /// The state.
        state: String,
        /// Which execution.
        execution: usize,
        /// Its states up to there.
        course: Vec<String>,
    },
}

/// What comes after a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// Another state that calls a function.
    State(String),
    /// The end of the execution, with the error that it ends in, if any.
    End(Option<String>),
}

impl Next {
    /// What comes after the first `count` states.
    fn after(course: &Course, count: usize) -> Self {
        course.states.get(count).map_or_else(|| Self::End(course.error.clone()), |state| Self::State(state.clone()))
    }
}

/// A disturbed run, to be made.
#[derive(Debug, Clone)]
pub struct Job {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// What strikes.
    pub faults: Faults,
    /// What for.
    pub purpose: Purpose,
}

/// What came of a disturbed run.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What it was.
    pub job: Job,
    /// How the order ended.
    pub end: Option<String>,
    /// What is wrong.
    pub wrong: Vec<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.wrong.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.job, self.wrong.join("; "))
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.scenario.name)?;
        for Strike { place, made, outcome } in &self.faults.strikes {
            write!(f, ", {outcome:?} at {} {} ({}, call {place} of all)", made.function, made.number, made.call)?;
        }
        if let Some(Interference { function, which, outcome, .. }) = &self.faults.interference {
            write!(f, ", {outcome:?} at {function} (its invocation {which})")?;
        }
        Ok(())
    }
}

/// Runs every scenario undisturbed.
///
/// # Errors
/// The simulator fails.
pub fn record(bug: &Bug) -> anyhow::Result<Vec<Recording>> {
    let record = |scenario| Ok(Recording { scenario, run: run(scenario, &Faults::default(), bug)? });
    SCENARIOS.par_iter().map(record).collect()
}

/// Every call of these recordings, struck by every fault.
pub fn singles(recordings: &[Recording]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for Recording { scenario, run } in recordings {
        let strikes = strikes_of(run, 0, |_| true);
        jobs.extend(strikes.map(|strike| Job::striking(scenario, vec![strike], Purpose::Single)));
    }
    jobs
}

/// Every pair of faults over the steps of the saga, in the scenarios that want it: the second strikes a call that is made after
/// the first has struck, which may be the repetition of the same one. A death before a call is left out where the same
/// invocation has made a call before: it is a death after that one.
///
/// # Errors
/// The simulator fails.
pub fn pairs(recordings: &[Recording], bug: &Bug) -> anyhow::Result<Vec<Job>> {
    let steps = step_functions()?;
    let mut first = Vec::new();
    for Recording { scenario, run } in recordings.iter().filter(|recording| recording.scenario.pairs) {
        let strikes = strikes_of(run, 0, |function| steps.contains(function)).filter(is_new);
        first.extend(strikes.map(|strike| Job::striking(scenario, vec![strike], Purpose::Pair)));
    }
    let second = each(first, bug, &|| {}, |job, run| (job, run))?.into_iter().flat_map(|(job, run)| {
        let after = job.faults.strikes.last().map_or(0, |strike| strike.place + 1);
        let more: Vec<_> = strikes_of(&run, after, |function| steps.contains(function)).filter(is_new).collect();
        more.into_iter().map(move |strike| {
            let strikes = [job.faults.strikes.clone(), vec![strike]].concat();
            Job::striking(job.scenario, strikes, Purpose::Pair)
        })
    });
    Ok(second.collect())
}

/// Every action of the saga twice, at once and one after the other, and a failure of every action.
///
/// # Errors
/// The saga's definition cannot be read.
pub fn actions(recordings: &[Recording]) -> anyhow::Result<Vec<Job>> {
    let saga = Saga::load()?;
    let mut jobs = Vec::new();
    for Recording { scenario, run } in recordings {
        for Tried { function, which, execution, course } in tries(&saga, run) {
            let (Some(state), Some(undisturbed)) = (course.last().cloned(), run.executions.get(execution)) else {
                continue;
            };
            if scenario.refuses_invocation(&function, which) {
                continue;
            }
            let mut add = |outcome, lasts, purpose| {
                let interference = Some(Interference { function: function.clone(), which, outcome, lasts });
                jobs.push(Job { scenario, faults: Faults { strikes: Vec::new(), interference }, purpose });
            };
            let next = Next::after(undisturbed, course.len());
            let repeated = Purpose::Repeated { state: state.clone(), execution, course: course.clone(), next };
            add(InvocationOutcome::Twice, Duration::ZERO, repeated.clone());
            add(InvocationOutcome::AnswerLost, Duration::ZERO, repeated);
            add(InvocationOutcome::Throttled, UNTIL_GIVEN_UP, Purpose::Failed { state, execution, course });
        }
    }
    Ok(jobs)
}

/// One try of a task.
struct Tried {
    /// Its function, and which of that function's invocations it was, from 1.
    function: String,
    which: u32,
    /// Which execution, and its states up to this one.
    execution: usize,
    course: Vec<String>,
}

/// The tries of all tasks, in the order in which they were made.
fn tries(saga: &Saga, run: &Run) -> Vec<Tried> {
    let mut all = Vec::new();
    for (execution, course) in run.executions.iter().enumerate() {
        all.extend(course.tries.iter().map(|(at, place)| (*at, execution, course.states.get(..=*place))));
    }
    all.sort_unstable();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut tries = Vec::new();
    for (_, execution, course) in all {
        let course = course.unwrap_or_default();
        let Some(function) = course.last().and_then(|state| saga.function_of(state)) else { continue };
        let which = counts.entry(function.to_owned()).or_default();
        *which += 1;
        tries.push(Tried { function: function.to_owned(), which: *which, execution, course: course.to_vec() });
    }
    tries
}

/// The functions that are steps of the saga.
fn step_functions() -> anyhow::Result<BTreeSet<String>> {
    let mut steps = BTreeSet::new();
    for service in local::shop()?.services {
        let of_saga = service.functions.iter().filter(|(_, function)| matches!(function.trigger, Trigger::Saga { .. }));
        steps.extend(of_saga.map(|(name, _)| format!("{}/{name}", service.context)));
    }
    Ok(steps)
}

/// Every fault of every call from the place `from` that such a function makes.
fn strikes_of(run: &Run, from: usize, such: impl Fn(&str) -> bool) -> impl Iterator<Item = Strike> {
    let calls = run.seen.made.iter().enumerate().skip(from).filter(move |(_, made)| such(&made.function));
    calls.flat_map(|(place, made)| FAULTS.map(|outcome| Strike { place, made: made.clone(), outcome }))
}

/// Whether no strike at an earlier call does the same.
fn is_new(strike: &Strike) -> bool {
    strike.outcome != Outcome::KilledBefore || strike.made.number == 1
}

impl Job {
    fn striking(scenario: &'static Scenario, strikes: Vec<Strike>, purpose: Purpose) -> Self {
        Self { scenario, faults: Faults { strikes, interference: None }, purpose }
    }
}

impl Purpose {
    /// What is wrong about the course that the saga took.
    fn wrong(&self, taken: &[Course]) -> Option<String> {
        match self {
            Self::Single | Self::Pair => None,
            Self::Repeated { state, execution, course, next } => {
                let taken = taken.get(*execution);
                let same =
                    |taken: &Course| taken.states.starts_with(course) && Next::after(taken, course.len()) == *next;
                let wanted = || {
                    format!("with {state} repeated, the saga was to take {course:?} and {next:?}, and took {taken:?}")
                };
                (!taken.is_some_and(same)).then(wanted)
            }
            Self::Failed { state, execution, course } => {
                let taken = taken.get(*execution);
                let there = taken.is_some_and(|taken| taken.interrupted_in() == Some(state) && taken.states == *course);
                (!there)
                    .then(|| format!("the saga was to be interrupted in {state} after {course:?}, and took {taken:?}"))
            }
        }
    }
}

/// Makes these runs on all cores. The verdicts are in the order of the jobs; `progress` is told of every run.
///
/// # Errors
/// The simulator fails.
pub fn perform(jobs: Vec<Job>, bug: &Bug, progress: &(impl Fn() + Sync)) -> anyhow::Result<Vec<Verdict>> {
    each(jobs, bug, progress, |job, run| {
        let mut wrong = run.wrong;
        wrong.extend(job.purpose.wrong(&run.executions));
        Verdict { job, end: run.end, wrong }
    })
}

fn each<T: Send>(
    jobs: Vec<Job>,
    bug: &Bug,
    progress: &(impl Fn() + Sync),
    keep: impl Fn(Job, Run) -> T + Sync,
) -> anyhow::Result<Vec<T>> {
    let perform = |job: Job| {
        let run = run(job.scenario, &job.faults, bug)?;
        progress();
        Ok(keep(job, run))
    };
    jobs.into_par_iter().map(perform).collect()
}

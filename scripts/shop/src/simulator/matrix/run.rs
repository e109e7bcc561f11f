//! One run of a scenario, undisturbed or with faults, and what came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::Context;
use localcloud::{Execution, step_functions::EventKind};

use super::{
    people::People,
    scenarios::Scenario,
    scripted::{Interference, Script, Seen, Strike},
};
use crate::simulator::{Bug, alarms::Alarms, driver::Simulated, judge::Judge, promises::Promises, shelf, world::World};

/// All scenarios have the same randomness: they differ by what is done to them.
const SEED: u64 = 1;

/// What strikes a run.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Calls that are struck.
    pub strikes: Vec<Strike>,
    /// Invocations that are struck.
    pub interference: Option<Interference>,
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The calls and invocations, in order.
    pub seen: Seen,
    /// What is wrong.
    pub wrong: Vec<String>,
    /// How the order ended; nothing, where there is none.
    pub end: Option<String>,
    /// Whether an operator was called.
    pub operator: bool,
    /// The executions of the saga, in the order in which they were started.
    pub executions: Vec<Course>,
    /// Grants that no call has needed.
    pub unused_grants: BTreeSet<String>,
}

/// The course of one execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The task states, in the order in which they were entered.
    pub states: Vec<String>,
    /// The states that answered with a refusal, by their place in `states`.
    pub refused: Vec<usize>,
    /// The tries of its tasks: when, and the place in `states`.
    pub tries: Vec<(i64, usize)>,
    /// How it failed, if it did.
    pub error: Option<String>,
}

impl Course {
    fn of(execution: &Execution) -> Self {
        let (mut states, mut refused, mut tries) = (Vec::new(), Vec::new(), Vec::new());
        let entered = |states: &Vec<String>| states.len().saturating_sub(1);
        for event in &execution.history {
            let Some(state) = &event.state else { continue };
            match event.kind {
                EventKind::TaskStateEntered => states.push(state.clone()),
                EventKind::LambdaFunctionScheduled => tries.push((event.at.as_millisecond(), entered(&states))),
                EventKind::LambdaFunctionSucceeded if event.detail["output"]["outcome"] == "refused" => {
                    refused.push(entered(&states));
                }
                _ => {}
            }
        }
        Self { states, refused, tries, error: execution.error.clone() }
    }

    /// The state in which it was interrupted, if it was.
    pub fn interrupted_in(&self) -> Option<&str> {
        (self.error.as_deref() == Some("Interrupted")).then(|| self.states.last().map(String::as_str)).flatten()
    }

    /// The states that refused, each with those that ran after it.
    pub fn refusals(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.refused.iter().filter_map(|place| Some((self.states.get(*place)?.as_str(), self.states.get(place + 1..)?)))
    }
}

/// Runs a scenario in a thread of its own.
///
/// # Errors
/// The simulator fails: the shop does not start, or there is no thread.
pub fn run(scenario: &Scenario, faults: &Faults, bug: &Bug) -> anyhow::Result<Run> {
    let bug = Bug { settings: scenario.settings, ..*bug };
    let (scenario, faults) = (*scenario, faults.clone());
    let simulation = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(simulate(&scenario, faults, bug))
    };
    determinism::run(SEED, simulation).context("no thread for the scenario")?
}

async fn simulate(scenario: &Scenario, faults: Faults, bug: Bug) -> anyhow::Result<Run> {
    let (alarms, _listening) = Alarms::listen();
    let clock = World::clock();
    let script = Arc::new(Script::new(scenario.circumstances, faults.strikes, faults.interference));
    let bug = Arc::new(bug);
    let driver = Simulated::new(SEED, Arc::clone(&clock), Some(Arc::clone(&bug)), None, false);
    let driver = Arc::new(driver.with_script(Arc::clone(&script)));
    let world = Arc::new(World::start(SEED, Arc::clone(&driver), clock, Some(bug))?);
    let promises = Arc::new(Promises::new(driver));
    let mut judge = Judge::new(Arc::clone(&world), Arc::clone(&promises), alarms);
    shelf::put_in(&world, scenario.products).await?;
    script.begin(&world.clock);
    let people = People::new(&world, &promises)?;
    let mut done = Ok(());
    judge
        .watch_while(async {
            done = (scenario.act)(&people).await;
            Ok(())
        })
        .await?;
    judge.watch_until_rest().await;
    let mut wrong: Vec<String> = judge.verdict().iter().map(ToString::to_string).collect();
    wrong.extend(done.err().map(|why| format!("{why:#}")));
    wrong.extend(script.missed());
    let end = end(&judge.outcomes());
    match &end {
        Some(end) if !scenario.ends.contains(&end.as_str()) => wrong.push(format!("the order ended as {end}")),
        None if !scenario.ends.is_empty() => wrong.push("there is no order".to_owned()),
        _ => {}
    }
    let cloud = world.cloud();
    let operator = cloud.scan("orders", "orders")?.iter().any(|order| order["needs_operator_since"].is_string());
    if operator && !scenario.operator {
        wrong.push("an operator was called".to_owned());
    }
    let executions = cloud.executions().iter().map(Course::of).collect();
    let unused_grants = cloud.unused_grants().iter().map(ToString::to_string).collect();
    cloud.stop();
    Ok(Run { seen: script.seen(), wrong, end, operator, executions, unused_grants })
}

/// How the one order ended.
fn end(outcomes: &BTreeMap<String, u64>) -> Option<String> {
    let ends: Vec<_> =
        outcomes.iter().map(|(end, count)| if *count == 1 { end.clone() } else { format!("{count} {end}") }).collect();
    (!ends.is_empty()).then(|| ends.join(", "))
}

//! Whether the scenarios reach everything, and take the courses that they are there for.

use std::collections::BTreeSet;

use super::{jobs::Recording, saga::Saga};
use crate::local;

/// What is wrong about the undisturbed runs.
pub fn wrong(recordings: &[Recording]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Recording { scenario, run } in recordings {
        wrong.extend(run.wrong.iter().map(|what| format!("{}: {what}", scenario.name)));
        if run.end.as_deref() != scenario.ends.first().copied() {
            wrong.push(format!("{}: undisturbed, the order ended as {:?}", scenario.name, run.end));
        }
        if run.operator != scenario.operator {
            wrong.push(format!("{}: undisturbed, that an operator was called is {}", scenario.name, run.operator));
        }
        let refusals: Vec<_> = run.executions.iter().flat_map(|course| course.refusals()).collect();
        for (state, after) in scenario.refusals {
            if !refusals.contains(&(*state, after.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>().as_slice())) {
                wrong.push(format!("{}: {state} was to refuse, and {after:?} to follow: {refusals:?}", scenario.name));
            }
        }
    }
    wrong
}

/// What no scenario reaches: functions, grants, states of the saga, refusals.
///
/// # Errors
/// A `service.yaml` or the saga's definition cannot be read.
pub fn missing(recordings: &[Recording]) -> anyhow::Result<Vec<String>> {
    let (shop, saga) = (local::shop()?, Saga::load()?);
    let mut missing = Vec::new();
    let calling: BTreeSet<&str> =
        recordings.iter().flat_map(|r| &r.run.seen.made).map(|made| made.function.as_str()).collect();
    for service in &shop.services {
        // A function that may do nothing makes no calls.
        let functions = service.functions.iter().filter(|(_, function)| !function.grants.is_empty());
        let functions = functions.map(|(name, _)| format!("{}/{name}", service.context));
        missing.extend(
            functions.filter(|name| !calling.contains(name.as_str())).map(|name| format!("{name} is not reached")),
        );
    }
    let unused = recordings.iter().map(|recording| recording.run.unused_grants.clone());
    let unused = unused.reduce(|all, some| all.intersection(&some).cloned().collect()).unwrap_or_default();
    missing.extend(unused.into_iter().map(|grant| format!("{grant} is not needed")));
    let courses = || recordings.iter().flat_map(|recording| &recording.run.executions);
    let entered: BTreeSet<&String> = courses().flat_map(|course| &course.states).collect();
    missing.extend(
        saga.tasks().iter().filter(|task| !entered.contains(task)).map(|task| format!("{task} is not entered")),
    );
    let listed: BTreeSet<&str> =
        recordings.iter().flat_map(|recording| recording.scenario.refusals).map(|(state, _)| *state).collect();
    let never = saga.refusing().iter().filter(|state| !listed.contains(state.as_str()));
    missing.extend(never.map(|state| format!("{state} never refuses")));
    Ok(missing)
}

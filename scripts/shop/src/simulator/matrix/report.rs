//! What came of it, as tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fmt::Write,
};

use localcloud::driver::{InvocationOutcome, Outcome};

use super::{
    jobs::{FAULTS, Purpose, Recording, Verdict},
    saga::Saga,
};

/// Where the tables begin in `docs/PROOF.md`.
pub const BEGIN: &str = "<!-- generated: the kill matrix. UPDATE_PROOF=1 cargo shop check proof -->";

/// Where they end.
pub const END: &str = "<!-- end of generated: the kill matrix -->";

/// So many runs, and so many of them with nothing wrong.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    runs: usize,
    passed: usize,
}

/// One for each fault.
type Tallies = BTreeMap<Outcome, Tally>;

impl Tally {
    fn add(&mut self, verdict: &Verdict) {
        self.runs += 1;
        self.passed += usize::from(verdict.passed());
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.passed, self.runs)
    }
}

/// The scenarios: what happens in them when nothing goes wrong, and how they may end when something does.
pub fn scenarios_table(recordings: &[Recording]) -> String {
    let mut text = String::from(
        "### Scenarios\n\n| scenario | what happens | calls | ends as | under faults also | refuses, and then |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for Recording { scenario, run } in recordings {
        let code = |end: &&str| format!("`{end}`");
        let ends: Vec<_> = scenario.ends.iter().map(code).collect();
        let (first, others) = ends
            .split_first()
            .map_or((String::new(), String::new()), |(first, others)| (first.clone(), others.join(", ")));
        let refusals: Vec<_> =
            scenario.refusals.iter().map(|(state, after)| format!("{state}: {}", after.join(", "))).collect();
        let (name, about, calls) = (scenario.name, scenario.about, run.seen.made.len());
        let _ = writeln!(text, "| {name} | {about} | {calls} | {first} | {others} | {} |", refusals.join("; "));
    }
    text
}

/// Single faults: a row for each function and call.
pub fn calls_table(singles: &[Verdict]) -> String {
    let mut rows: BTreeMap<(&str, &str), (BTreeSet<&str>, Tallies)> = BTreeMap::new();
    for verdict in singles {
        let Some(strike) = verdict.job.faults.strikes.first() else { continue };
        let (scenarios, tallies) = rows.entry((&strike.made.function, &strike.made.call)).or_default();
        scenarios.insert(verdict.job.scenario.name);
        tallies.entry(strike.outcome).or_default().add(verdict);
    }
    let mut text = format!("### Every call\n\n{} runs.\n\n| function | call | scenarios |", singles.len());
    for outcome in FAULTS {
        let _ = write!(text, " {} |", name_of(outcome));
    }
    text.push_str("\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for ((function, call), (scenarios, tallies)) in rows {
        let _ = write!(text, "| `{function}` | {call} | {} |", scenarios.len());
        for outcome in FAULTS {
            let _ = write!(text, " {} |", tallies.get(&outcome).copied().unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

/// Pairs of faults: a row for each scenario, a column for each first fault.
pub fn pairs_table(pairs: &[Verdict]) -> String {
    let mut rows: BTreeMap<&str, Tallies> = BTreeMap::new();
    for verdict in pairs {
        let Some(first) = verdict.job.faults.strikes.first() else { continue };
        rows.entry(verdict.job.scenario.name).or_default().entry(first.outcome).or_default().add(verdict);
    }
    let mut text = format!("{}\n| scenario |", pairs_title(pairs.len()));
    for outcome in FAULTS {
        let _ = write!(text, " first {} |", name_of(outcome));
    }
    text.push_str("\n| --- | --- | --- | --- | --- |\n");
    for (scenario, tallies) in rows {
        let _ = write!(text, "| {scenario} |");
        for outcome in FAULTS {
            let _ = write!(text, " {} |", tallies.get(&outcome).copied().unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

/// What stands above the pairs.
pub fn pairs_title(count: usize) -> String {
    format!("### Every pair of faults over the saga's steps\n\n{count} runs.\n")
}

/// Actions that are repeated, and actions that fail: a row for each state.
///
/// # Errors
/// The saga's definition cannot be read.
pub fn actions_table(actions: &[Verdict]) -> anyhow::Result<String> {
    let saga = Saga::load()?;
    let mut rows: BTreeMap<(bool, &str), [Tally; 3]> = BTreeMap::new();
    for verdict in actions {
        let outcome = verdict.job.faults.interference.as_ref().map(|interference| interference.outcome);
        let (state, column) = match (&verdict.job.purpose, outcome) {
            (Purpose::Repeated { state, .. }, Some(InvocationOutcome::Twice)) => (state, 0),
            (Purpose::Repeated { state, .. }, _) => (state, 1),
            (Purpose::Failed { state, .. }, _) => (state, 2),
            (Purpose::Single | Purpose::Pair, _) => continue,
        };
        rows.entry((saga.undo().contains(state), state)).or_default()[column].add(verdict);
    }
    let mut text = format!(
        "### Every action\n\n{} runs.\n\n| state | on the way | twice at once | once more after its answer was lost | \
         cannot run: interrupted there |\n| --- | --- | --- | --- | --- |\n",
        actions.len()
    );
    for ((undo, state), [at_once, again, fails]) in rows {
        let way = if undo { "back" } else { "forward" };
        let _ = writeln!(text, "| {state} | {way} | {at_once} | {again} | {fails} |");
    }
    Ok(text)
}

fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::KilledBefore => "killed before",
        Outcome::KilledAfter => "killed after",
        Outcome::AnswerLost => "answer lost",
        Outcome::Twice => "performed twice",
        _ => "other",
    }
}

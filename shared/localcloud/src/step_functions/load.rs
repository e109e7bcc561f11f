//! Loads a definition, and finds everything that is wrong with it.
//!
//! Source: Amazon States Language, "States", "Transitions", "Errors"; Step Functions, "Handling errors".

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{
    StateMachine,
    definition::{Document, Fail, Pass, Retrier, State, Task, Wait, Work},
    errors, text,
};

/// A retry never waits longer than this, in seconds (exclusive). Source: Step Functions, "Handling errors",
/// MaxDelaySeconds.
const MAX_DELAY_SECONDS: u64 = 31_622_400;
/// How often a task may be tried again. Source: Step Functions, "Handling errors", MaxAttempts.
const MAX_ATTEMPTS: u32 = 99_999_999;
/// How long a state's name may be, in characters. Source: Amazon States Language, "States".
const MAX_NAME: usize = 80;

/// Something that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", state.as_ref().map(|state| format!("{state}: ")).unwrap_or_default())]
pub struct LoadFault {
    /// The state that it is about, if it is about one.
    pub state: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl LoadFault {
    fn machine(what: impl Into<String>) -> Self {
        Self { state: None, what: what.into() }
    }

    fn state(state: &str, what: impl Into<String>) -> Self {
        Self { state: Some(state.to_owned()), what: what.into() }
    }
}

impl StateMachine {
    /// Loads a definition in the Amazon States Language, after replacing `${name}` by the value of `name`, as
    /// Terraform's `templatefile` does.
    ///
    /// # Errors Everything that is wrong with the definition or not supported here. A state that cannot be read at all
    /// reports its first fault only, and what concerns several states is looked at once each of them can be read.
    pub fn load(json: &str, substitutions: &[(&str, &str)]) -> Result<Self, Vec<LoadFault>> {
        let whole = |what: String| LoadFault::machine(what);
        let text = text::substitute(json, substitutions)
            .map_err(|faults| faults.into_iter().map(whole).collect::<Vec<_>>())?;
        let json = text::parse(&text).map_err(|why| vec![LoadFault::machine(why.to_string())])?;
        let document = Document::parse(json).map_err(|why| vec![LoadFault::machine(why)])?;

        let mut faults = Vec::new();
        if document.version.as_deref().is_some_and(|version| version != "1.0") {
            faults.push(LoadFault::machine("the Version must be 1.0"));
        }
        let mut states = IndexMap::new();
        for (name, fields) in document.states {
            match State::parse(fields) {
                Ok(state) => {
                    let wrong = state_faults(&name, &state);
                    faults.extend(wrong.into_iter().map(|what| LoadFault::state(&name, what)));
                    states.insert(name, state);
                }
                Err(what) => faults.push(LoadFault { state: Some(name), what }),
            }
        }
        let timeout = document.timeout_seconds.map(|timeout| timeout.0);
        let machine = Self { start_at: document.start_at, timeout, states };
        if faults.is_empty() {
            faults = graph_faults(&machine);
        }
        if faults.is_empty() { Ok(machine) } else { Err(faults) }
    }
}

fn state_faults(name: &str, state: &State) -> Vec<String> {
    let mut faults = match &state.work {
        Work::Task(task) => task_faults(task),
        Work::Choice(choice) if choice.choices.is_empty() => vec!["it has no Choices".to_owned()],
        Work::Pass(pass) => pass_faults(pass),
        Work::Wait(wait) => wait_faults(wait),
        Work::Fail(fail) => fail_faults(fail),
        Work::Choice(_) | Work::Succeed(_) => Vec::new(),
    };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        faults.push(format!("a state's name must have 1 to {MAX_NAME} characters"));
    }
    faults
}

fn task_faults(task: &Task) -> Vec<String> {
    let retried: Vec<&[String]> = task.retry.iter().map(|retrier| retrier.error_equals.as_slice()).collect();
    let caught: Vec<&[String]> = task.catch.iter().map(|catcher| catcher.error_equals.as_slice()).collect();
    let mut faults = error_list_faults("Retry", &retried);
    faults.extend(error_list_faults("Catch", &caught));
    faults.extend(task.retry.iter().flat_map(retrier_faults));
    faults
}

fn error_list_faults(field: &str, lists: &[&[String]]) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, names) in lists.iter().enumerate() {
        if names.is_empty() {
            faults.push(format!("{field} has an ErrorEquals without errors"));
        }
        if names.iter().any(|name| name == errors::ALL) && (names.len() > 1 || index + 1 < lists.len()) {
            faults.push(format!("in {field}, {} must stand alone and last", errors::ALL));
        }
        let reserved = names.iter().filter(|name| name.starts_with("States."));
        let unknown = reserved.filter(|name| !errors::CATCHABLE.contains(&name.as_str()));
        faults.extend(unknown.map(|name| format!("{field} lists {name}, which it can never get")));
    }
    faults
}

fn retrier_faults(retrier: &Retrier) -> Vec<String> {
    let mut faults = Vec::new();
    if retrier.max_attempts > MAX_ATTEMPTS {
        faults.push(format!("MaxAttempts must be at most {MAX_ATTEMPTS}"));
    }
    if retrier.backoff_rate < 1.0 {
        faults.push("BackoffRate must be at least 1.0".to_owned());
    }
    if let Some(longest) = retrier.max_delay_seconds {
        if longest.0.as_secs() >= MAX_DELAY_SECONDS {
            faults.push(format!("MaxDelaySeconds must be less than {MAX_DELAY_SECONDS}"));
        }
        if longest.0 < retrier.interval_seconds.0 {
            faults.push("MaxDelaySeconds is less than IntervalSeconds".to_owned());
        }
    }
    faults
}

fn pass_faults(pass: &Pass) -> Vec<String> {
    let both = pass.result.is_some() && pass.parameters.is_some();
    both.then(|| "with a Result, Parameters would be ignored".to_owned()).into_iter().collect()
}

fn wait_faults(wait: &Wait) -> Vec<String> {
    let given =
        [wait.seconds.is_some(), wait.seconds_path.is_some(), wait.timestamp.is_some(), wait.timestamp_path.is_some()];
    let one = given.into_iter().filter(|given| *given).count() == 1;
    (!one)
        .then(|| "it must have exactly one of Seconds, SecondsPath, Timestamp and TimestampPath".to_owned())
        .into_iter()
        .collect()
}

fn fail_faults(fail: &Fail) -> Vec<String> {
    let mut faults = Vec::new();
    if fail.error.is_some() && fail.error_path.is_some() {
        faults.push("it must not have both Error and ErrorPath".to_owned());
    }
    if fail.cause.is_some() && fail.cause_path.is_some() {
        faults.push("it must not have both Cause and CausePath".to_owned());
    }
    if fail.error.as_ref().is_some_and(|error| error.starts_with("States.")) {
        faults.push("error names that begin with States. are reserved".to_owned());
    }
    faults
}

fn graph_faults(machine: &StateMachine) -> Vec<LoadFault> {
    let mut faults = Vec::new();
    if !machine.states.contains_key(&machine.start_at) {
        faults.push(LoadFault::machine(format!("StartAt names no state: {}", machine.start_at)));
    }
    for (name, state) in &machine.states {
        let lost = state.transitions().into_iter().filter(|transition| !machine.states.contains_key(transition.to));
        faults.extend(lost.map(|transition| LoadFault::state(name, format!("{} is not a state", transition.to))));
    }
    if !faults.is_empty() {
        return faults;
    }
    let reached = reachable(machine);
    let unreached = machine.states.keys().filter(|name| !reached.contains(name.as_str()));
    faults.extend(unreached.map(|name| LoadFault::state(name, "it cannot be reached")));
    if !machine.states.values().any(State::is_terminal) {
        faults.push(LoadFault::machine("no state ends the execution"));
    }
    faults
}

fn reachable(machine: &StateMachine) -> BTreeSet<&str> {
    let mut reached = BTreeSet::from([machine.start_at.as_str()]);
    let mut open = vec![machine.start_at.as_str()];
    while let Some(state) = open.pop().and_then(|name| machine.states.get(name)) {
        let targets = state.transitions().into_iter().map(|transition| transition.to);
        open.extend(targets.filter(|to| reached.insert(to)));
    }
    reached
}

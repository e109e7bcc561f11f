//! Checks a definition, and compiles it.

use std::{collections::BTreeSet, time::Duration};

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    StateMachine,
    choice::Rule,
    definition::{self, Jitter, Nullable},
    path::Path,
    template::Template,
};

/// Something that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{state}: {what}")]
pub struct LoadFault {
    /// The state, or `StateMachine`.
    pub state: String,
    /// What is wrong.
    pub what: String,
}

/// A state, compiled.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub input: Option<Path>,
    pub output: Option<Path>,
    pub work: Work,
}

/// What a state does.
#[derive(Debug, Clone)]
pub(super) enum Work {
    Task {
        function: String,
        timeout: Option<Duration>,
        parameters: Option<Template>,
        selector: Option<Template>,
        place: Option<Path>,
        retry: Vec<Retrier>,
        catch: Vec<Catcher>,
        next: Next,
    },
    Choice { rules: Vec<(Rule, String)>, default: Option<String> },
    Pass { result: Option<Value>, parameters: Option<Template>, place: Option<Path>, next: Next },
    Wait { duration: Duration, next: Next },
    Succeed,
    Fail { error: String, cause: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    State(String),
    End,
}

#[derive(Debug, Clone)]
pub(super) struct Retrier {
    pub errors: Vec<String>,
    pub interval: Duration,
    pub attempts: u32,
    pub rate: f64,
    pub longest: Option<Duration>,
    pub full_jitter: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Catcher {
    pub errors: Vec<String>,
    pub place: Option<Path>,
    pub next: String,
}

impl StateMachine {
    /// Reads a definition, with `${name}` replaced as Terraform's `templatefile` does.
    ///
    /// # Errors
    /// Everything that is wrong with it, or that is not modelled here.
    pub fn load(json: &str, substitutions: &[(&str, &str)]) -> Result<Self, Vec<LoadFault>> {
        let whole = |what: String| vec![LoadFault { state: "StateMachine".to_owned(), what }];
        let mut text = json.to_owned();
        for (name, value) in substitutions {
            text = text.replace(&format!("${{{name}}}"), value);
        }
        if let Some(place) = text.find("${") {
            let rest: String = text[place..].chars().take(24).collect();
            return Err(whole(format!("nothing is known to put in the place of {rest}")));
        }
        let machine: definition::Machine = serde_json::from_str(&text).map_err(|why| whole(why.to_string()))?;
        if machine.version.as_deref().is_some_and(|version| version != "1.0") {
            return Err(whole("the version must be 1.0".to_owned()));
        }
        if machine.timeout_seconds == Some(0) {
            return Err(whole("TimeoutSeconds must be positive".to_owned()));
        }
        let (mut states, mut faults) = (IndexMap::new(), Vec::new());
        for (name, value) in machine.states {
            match compile(value) {
                Ok(state) => {
                    states.insert(name, state);
                }
                Err(what) => faults.push(LoadFault { state: name, what }),
            }
        }
        let timeout = machine.timeout_seconds.map(Duration::from_secs);
        let loaded = Self { start_at: machine.start_at, timeout, states };
        if faults.is_empty() {
            faults = loaded.shape_faults();
        }
        if faults.is_empty() { Ok(loaded) } else { Err(faults) }
    }

    /// Where states lead.
    fn shape_faults(&self) -> Vec<LoadFault> {
        let mut faults = Vec::new();
        let mut fault = |state: &str, what: String| faults.push(LoadFault { state: state.to_owned(), what });
        if !self.states.contains_key(&self.start_at) {
            fault("StateMachine", format!("StartAt names no state: {}", self.start_at));
        }
        for (name, state) in &self.states {
            for next in state.leads_to() {
                if !self.states.contains_key(next) {
                    fault(name, format!("it leads to {next}, which is no state"));
                }
            }
        }
        let (mut reached, mut ahead) = (BTreeSet::new(), vec![self.start_at.as_str()]);
        while let Some(name) = ahead.pop() {
            if reached.insert(name)
                && let Some(state) = self.states.get(name)
            {
                ahead.extend(state.leads_to());
            }
        }
        for name in self.states.keys().filter(|name| !reached.contains(name.as_str())) {
            fault(name, "no state leads to it".to_owned());
        }
        if !self.states.values().any(State::is_terminal) {
            fault("StateMachine", "no state ends it".to_owned());
        }
        faults
    }
}

impl State {
    /// The ARN of the function it calls.
    pub fn function(&self) -> Option<&str> {
        match &self.work {
            Work::Task { function, .. } => Some(function),
            _ => None,
        }
    }

    /// The states that may come next.
    pub fn leads_to(&self) -> Vec<&str> {
        match &self.work {
            Work::Task { catch, next, .. } => {
                next.name().into_iter().chain(catch.iter().map(|catcher| catcher.next.as_str())).collect()
            }
            Work::Choice { rules, default } => {
                rules.iter().map(|(_, next)| next.as_str()).chain(default.as_deref()).collect()
            }
            Work::Pass { next, .. } | Work::Wait { next, .. } => next.name().into_iter().collect(),
            Work::Succeed | Work::Fail { .. } => Vec::new(),
        }
    }

    fn is_terminal(&self) -> bool {
        match &self.work {
            Work::Succeed | Work::Fail { .. } => true,
            Work::Task { next, .. } | Work::Pass { next, .. } | Work::Wait { next, .. } => *next == Next::End,
            Work::Choice { .. } => false,
        }
    }
}

impl Next {
    fn name(&self) -> Option<&str> {
        match self {
            Self::State(name) => Some(name),
            Self::End => None,
        }
    }
}

fn compile(value: Value) -> Result<State, String> {
    if value.get("QueryLanguage").is_some() {
        return Err("QueryLanguage is not modelled: JSONPath only".to_owned());
    }
    match serde_json::from_value(value).map_err(|why| why.to_string())? {
        definition::State::Task(task) => compile_task(task),
        definition::State::Choice(choice) => {
            if choice.choices.is_empty() {
                return Err("Choices is empty".to_owned());
            }
            let rule = |rule: &Value| -> Result<(Rule, String), String> {
                let next = rule.get("Next").and_then(Value::as_str).ok_or("a choice has no Next")?;
                Ok((Rule::compile(rule)?, next.to_owned()))
            };
            let rules = choice.choices.iter().map(rule).collect::<Result<_, _>>()?;
            state(choice.input_path, choice.output_path, Work::Choice { rules, default: choice.default })
        }
        definition::State::Pass(pass) => {
            let parameters = pass.parameters.as_ref().map(Template::compile).transpose()?;
            let (place, next) = (place(pass.result_path)?, next(pass.next, pass.end)?);
            state(pass.input_path, pass.output_path, Work::Pass { result: pass.result, parameters, place, next })
        }
        definition::State::Wait(wait) => {
            let work = Work::Wait { duration: Duration::from_secs(wait.seconds), next: next(wait.next, wait.end)? };
            state(wait.input_path, wait.output_path, work)
        }
        definition::State::Succeed(succeed) => state(succeed.input_path, succeed.output_path, Work::Succeed),
        definition::State::Fail(fail) => {
            let (error, cause) = (fail.error.unwrap_or_default(), fail.cause.unwrap_or_default());
            state(None, None, Work::Fail { error, cause })
        }
    }
}

fn compile_task(task: definition::Task) -> Result<State, String> {
    if !task.resource.starts_with("arn:aws:lambda:") {
        return Err(format!("Resource must be a function's ARN: {}", task.resource));
    }
    if task.timeout_seconds == Some(0) {
        return Err("TimeoutSeconds must be positive".to_owned());
    }
    errors_are_orderly(task.retry.iter().map(|retrier| &retrier.error_equals))?;
    errors_are_orderly(task.catch.iter().map(|catcher| &catcher.error_equals))?;
    let catch = |catcher: definition::Catcher| -> Result<Catcher, String> {
        Ok(Catcher { errors: catcher.error_equals, place: place(catcher.result_path)?, next: catcher.next })
    };
    let work = Work::Task {
        function: task.resource,
        timeout: task.timeout_seconds.map(Duration::from_secs),
        parameters: task.parameters.as_ref().map(Template::compile).transpose()?,
        selector: task.result_selector.as_ref().map(Template::compile).transpose()?,
        place: place(task.result_path)?,
        retry: task.retry.into_iter().map(retrier).collect::<Result<_, _>>()?,
        catch: task.catch.into_iter().map(catch).collect::<Result<_, _>>()?,
        next: next(task.next, task.end)?,
    };
    state(task.input_path, task.output_path, work)
}

fn retrier(retrier: definition::Retrier) -> Result<Retrier, String> {
    let legal = retrier.interval_seconds >= 1
        && retrier.backoff_rate >= 1.0
        && retrier.max_attempts <= 99_999_999
        && retrier.max_delay_seconds.is_none_or(|most| most > retrier.interval_seconds && most <= 31_622_400);
    if !legal {
        return Err("a Retry has a number that is out of bounds".to_owned());
    }
    Ok(Retrier {
        errors: retrier.error_equals,
        interval: Duration::from_secs(retrier.interval_seconds),
        attempts: retrier.max_attempts,
        rate: retrier.backoff_rate,
        longest: retrier.max_delay_seconds.map(Duration::from_secs),
        full_jitter: retrier.jitter_strategy == Jitter::Full,
    })
}

/// `States.ALL` stands alone, and comes last.
fn errors_are_orderly<'a>(lists: impl Iterator<Item = &'a Vec<String>>) -> Result<(), String> {
    let mut all_seen = false;
    for list in lists {
        let has_all = list.iter().any(|error| error == "States.ALL");
        if list.is_empty() || all_seen || (has_all && list.len() > 1) {
            return Err("ErrorEquals needs names, and States.ALL must be alone and last".to_owned());
        }
        all_seen = has_all;
    }
    Ok(())
}

fn state(input: Nullable, output: Nullable, work: Work) -> Result<State, String> {
    Ok(State { input: path(input)?, output: path(output)?, work })
}

/// A path that is everything unless told otherwise; `null` means nothing.
fn path(text: Nullable) -> Result<Option<Path>, String> {
    match text {
        None => Ok(Some(Path::ROOT)),
        Some(None) => Ok(None),
        Some(Some(text)) => Path::parse(&text).map(Some),
    }
}

fn place(text: Nullable) -> Result<Option<Path>, String> {
    match text {
        Some(Some(text)) => Path::parse_place(&text).map(Some),
        other => path(other),
    }
}

fn next(next: Option<String>, end: Option<bool>) -> Result<Next, String> {
    match (next, end) {
        (Some(next), None) => Ok(Next::State(next)),
        (None, Some(true)) => Ok(Next::End),
        _ => Err("a state has either Next or \"End\": true".to_owned()),
    }
}

//! A state machine's definition, as far as one field at a time can be right or wrong. What is right or wrong about
//! several fields or states together is in `load.rs`.
//!
//! Every field that is not listed here is an error, so nothing in a definition is ever ignored.
//! Source of the fields: Amazon States Language; Step Functions, "Structure of a state machine definition".

use std::time::Duration;

use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

use super::{
    choice::{self, Rule},
    data::{Placement, Selection, Template},
    path::Path,
};

/// The longest time that Step Functions takes, in seconds. Source: Step Functions, "Task workflow state".
pub(super) const MAX_SECONDS: u64 = 99_999_999;

/// The definition's outermost object, its states not looked into yet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default, deserialize_with = "present", rename = "Comment")]
    pub _comment: Option<String>,
    pub start_at: String,
    #[serde(default, deserialize_with = "present")]
    pub timeout_seconds: Option<Timeout>,
    #[serde(default, deserialize_with = "present")]
    pub version: Option<String>,
    pub states: IndexMap<String, Map<String, Value>>,
}

impl Document {
    /// Reads the outermost object.
    pub fn parse(json: Value) -> Result<Self, String> {
        if !json.is_object() {
            return Err("a definition must be an object".to_owned());
        }
        Self::deserialize(json).map_err(|why| why.to_string())
    }
}

/// A state: what it does, and what comes after.
#[derive(Debug)]
pub(super) struct State {
    pub comment: Option<String>,
    /// The next state of a Task, Pass or Wait that is not the last one.
    pub next: Option<String>,
    pub work: Work,
}

/// What a state does.
#[derive(Debug)]
pub(super) enum Work {
    Task(Task),
    Choice(Choice),
    Pass(Pass),
    Wait(Wait),
    Succeed(Succeed),
    Fail(Fail),
}

impl State {
    /// Reads a state by its `Type`.
    pub fn parse(mut fields: Map<String, Value>) -> Result<Self, String> {
        let comment = match fields.remove("Comment") {
            None => None,
            Some(Value::String(comment)) => Some(comment),
            Some(_) => return Err("the Comment must be a text".to_owned()),
        };
        let Some(Value::String(kind)) = fields.remove("Type") else { return Err("it has no Type".to_owned()) };
        let goes_on = matches!(kind.as_str(), "Task" | "Pass" | "Wait");
        let next = if goes_on { next(&mut fields)? } else { None };
        let fields = Value::Object(fields);
        let work = match kind.as_str() {
            "Task" => Task::deserialize(fields).map(Work::Task),
            "Choice" => Choice::deserialize(fields).map(Work::Choice),
            "Pass" => Pass::deserialize(fields).map(Work::Pass),
            "Wait" => Wait::deserialize(fields).map(Work::Wait),
            "Succeed" => Succeed::deserialize(fields).map(Work::Succeed),
            "Fail" => Fail::deserialize(fields).map(Work::Fail),
            other => return Err(format!("the type {other} is not supported")),
        };
        Ok(Self { comment, next, work: work.map_err(|why| why.to_string())? })
    }
}

/// Takes `Next` or `End` out of a state's fields. Exactly one says how it goes on.
fn next(fields: &mut Map<String, Value>) -> Result<Option<String>, String> {
    match (fields.remove("Next"), fields.remove("End")) {
        (Some(Value::String(next)), None | Some(Value::Bool(false))) => Ok(Some(next)),
        (None, Some(Value::Bool(true))) => Ok(None),
        _ => Err("it must have either a Next or an End that is true".to_owned()),
    }
}

/// Has a function called.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Task {
    pub resource: FunctionArn,
    #[serde(default, deserialize_with = "present")]
    pub timeout_seconds: Option<Timeout>,
    #[serde(default)]
    pub input_path: Selection,
    #[serde(default, deserialize_with = "present")]
    pub parameters: Option<Template>,
    #[serde(default, deserialize_with = "present")]
    pub result_selector: Option<Template>,
    #[serde(default)]
    pub result_path: Placement,
    #[serde(default)]
    pub output_path: Selection,
    #[serde(default, deserialize_with = "objects")]
    pub retry: Vec<Retrier>,
    #[serde(default, deserialize_with = "objects")]
    pub catch: Vec<Catcher>,
}

/// Decides where to go on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Choice {
    #[serde(default)]
    pub input_path: Selection,
    #[serde(default)]
    pub output_path: Selection,
    pub choices: Vec<Rule>,
    #[serde(default, deserialize_with = "present")]
    pub default: Option<String>,
}

/// Passes data on, rearranged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Pass {
    #[serde(default)]
    pub input_path: Selection,
    #[serde(default, deserialize_with = "present")]
    pub parameters: Option<Template>,
    #[serde(default, deserialize_with = "present")]
    pub result: Option<Value>,
    #[serde(default)]
    pub result_path: Placement,
    #[serde(default)]
    pub output_path: Selection,
}

/// Waits.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Wait {
    #[serde(default)]
    pub input_path: Selection,
    #[serde(default)]
    pub output_path: Selection,
    #[serde(default, deserialize_with = "present")]
    pub seconds: Option<Pause>,
    #[serde(default, deserialize_with = "present")]
    pub seconds_path: Option<Path>,
    #[serde(default, deserialize_with = "present")]
    pub timestamp: Option<Moment>,
    #[serde(default, deserialize_with = "present")]
    pub timestamp_path: Option<Path>,
}

/// Ends the execution well.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Succeed {
    #[serde(default)]
    pub input_path: Selection,
    #[serde(default)]
    pub output_path: Selection,
}

/// Ends the execution badly.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Fail {
    #[serde(default, deserialize_with = "present")]
    pub error: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub error_path: Option<Path>,
    #[serde(default, deserialize_with = "present")]
    pub cause: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub cause_path: Option<Path>,
}

/// Which errors a task is tried again after, and how. Source of the defaults: Step Functions, "Handling errors".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Retrier {
    #[serde(default, deserialize_with = "present", rename = "Comment")]
    pub _comment: Option<String>,
    pub error_equals: Vec<String>,
    #[serde(default = "Retrier::default_interval")]
    pub interval_seconds: Timeout,
    #[serde(default = "Retrier::default_attempts")]
    pub max_attempts: u32,
    #[serde(default = "Retrier::default_rate")]
    pub backoff_rate: f64,
    #[serde(default, deserialize_with = "present")]
    pub max_delay_seconds: Option<Timeout>,
    #[serde(default)]
    pub jitter_strategy: Jitter,
}

impl Retrier {
    fn default_interval() -> Timeout {
        Timeout(Duration::from_secs(1))
    }

    fn default_attempts() -> u32 {
        3
    }

    fn default_rate() -> f64 {
        2.0
    }
}

/// Whether a retry waits for the whole delay or for a random part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Jitter {
    Full,
    #[default]
    None,
}

/// Which errors lead where.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Catcher {
    #[serde(default, deserialize_with = "present", rename = "Comment")]
    pub _comment: Option<String>,
    pub error_equals: Vec<String>,
    #[serde(default)]
    pub result_path: Placement,
    pub next: String,
}

/// 1 to 99,999,999 seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "u64")]
pub(super) struct Timeout(pub Duration);

/// 0 to 99,999,999 seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "u64")]
pub(super) struct Pause(pub Duration);

impl TryFrom<u64> for Timeout {
    type Error = String;

    fn try_from(seconds: u64) -> Result<Self, String> {
        if seconds == 0 {
            return Err("a number of seconds here must be positive".to_owned());
        }
        Pause::try_from(seconds).map(|pause| Self(pause.0))
    }
}

impl TryFrom<u64> for Pause {
    type Error = String;

    fn try_from(seconds: u64) -> Result<Self, String> {
        if seconds > MAX_SECONDS {
            return Err(format!("{seconds} seconds are more than {MAX_SECONDS}"));
        }
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// A moment in the language's profile of RFC 3339.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Moment(pub kernel::Timestamp);

impl TryFrom<Value> for Moment {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        choice::timestamp(&value).map(Self).ok_or_else(|| format!("{value} is not a timestamp"))
    }
}

/// The ARN of a Lambda function, with or without a version or alias: the direct integration, where the task's input is
/// the function's payload and its answer the result. Source: Step Functions, "Task workflow state", Task types.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FunctionArn(String);

impl FunctionArn {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FunctionArn {
    type Error = String;

    fn try_from(arn: String) -> Result<Self, String> {
        let parts: Vec<&str> = arn.split(':').collect();
        let is_function = match parts.as_slice() {
            ["arn", partition, "lambda", region, account, "function", name @ ..] => {
                let filled = [partition, region, account].into_iter().chain(name).all(|part| !part.is_empty());
                filled && matches!(name.len(), 1 | 2)
            }
            _ => false,
        };
        if is_function { Ok(Self(arn)) } else { Err(format!("the resource {arn:?} is not a Lambda function's ARN")) }
    }
}

/// An optional field: it may be missing, but when it is there, null is not a value of it. (Serde would take null for a
/// missing field, and so ignore it.)
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some).map_err(D::Error::custom)
}

/// A list of objects. (Serde would also take a list for an object, its fields by position.)
fn objects<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Map<String, Value>>::deserialize(deserializer)?.into_iter();
    items.map(|item| T::deserialize(Value::Object(item)).map_err(D::Error::custom)).collect()
}

//! The language as it is written. Fields that are not listed here are faults.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Machine {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    #[serde(rename = "Version")]
    pub version: Option<String>,
    pub start_at: String,
    pub timeout_seconds: Option<u64>,
    pub states: IndexMap<String, Value>,
}

/// A state, by its type.
#[derive(Deserialize)]
#[serde(tag = "Type")]
pub(super) enum State {
    Task(Task),
    Choice(Choice),
    Pass(Pass),
    Wait(Wait),
    Succeed(Succeed),
    Fail(Fail),
}

/// An optional field in which `null` means something other than absence.
pub(super) type Nullable = Option<Option<String>>;

fn nullable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Nullable, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Task {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    pub resource: String,
    pub timeout_seconds: Option<u64>,
    #[serde(default, deserialize_with = "nullable")]
    pub input_path: Nullable,
    pub parameters: Option<Value>,
    pub result_selector: Option<Value>,
    #[serde(default, deserialize_with = "nullable")]
    pub result_path: Nullable,
    #[serde(default, deserialize_with = "nullable")]
    pub output_path: Nullable,
    #[serde(default)]
    pub retry: Vec<Retrier>,
    #[serde(default)]
    pub catch: Vec<Catcher>,
    pub next: Option<String>,
    pub end: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Retrier {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    pub error_equals: Vec<String>,
    #[serde(default = "one")]
    pub interval_seconds: u64,
    #[serde(default = "three")]
    pub max_attempts: u32,
    #[serde(default = "two")]
    pub backoff_rate: f64,
    pub max_delay_seconds: Option<u64>,
    #[serde(default)]
    pub jitter_strategy: Jitter,
}

fn one() -> u64 {
    1
}

fn three() -> u32 {
    3
}

fn two() -> f64 {
    2.0
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Jitter {
    #[default]
    None,
    Full,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Catcher {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    pub error_equals: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub result_path: Nullable,
    pub next: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Choice {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub input_path: Nullable,
    #[serde(default, deserialize_with = "nullable")]
    pub output_path: Nullable,
    pub choices: Vec<Value>,
    pub default: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Pass {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    pub result: Option<Value>,
    #[serde(default, deserialize_with = "nullable")]
    pub input_path: Nullable,
    pub parameters: Option<Value>,
    #[serde(default, deserialize_with = "nullable")]
    pub result_path: Nullable,
    #[serde(default, deserialize_with = "nullable")]
    pub output_path: Nullable,
    pub next: Option<String>,
    pub end: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Wait {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    pub seconds: u64,
    #[serde(default, deserialize_with = "nullable")]
    pub input_path: Nullable,
    #[serde(default, deserialize_with = "nullable")]
    pub output_path: Nullable,
    pub next: Option<String>,
    pub end: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Succeed {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub input_path: Nullable,
    #[serde(default, deserialize_with = "nullable")]
    pub output_path: Nullable,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Fail {
    #[serde(rename = "Comment")]
    pub _comment: Option<String>,
    pub error: Option<String>,
    pub cause: Option<String>,
}

//! Reference paths: `$`, `$.order.lines[0].sku`, `$['order id']`, and the same below `$$`, the context object.
//!
//! AWS accepts all of JSONPath in most places. A reference path names one value at most, which keeps reading simple and
//! is what the language itself asks of `ResultPath`. Source: Amazon States Language, "Reference Paths".

use std::{fmt, iter::Peekable, str::Chars};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The members of the context object that the local cloud has. Source: Step Functions, "Accessing execution data from
/// the Context object".
const CONTEXT: &[(&str, &[&str])] = &[
    ("Execution", &["Id", "Input", "Name", "StartTime"]),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("StateMachine", &["Id", "Name"]),
];

/// A parsed reference path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Path {
    text: String,
    root: Root,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Data,
    Context,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(usize),
}

/// What paths are read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// What `$` is.
    pub data: &'a Value,
    /// What `$$` is.
    pub context: &'a Value,
}

impl Path {
    /// `$`, the whole.
    pub fn whole() -> Self {
        Self { text: "$".to_owned(), root: Root::Data, steps: Vec::new() }
    }

    /// Whether it points into the context object.
    pub fn is_context(&self) -> bool {
        self.root == Root::Context
    }

    /// The value that it points at, if there is one.
    pub fn get<'a>(&self, scope: Scope<'a>) -> Option<&'a Value> {
        let root = match self.root {
            Root::Data => scope.data,
            Root::Context => scope.context,
        };
        self.steps.iter().try_fold(root, |value, step| match step {
            Step::Field(name) => value.as_object()?.get(name),
            Step::Index(index) => value.as_array()?.get(*index),
        })
    }

    /// Puts `value` at this place of `into`, making the objects on the way that are missing. `None` when a value that
    /// is there already is in the way, or an array is too short.
    pub fn put(&self, mut into: Value, value: Value) -> Option<Value> {
        let mut place = &mut into;
        let mut made = false;
        for step in &self.steps {
            if made {
                *place = Value::Object(Map::new());
            }
            place = match (step, place) {
                (Step::Field(name), Value::Object(fields)) => {
                    made = !fields.contains_key(name);
                    fields.entry(name.clone()).or_insert(Value::Null)
                }
                (Step::Index(index), Value::Array(items)) => {
                    made = false;
                    items.get_mut(*index)?
                }
                _ => return None,
            };
        }
        *place = value;
        Some(into)
    }

    fn check_context(&self) -> Result<(), String> {
        let name = |step: &Step| match step {
            Step::Field(name) => Some(name.clone()),
            Step::Index(_) => None,
        };
        let unknown = || format!("{:?} is not in the context object that is supported", self.text);
        let Some(group) = self.steps.first() else { return Ok(()) };
        let group = name(group).and_then(|group| CONTEXT.iter().find(|(known, _)| *known == group));
        let (_, members) = group.ok_or_else(unknown)?;
        let Some(member) = self.steps.get(1) else { return Ok(()) };
        if name(member).is_some_and(|member| members.contains(&member.as_str())) { Ok(()) } else { Err(unknown()) }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refuse = |why: &str| format!("{text:?} is not a reference path that is supported: {why}");
        if text.starts_with("States.") {
            return Err(refuse("it is an intrinsic function"));
        }
        let rest = text.strip_prefix('$').ok_or_else(|| refuse("it does not start with $"))?;
        let (root, rest) = match rest.strip_prefix('$') {
            Some(rest) => (Root::Context, rest),
            None => (Root::Data, rest),
        };
        let steps = steps(rest).map_err(refuse)?;
        let path = Self { text, root, steps };
        if root == Root::Context {
            path.check_context()?;
        }
        Ok(path)
    }
}

fn steps(text: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(start) = rest.next() {
        steps.push(match (start, rest.peek()) {
            ('.', Some('.')) => return Err(".. selects many values"),
            ('.', _) => Step::Field(plain_name(&mut rest)?),
            ('[', Some('\'' | '"')) => Step::Field(quoted_name(&mut rest)?),
            ('[', _) => Step::Index(index(&mut rest)?),
            _ => return Err("after $, a name, an index or a quoted name, only . and [ can follow"),
        });
    }
    Ok(steps)
}

fn plain_name(rest: &mut Peekable<Chars<'_>>) -> Result<String, &'static str> {
    let mut name = String::new();
    while let Some(letter) = rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
        name.push(letter);
    }
    if name.is_empty() { Err("a name of letters, digits, _ and - must follow .") } else { Ok(name) }
}

fn quoted_name(rest: &mut Peekable<Chars<'_>>) -> Result<String, &'static str> {
    let quote = rest.next();
    let mut name = String::new();
    while let Some(letter) = rest.next_if(|c| Some(*c) != quote) {
        if letter == '\\' {
            return Err("a name in brackets has an escape");
        }
        name.push(letter);
    }
    match (rest.next(), rest.next()) {
        (Some(_), Some(']')) => Ok(name),
        _ => Err("a name in brackets must end with its quote and ]"),
    }
}

fn index(rest: &mut Peekable<Chars<'_>>) -> Result<usize, &'static str> {
    let rule = "brackets hold one index or one quoted name";
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    if rest.next() == Some(']') { digits.parse().map_err(|_| rule) } else { Err(rule) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Path {
        Path::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_path_reads_what_it_points_at() {
        let data = json!({ "a": { "b-c": [10, { "d e": true }] }, "ü": null });
        let context = json!({ "Execution": { "Input": { "x": 1 } } });
        let read = |text: &str| path(text).get(Scope { data: &data, context: &context }).cloned();
        assert_eq!(read("$"), Some(data.clone()));
        assert_eq!(read("$.a.b-c[0]"), Some(json!(10)));
        assert_eq!(read("$['a'][\"b-c\"][1]['d e']"), Some(json!(true)));
        assert_eq!(read("$.ü"), Some(Value::Null));
        assert_eq!(read("$$.Execution.Input.x"), Some(json!(1)));
        assert_eq!(read("$$"), Some(context.clone()));
        for missing in ["$.b", "$.a.b-c[2]", "$.a[0]", "$.a.b-c.d", "$.ü.x"] {
            assert_eq!(read(missing), None, "{missing}");
        }
    }

    #[test]
    fn a_path_writes_where_it_points() {
        let write = |text: &str, into: Value| path(text).put(into, json!("new"));
        assert_eq!(write("$", json!([1])), Some(json!("new")));
        assert_eq!(write("$.a", json!({ "b": 1 })), Some(json!({ "b": 1, "a": "new" })));
        assert_eq!(write("$.a", json!({ "a": { "old": 1 } })), Some(json!({ "a": "new" })));
        assert_eq!(write("$.a.b.c", json!({ "x": 1 })), Some(json!({ "x": 1, "a": { "b": { "c": "new" } } })));
        assert_eq!(write("$.a[1]", json!({ "a": [1, 2] })), Some(json!({ "a": [1, "new"] })));
        assert_eq!(write("$.a[0].b", json!({ "a": [{}] })), Some(json!({ "a": [{ "b": "new" }] })));
        for (text, into) in [
            ("$.a", json!(null)),
            ("$.a", json!([1])),
            ("$.a.b", json!({ "a": 1 })),
            ("$.a.b", json!({ "a": null })),
            ("$.a[2]", json!({ "a": [1, 2] })),
            ("$.a[0]", json!({})),
        ] {
            assert_eq!(write(text, into.clone()), None, "{text} into {into}");
        }
    }

    #[test]
    fn other_paths_are_refused() {
        let many = ["$..a", "$.a[*]", "$.a[1:2]", "$.a[-1]", "$.a[?(@.b)]", "$.*"];
        let broken =
            ["", "a", "$a", "$.", "$['a", "$['a']x", "$['a\\'b']", "$.a b", "$[]", "$[99999999999999999999999]"];
        let unknown = ["States.UUID()", "$$.Task.Token", "$$.Execution.RoleArn", "$$[0]", "$$$", "$$.Map"];
        for bad in many.into_iter().chain(broken).chain(unknown) {
            assert!(Path::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}

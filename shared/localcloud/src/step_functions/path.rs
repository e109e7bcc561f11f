//! Reference paths: `$`, `$.a.b`, `$['a']`, `$.a[0]`, and the same under `$$` for the context object.

use serde_json::{Map, Value};

/// A path to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    context: bool,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(usize),
}

impl Path {
    /// The path to everything.
    pub const ROOT: Self = Self { context: false, steps: Vec::new() };

    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is not a reference path, such as $.order.total");
        let (context, mut rest) = match text.strip_prefix("$$") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('$').ok_or_else(wrong)?),
        };
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = if let Some(field) = rest.strip_prefix('.') {
                let end = field.find(['.', '[']).unwrap_or(field.len());
                (Step::Field(field[..end].to_owned()), &field[end..])
            } else if let Some(quoted) = rest.strip_prefix("['") {
                let end = quoted.find("']").ok_or_else(wrong)?;
                (Step::Field(quoted[..end].to_owned()), &quoted[end + 2..])
            } else {
                let index = rest.strip_prefix('[').ok_or_else(wrong)?;
                let end = index.find(']').ok_or_else(wrong)?;
                (Step::Index(index[..end].parse().map_err(|_| wrong())?), &index[end + 1..])
            };
            if matches!(&step, Step::Field(name) if name.is_empty() || name.contains(['*', '@', '?', '\'', '"', ' ', '(', ')'])) {
                return Err(wrong());
            }
            steps.push(step);
            rest = after;
        }
        Ok(Self { context, steps })
    }

    /// A path within the input, for where results go.
    pub fn parse_place(text: &str) -> Result<Self, String> {
        let path = Self::parse(text)?;
        let names_a_place = !path.context && path.steps.iter().all(|step| matches!(step, Step::Field(_)));
        names_a_place.then_some(path).ok_or_else(|| format!("{text} is no place for a result, such as $.answer"))
    }

    /// What is there.
    pub fn get<'a>(&self, input: &'a Value, context: &'a Value) -> Option<&'a Value> {
        let root = if self.context { context } else { input };
        self.steps.iter().try_fold(root, |value, step| match step {
            Step::Field(name) => value.get(name),
            Step::Index(index) => value.get(index),
        })
    }

    /// `input` with `result` put there, and objects made on the way where there is nothing. Nothing when something that is
    /// not an object is in the way.
    pub fn put(&self, mut input: Value, result: Value) -> Option<Value> {
        let mut place = &mut input;
        for step in &self.steps {
            let Step::Field(name) = step else { return None };
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            place = place.as_object_mut()?.entry(name.clone()).or_insert(Value::Null);
        }
        *place = result;
        Some(input)
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.context { "$$" } else { "$" })?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
        })
    }
}

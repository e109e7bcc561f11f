//! The rules of a Choice state.
//!
//! Source: Amazon States Language, "Choice State"; Step Functions, "Choice workflow state". A comparison with a value
//! of another type is false; a variable that is not there fails the execution, except for `IsPresent`.

use std::cmp::Ordering;

use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::{
    TaskError, errors,
    path::{Path, Scope},
};

/// A rule: where to go, and when.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct Rule {
    pub next: String,
    /// The rule as it was written, for a drawing.
    pub label: String,
    condition: Condition,
}

#[derive(Debug)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Present(Path, bool),
    Test(Path, Test),
}

#[derive(Debug)]
enum Test {
    Compare(Class, Relation, Operand),
    Matches(Pattern),
    Is(Kind, bool),
}

#[derive(Debug)]
enum Operand {
    Literal(Value),
    Path(Path),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Class(Class),
}

impl Rule {
    /// Whether the rule holds.
    pub fn holds(&self, scope: Scope<'_>) -> Result<bool, TaskError> {
        self.condition.holds(scope)
    }
}

impl TryFrom<Map<String, Value>> for Rule {
    type Error = String;

    fn try_from(mut rule: Map<String, Value>) -> Result<Self, String> {
        if rule.remove("Comment").is_some_and(|comment| !comment.is_string()) {
            return Err("the Comment of a choice rule must be a text".to_owned());
        }
        let Some(Value::String(next)) = rule.remove("Next") else {
            return Err("a choice rule must have a Next".to_owned());
        };
        let label = label(&rule);
        Ok(Self { next, label, condition: Condition::try_from(rule)? })
    }
}

/// `$.answer.outcome StringEquals "held"` for a single test, else the rule's JSON.
fn label(rule: &Map<String, Value>) -> String {
    let operator = rule.iter().find(|(field, _)| *field != "Variable");
    match (rule.get("Variable"), operator) {
        (Some(Value::String(variable)), Some((operator, operand))) => format!("{variable} {operator} {operand}"),
        _ => Value::Object(rule.clone()).to_string(),
    }
}

impl Condition {
    fn holds(&self, scope: Scope<'_>) -> Result<bool, TaskError> {
        match self {
            Self::Not(inner) => inner.holds(scope).map(|holds| !holds),
            Self::All(inner) => decide(inner, scope, false),
            Self::Any(inner) => decide(inner, scope, true),
            Self::Present(variable, wanted) => Ok(variable.get(scope).is_some() == *wanted),
            Self::Test(variable, test) => test.holds(lookup(variable, scope)?, scope),
        }
    }
}

/// Whether any condition is `deciding`; those after it are not looked at, for their variables may be missing.
fn decide(conditions: &[Condition], scope: Scope<'_>, deciding: bool) -> Result<bool, TaskError> {
    for condition in conditions {
        if condition.holds(scope)? == deciding {
            return Ok(deciding);
        }
    }
    Ok(!deciding)
}

fn lookup<'a>(variable: &Path, scope: Scope<'a>) -> Result<&'a Value, TaskError> {
    let cause = || format!("Invalid path '{variable}': The choice state's condition path references an invalid value.");
    variable.get(scope).ok_or_else(|| errors::runtime(cause()))
}

impl TryFrom<Map<String, Value>> for Condition {
    type Error = String;

    fn try_from(mut rule: Map<String, Value>) -> Result<Self, String> {
        let variable = rule.remove("Variable");
        let mut fields = rule.into_iter();
        let (Some((operator, operand)), None) = (fields.next(), fields.next()) else {
            return Err("a choice rule must have exactly one operator".to_owned());
        };
        match (variable, operator.as_str(), operand) {
            (None, "And", Value::Array(inner)) => conditions(inner).map(Self::All),
            (None, "Or", Value::Array(inner)) => conditions(inner).map(Self::Any),
            (None, "Not", Value::Object(inner)) => Ok(Self::Not(Box::new(Self::try_from(inner)?))),
            (Some(Value::String(variable)), "IsPresent", Value::Bool(wanted)) => {
                Ok(Self::Present(Path::try_from(variable)?, wanted))
            }
            (Some(Value::String(variable)), operator, operand) => {
                Ok(Self::Test(Path::try_from(variable)?, Test::parse(operator, operand)?))
            }
            (_, operator, _) => Err(format!("{operator} is not a choice operator that fits the rule it stands in")),
        }
    }
}

fn conditions(inner: Vec<Value>) -> Result<Vec<Condition>, String> {
    let rule = || "And and Or must list conditions".to_owned();
    if inner.is_empty() {
        return Err(rule());
    }
    let condition = |value| match value {
        Value::Object(fields) => Condition::try_from(fields),
        _ => Err(rule()),
    };
    inner.into_iter().map(condition).collect()
}

impl Test {
    fn parse(operator: &str, operand: Value) -> Result<Self, String> {
        let misfit = |operand: &Value| format!("{operator} cannot be given {operand}");
        if operator == "StringMatches" {
            let text = operand.as_str().ok_or_else(|| misfit(&operand))?;
            return Pattern::parse(text).map(Self::Matches);
        }
        if let Some(kind) = operator.strip_prefix("Is").and_then(Kind::named) {
            return operand.as_bool().map(|wanted| Self::Is(kind, wanted)).ok_or_else(|| misfit(&operand));
        }
        let (comparison, by_path) = match operator.strip_suffix("Path") {
            Some(comparison) => (comparison, true),
            None => (operator, false),
        };
        let (class, relation) =
            comparison_named(comparison).ok_or_else(|| format!("{operator} is not a choice operator"))?;
        let operand = match operand {
            Value::String(path) if by_path => Operand::Path(Path::try_from(path)?),
            literal if !by_path && class.admits(&literal) => Operand::Literal(literal),
            other => return Err(misfit(&other)),
        };
        Ok(Self::Compare(class, relation, operand))
    }

    fn holds(&self, value: &Value, scope: Scope<'_>) -> Result<bool, TaskError> {
        Ok(match self {
            Self::Matches(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
            Self::Is(Kind::Null, wanted) => value.is_null() == *wanted,
            Self::Is(Kind::Class(class), wanted) => class.admits(value) == *wanted,
            Self::Compare(class, relation, operand) => {
                let other = match operand {
                    Operand::Literal(literal) => literal,
                    Operand::Path(path) => lookup(path, scope)?,
                };
                class.compare(value, other).is_some_and(|order| relation.holds(order))
            }
        })
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        if name == "Null" { Some(Self::Null) } else { Class::named(name).map(Self::Class) }
    }
}

/// `NumericLessThanEquals` and the like.
fn comparison_named(name: &str) -> Option<(Class, Relation)> {
    let classes = ["String", "Numeric", "Boolean", "Timestamp"];
    let (class, relation) = classes.iter().find_map(|class| Some((*class, name.strip_prefix(class)?)))?;
    let (class, relation) = (Class::named(class)?, Relation::named(relation)?);
    (class != Class::Boolean || relation == Relation::Equals).then_some((class, relation))
}

impl Class {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "String" => Self::String,
            "Numeric" => Self::Numeric,
            "Boolean" => Self::Boolean,
            "Timestamp" => Self::Timestamp,
            _ => return None,
        })
    }

    fn admits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Numeric => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Timestamp => timestamp(value).is_some(),
        }
    }

    fn compare(self, a: &Value, b: &Value) -> Option<Ordering> {
        match self {
            Self::String => Some(a.as_str()?.cmp(b.as_str()?)),
            Self::Numeric => compare_numbers(a.as_number()?, b.as_number()?),
            Self::Boolean => Some(a.as_bool()?.cmp(&b.as_bool()?)),
            Self::Timestamp => Some(timestamp(a)?.cmp(&timestamp(b)?)),
        }
    }
}

/// Whole numbers exactly, others as doubles.
fn compare_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

impl Relation {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Equals" => Self::Equals,
            "LessThan" => Self::LessThan,
            "GreaterThan" => Self::GreaterThan,
            "LessThanEquals" => Self::LessThanEquals,
            "GreaterThanEquals" => Self::GreaterThanEquals,
            _ => return None,
        })
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equals => order.is_eq(),
            Self::LessThan => order.is_lt(),
            Self::GreaterThan => order.is_gt(),
            Self::LessThanEquals => order.is_le(),
            Self::GreaterThanEquals => order.is_ge(),
        }
    }
}

/// A moment in the language's profile of RFC 3339: a capital `T`, and a capital `Z` or an offset of hours and minutes.
/// Source: Amazon States Language, "Timestamps".
pub(super) fn timestamp(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    let zone = text.ends_with('Z') || matches!(text.as_bytes(), [.., b'+' | b'-', _, _, b':', _, _]);
    if text.as_bytes().get(10) == Some(&b'T') && zone { text.parse().ok() } else { None }
}

/// What `StringMatches` matches by: `*` is any run of characters, `\*` an asterisk and `\\` a backslash.
#[derive(Debug)]
struct Pattern {
    first: String,
    /// What must follow each asterisk.
    rest: Vec<String>,
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let mut pattern = Self { first: String::new(), rest: Vec::new() };
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let literal = match letter {
                '*' => {
                    pattern.rest.push(String::new());
                    continue;
                }
                '\\' => letters
                    .next()
                    .filter(|next| matches!(next, '*' | '\\'))
                    .ok_or_else(|| format!("in the pattern {text:?}, \\ must stand before * or \\"))?,
                literal => literal,
            };
            pattern.rest.last_mut().unwrap_or(&mut pattern.first).push(literal);
        }
        Ok(pattern)
    }

    fn matches(&self, text: &str) -> bool {
        let Some((last, middle)) = self.rest.split_last() else { return text == self.first };
        let Some(mut left) = text.strip_prefix(self.first.as_str()) else { return false };
        for piece in middle {
            let Some((_, after)) = left.split_once(piece.as_str()) else { return false };
            left = after;
        }
        left.ends_with(last.as_str())
    }
}

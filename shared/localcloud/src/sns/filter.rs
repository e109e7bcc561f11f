//! Filter policies: which messages a subscription wants.
//!
//! Source: SNS, "Amazon SNS subscription filter policies". A policy that says anything this file does not know is
//! refused when the queue subscribes, because a filter that is half understood loses messages.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::sqs::{AttributeValue, MessageAttribute};

/// Source: SNS, "Filter policy constraints": top-level keys.
const MOST_KEYS: usize = 5;

/// Source: SNS, "Filter policy constraints": -10⁹ to 10⁹, with five digits after the decimal point.
const LARGEST_NUMBER: f64 = 1e9;
const ACCURACY: f64 = 1e5;

/// What a filter policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FilterScope {
    /// The message's attributes.
    #[default]
    MessageAttributes,
    /// The message itself, which must be a JSON object.
    MessageBody,
}

/// A filter policy that is understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilterPolicy {
    scope: FilterScope,
    rules: Vec<Rule>,
}

/// One of several things that must all hold.
#[derive(Debug, Clone, PartialEq)]
enum Rule {
    /// One of the key's values meets one of the conditions.
    Key(String, Vec<Condition>),
    /// The object at the key, or one of the objects in the list there, follows the rules.
    Nested(String, Vec<Rule>),
    /// One of several sets of rules holds.
    Either(Vec<Vec<Rule>>),
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Is(Value),
    Not(Vec<Condition>),
    Prefix(String),
    Suffix(String),
    IgnoringCase(String),
    /// Every comparison holds.
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl FilterPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// What is wrong with it, or not modelled.
    pub fn parse(policy: &Value, scope: FilterScope) -> Result<Self, String> {
        let keys = policy.as_object().ok_or("a policy is a JSON object")?;
        if keys.len() > MOST_KEYS {
            return Err(format!("a policy has at most {MOST_KEYS} keys"));
        }
        Ok(Self { scope, rules: rules(keys, scope)? })
    }

    /// Whether a message with these attributes and this body is wanted.
    pub fn accepts(&self, attributes: &BTreeMap<String, MessageAttribute>, message: &str) -> bool {
        match self.scope {
            FilterScope::MessageAttributes => {
                let shown = |(name, attribute): (&String, &MessageAttribute)| Some((name.clone(), visible(attribute)?));
                hold(&self.rules, &attributes.iter().filter_map(shown).collect())
            }
            FilterScope::MessageBody => match serde_json::from_str(message) {
                Ok(Value::Object(body)) => hold(&self.rules, &body),
                _ => false,
            },
        }
    }
}

/// What a filter sees of an attribute: nothing, if it is binary.
fn visible(attribute: &MessageAttribute) -> Option<Value> {
    match (&attribute.value, attribute.data_type.as_str()) {
        (AttributeValue::Binary(_), _) => None,
        (AttributeValue::Text(text), "String.Array") => serde_json::from_str(text).ok(),
        (AttributeValue::Text(text), kind) if kind.starts_with("Number") => {
            text.parse().ok().and_then(Number::from_f64).map(Value::Number)
        }
        (AttributeValue::Text(text), _) => Some(text.as_str().into()),
    }
}

fn rules(keys: &Map<String, Value>, scope: FilterScope) -> Result<Vec<Rule>, String> {
    if keys.is_empty() {
        return Err("a policy has at least one key".to_owned());
    }
    keys.iter().map(|(key, value)| rule(key, value, scope)).collect()
}

fn rule(key: &str, value: &Value, scope: FilterScope) -> Result<Rule, String> {
    match value {
        Value::Array(choices) if key == "$or" => {
            let choice = |choice: &Value| rules(choice.as_object().ok_or("$or lists objects")?, scope);
            let choices = choices.iter().map(choice).collect::<Result<Vec<_>, String>>()?;
            if choices.len() < 2 {
                return Err("$or needs at least two choices".to_owned());
            }
            Ok(Rule::Either(choices))
        }
        Value::Array(conditions) if !conditions.is_empty() => {
            let conditions = conditions.iter().map(|value| condition(value).map_err(|why| format!("{key}: {why}")));
            Ok(Rule::Key(key.to_owned(), conditions.collect::<Result<_, _>>()?))
        }
        Value::Object(nested) if scope == FilterScope::MessageBody => {
            Ok(Rule::Nested(key.to_owned(), rules(nested, scope)?))
        }
        _ => Err(format!("{key}: a key's conditions are a list that is not empty")),
    }
}

fn condition(value: &Value) -> Result<Condition, String> {
    let Value::Object(operation) = value else { return scalar(value) };
    let (Some((operator, operand)), 1) = (operation.iter().next(), operation.len()) else {
        return Err("a condition has one operator".to_owned());
    };
    let text = || match operand.as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("{operator} takes a text that is not empty")),
    };
    match operator.as_str() {
        "prefix" => text().map(Condition::Prefix),
        "suffix" => text().map(Condition::Suffix),
        "equals-ignore-case" => text().map(Condition::IgnoringCase),
        "exists" => operand.as_bool().map(Condition::Exists).ok_or_else(|| "exists takes true or false".to_owned()),
        "numeric" => numeric(operand),
        "anything-but" => anything_but(operand),
        other => Err(format!("the operator {other} is not modelled")),
    }
}

fn scalar(value: &Value) -> Result<Condition, String> {
    match value {
        Value::Array(_) | Value::Object(_) => {
            Err("a condition is a text, a number, true, false, null or an operator".to_owned())
        }
        Value::Number(number) => within(number.as_f64()).map(|_| Condition::Is(value.clone())),
        _ => Ok(Condition::Is(value.clone())),
    }
}

fn anything_but(operand: &Value) -> Result<Condition, String> {
    let refused = match operand {
        Value::Array(values) if !values.is_empty() => values.iter().map(scalar).collect::<Result<_, _>>()?,
        Value::Array(_) => return Err("anything-but takes a list that is not empty".to_owned()),
        Value::Object(_) => match condition(operand)? {
            inner @ (Condition::Prefix(_) | Condition::Suffix(_) | Condition::IgnoringCase(_)) => vec![inner],
            _ => return Err("anything-but takes values, prefix, suffix or equals-ignore-case".to_owned()),
        },
        value => vec![scalar(value)?],
    };
    Ok(Condition::Not(refused))
}

/// `["=", 1]`, `[">", 1]`, `[">=", 1, "<", 2]`.
fn numeric(operand: &Value) -> Result<Condition, String> {
    let parts = operand.as_array().map(Vec::as_slice).unwrap_or_default();
    let comparison = |pair: &[Value]| {
        let comparison = match pair.first().and_then(Value::as_str) {
            Some("=") => Comparison::Equal,
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::LessOrEqual,
            Some(">") => Comparison::Greater,
            Some(">=") => Comparison::GreaterOrEqual,
            _ => return Err("numeric compares by =, <, <=, > or >=".to_owned()),
        };
        Ok((comparison, within(pair.get(1).and_then(Value::as_f64))?))
    };
    let comparisons = parts.chunks(2).map(comparison).collect::<Result<Vec<_>, String>>()?;
    let is_lower = |comparison| matches!(comparison, Comparison::Greater | Comparison::GreaterOrEqual);
    let is_upper = |comparison| matches!(comparison, Comparison::Less | Comparison::LessOrEqual);
    match comparisons.as_slice() {
        [_] => Ok(Condition::Numeric(comparisons)),
        [(lower, from), (upper, to)] if is_lower(*lower) && is_upper(*upper) && from <= to => {
            Ok(Condition::Numeric(comparisons))
        }
        _ => Err("numeric takes one comparison, or a lower and then an upper bound".to_owned()),
    }
}

fn within(number: Option<f64>) -> Result<f64, String> {
    let number = number.filter(|number| number.abs() <= LARGEST_NUMBER);
    number.ok_or_else(|| "a number is between -10^9 and 10^9".to_owned())
}

fn hold(rules: &[Rule], object: &Map<String, Value>) -> bool {
    rules.iter().all(|rule| match rule {
        Rule::Key(key, conditions) => {
            let values = object.get(key).and_then(leaves);
            conditions.iter().any(|condition| condition.met_by(values.as_deref()))
        }
        Rule::Nested(key, rules) => match object.get(key) {
            Some(Value::Object(nested)) => hold(rules, nested),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).any(|item| hold(rules, item)),
            _ => hold(rules, &Map::new()),
        },
        Rule::Either(choices) => choices.iter().any(|rules| hold(rules, object)),
    })
}

/// The values at a key. An object is not a value: `exists` sees leaves only.
fn leaves(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Object(_) => None,
        Value::Array(items) => Some(items.iter().filter_map(leaves).flatten().collect()),
        leaf => Some(vec![leaf]),
    }
}

impl Condition {
    /// Whether one of a key's values meets it, or, for `exists`, whether the key is there.
    fn met_by(&self, values: Option<&[&Value]>) -> bool {
        match self {
            Self::Exists(wanted) => values.is_some() == *wanted,
            _ => values.unwrap_or_default().iter().any(|value| self.is_met_by(value)),
        }
    }

    fn is_met_by(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Is(Value::Number(wanted)), Value::Number(number)) => {
                rounded(wanted.as_f64()) == rounded(number.as_f64())
            }
            (Self::Is(wanted), value) => wanted == value,
            (Self::Not(refused), value) => !refused.iter().any(|condition| condition.is_met_by(value)),
            (Self::Prefix(prefix), Value::String(text)) => text.starts_with(prefix),
            (Self::Suffix(suffix), Value::String(text)) => text.ends_with(suffix),
            (Self::IgnoringCase(wanted), Value::String(text)) => wanted.to_lowercase() == text.to_lowercase(),
            (Self::Numeric(comparisons), Value::Number(number)) => {
                let number = rounded(number.as_f64());
                comparisons.iter().all(|(comparison, bound)| comparison.holds(number, rounded(Some(*bound))))
            }
            _ => false,
        }
    }
}

impl Comparison {
    fn holds(self, number: Option<f64>, bound: Option<f64>) -> bool {
        match self {
            Self::Equal => number == bound,
            Self::Less => number < bound,
            Self::LessOrEqual => number <= bound,
            Self::Greater => number > bound,
            Self::GreaterOrEqual => number >= bound,
        }
    }
}

/// A number in hundred-thousandths, which is as exact as SNS compares.
fn rounded(number: Option<f64>) -> Option<f64> {
    number.map(|number| (number * ACCURACY).round())
}

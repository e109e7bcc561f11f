//! Choice rules.

use std::cmp::Ordering;

use kernel::Timestamp;
use serde_json::Value;

use super::{TaskError, path::Path};

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    And(Vec<Rule>),
    Or(Vec<Rule>),
    Not(Box<Rule>),
    Compare { variable: Path, kind: Kind, relation: Relation, operand: Operand },
    Is { variable: Path, test: Test, expected: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Value(Value),
    Path(Path),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Null,
    Present,
    String,
    Numeric,
    Boolean,
    Timestamp,
}

const KINDS: [(&str, Kind); 4] =
    [("String", Kind::String), ("Numeric", Kind::Numeric), ("Boolean", Kind::Boolean), ("Timestamp", Kind::Timestamp)];

const RELATIONS: [(&str, Relation); 5] = [
    ("Equals", Relation::Equals),
    ("LessThan", Relation::LessThan),
    ("GreaterThan", Relation::GreaterThan),
    ("LessThanEquals", Relation::LessThanEquals),
    ("GreaterThanEquals", Relation::GreaterThanEquals),
];

const TESTS: [(&str, Test); 6] = [
    ("IsNull", Test::Null),
    ("IsPresent", Test::Present),
    ("IsString", Test::String),
    ("IsNumeric", Test::Numeric),
    ("IsBoolean", Test::Boolean),
    ("IsTimestamp", Test::Timestamp),
];

impl Rule {
    /// Compiles a rule; `Next` and `Comment` are the caller's.
    pub fn compile(rule: &Value) -> Result<Self, String> {
        let fields = rule.as_object().ok_or("a choice rule is an object")?;
        let parts: Vec<_> = fields.iter().filter(|(name, _)| !["Next", "Comment", "Variable"].contains(&name.as_str())).collect();
        let [(operator, operand)] = parts.as_slice() else {
            return Err("a choice rule has exactly one comparison, And, Or or Not".to_owned());
        };
        let list = |operand: &Value| -> Result<Vec<Self>, String> {
            let rules = operand.as_array().filter(|rules| !rules.is_empty());
            rules.ok_or("And and Or need rules")?.iter().map(Self::compile).collect()
        };
        match operator.as_str() {
            "And" => return list(operand).map(Self::And),
            "Or" => return list(operand).map(Self::Or),
            "Not" => return Self::compile(operand).map(|rule| Self::Not(Box::new(rule))),
            _ => {}
        }
        let variable = fields.get("Variable").and_then(Value::as_str).ok_or("a comparison needs a Variable")?;
        Self::comparison(Path::parse(variable)?, operator, operand)
    }

    fn comparison(variable: Path, operator: &str, operand: &Value) -> Result<Self, String> {
        if let Some((_, test)) = TESTS.iter().find(|(name, _)| *name == operator) {
            let expected = operand.as_bool().ok_or_else(|| format!("{operator} needs true or false"))?;
            return Ok(Self::Is { variable, test: *test, expected });
        }
        let (name, by_path) = operator.strip_suffix("Path").map_or((operator, false), |name| (name, true));
        for (prefix, kind) in KINDS {
            let Some(rest) = name.strip_prefix(prefix) else { continue };
            let Some((_, relation)) = RELATIONS.iter().find(|(relation, _)| *relation == rest) else { continue };
            if kind == Kind::Boolean && *relation != Relation::Equals {
                continue;
            }
            let operand = match by_path {
                true => Operand::Path(Path::parse(operand.as_str().ok_or_else(|| format!("{operator} needs a path"))?)?),
                false if kind.holds(operand) => Operand::Value(operand.clone()),
                false => return Err(format!("{operator} has an operand of another kind")),
            };
            return Ok(Self::Compare { variable, kind, relation: *relation, operand });
        }
        Err(format!("the comparison {operator} is not modelled"))
    }

    pub fn holds(&self, input: &Value, context: &Value) -> Result<bool, TaskError> {
        let find = |path: &Path| {
            let missing = || TaskError::new("States.Runtime", format!("there is nothing at {path}"));
            path.get(input, context).ok_or_else(missing)
        };
        match self {
            Self::And(rules) => rules.iter().try_fold(true, |so_far, rule| Ok(so_far && rule.holds(input, context)?)),
            Self::Or(rules) => rules.iter().try_fold(false, |so_far, rule| Ok(so_far || rule.holds(input, context)?)),
            Self::Not(rule) => rule.holds(input, context).map(|holds| !holds),
            Self::Is { variable, test: Test::Present, expected } => Ok(variable.get(input, context).is_some() == *expected),
            Self::Is { variable, test, expected } => Ok(test.is(find(variable)?) == *expected),
            Self::Compare { variable, kind, relation, operand } => {
                let operand = match operand {
                    Operand::Value(value) => value,
                    Operand::Path(path) => find(path)?,
                };
                // Values of different kinds compare as unequal, and never as less or greater.
                let ordering = kind.compare(find(variable)?, operand);
                Ok(ordering.is_some_and(|ordering| relation.admits(ordering)))
            }
        }
    }
}

impl Kind {
    fn holds(self, value: &Value) -> bool {
        self.compare(value, value).is_some()
    }

    fn compare(self, left: &Value, right: &Value) -> Option<Ordering> {
        match self {
            Self::String => Some(left.as_str()?.cmp(right.as_str()?)),
            Self::Numeric => left.as_f64()?.partial_cmp(&right.as_f64()?),
            Self::Boolean => Some(left.as_bool()?.cmp(&right.as_bool()?)),
            Self::Timestamp => Some(timestamp(left)?.cmp(&timestamp(right)?)),
        }
    }
}

impl Relation {
    fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equals => ordering.is_eq(),
            Self::LessThan => ordering.is_lt(),
            Self::GreaterThan => ordering.is_gt(),
            Self::LessThanEquals => ordering.is_le(),
            Self::GreaterThanEquals => ordering.is_ge(),
        }
    }
}

impl Test {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Present => true,
            Self::String => value.is_string(),
            Self::Numeric => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Timestamp => timestamp(value).is_some(),
        }
    }
}

fn timestamp(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

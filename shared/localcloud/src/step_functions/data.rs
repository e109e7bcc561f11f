//! How data flows through a state: `InputPath`, `Parameters`, the work, `ResultSelector`, `ResultPath`, `OutputPath`,
//! in this order.
//!
//! Source: Amazon States Language, "Input and Output Processing".

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{
    Execution, TaskError, errors,
    path::{Path, Scope},
};

/// The largest input, output or result: 256 KiB of JSON in UTF-8. Source: Step Functions, "Service quotas".
const MAX_BYTES: usize = 262_144;

/// `InputPath` and `OutputPath`: a part of the data, or, when null, an empty object.
#[derive(Debug)]
pub(super) struct Selection(Option<Path>);

/// `ResultPath`: where in the state's input the result goes, or, when null, that it is dropped.
#[derive(Debug)]
pub(super) struct Placement(Option<Path>);

impl Default for Selection {
    fn default() -> Self {
        Self(Some(Path::whole()))
    }
}

impl Default for Placement {
    fn default() -> Self {
        Self(Some(Path::whole()))
    }
}

impl<'de> Deserialize<'de> for Selection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Placement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = Option::<Path>::deserialize(deserializer)?;
        match path {
            Some(path) if path.is_context() => Err(serde::de::Error::custom("ResultPath cannot point into $$")),
            path => Ok(Self(path)),
        }
    }
}

impl Selection {
    /// The selected part. `field` names the selection in an error.
    pub fn of(&self, scope: Scope<'_>, field: &str) -> Result<Value, TaskError> {
        match &self.0 {
            None => Ok(json!({})),
            Some(path) => read(path, scope, field).cloned(),
        }
    }
}

impl Placement {
    /// The state's input with the result in its place.
    pub fn put(&self, input: Value, result: Value) -> Result<Value, TaskError> {
        let Some(path) = &self.0 else { return Ok(input) };
        path.put(input, result).ok_or_else(|| TaskError {
            error: errors::RESULT_PATH_MATCH_FAILURE.to_owned(),
            cause: format!("Unable to apply ResultPath '{path}' to the input of the state"),
        })
    }
}

/// `Parameters` and `ResultSelector`: an object in which every field whose name ends in `.$` is read from a path.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct Template(Vec<(String, Part)>);

#[derive(Debug)]
enum Part {
    Path(Path),
    Object(Template),
    Array(Vec<Part>),
    Literal(Value),
}

impl TryFrom<Map<String, Value>> for Template {
    type Error = String;

    fn try_from(fields: Map<String, Value>) -> Result<Self, String> {
        let mut parts: Vec<(String, Part)> = Vec::with_capacity(fields.len());
        for (field, value) in fields {
            let (name, part) = match (field.strip_suffix(".$"), value) {
                (Some(name), Value::String(path)) => (name.to_owned(), Part::Path(Path::try_from(path)?)),
                (Some(_), _) => return Err(format!("{field:?} must be a path")),
                (None, value) => (field, Part::try_from(value)?),
            };
            if parts.iter().any(|(other, _)| *other == name) {
                return Err(format!("{name:?} is given twice"));
            }
            parts.push((name, part));
        }
        Ok(Self(parts))
    }
}

impl TryFrom<Value> for Part {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        Ok(match value {
            Value::Object(fields) => Self::Object(Template::try_from(fields)?),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::try_from).collect::<Result<_, _>>()?),
            literal => Self::Literal(literal),
        })
    }
}

impl Template {
    /// The object with its paths read.
    pub fn fill(&self, scope: Scope<'_>) -> Result<Value, TaskError> {
        let fields = self.0.iter().map(|(name, part)| Ok((name.clone(), part.fill(scope, name)?)));
        fields.collect::<Result<Map<_, _>, _>>().map(Value::Object)
    }
}

impl Part {
    fn fill(&self, scope: Scope<'_>, field: &str) -> Result<Value, TaskError> {
        match self {
            Self::Path(path) => read(path, scope, &format!("{field}.$")).cloned(),
            Self::Object(template) => template.fill(scope),
            Self::Array(items) => items.iter().map(|item| item.fill(scope, field)).collect(),
            Self::Literal(value) => Ok(value.clone()),
        }
    }
}

/// The value at a path, or `States.Runtime`, which fails the execution.
///
/// The language's specification says `States.ParameterPathFailure` for `Parameters`, but Step Functions reports
/// `States.Runtime`, as its own workshop shows and LocalStack recorded, and nothing can catch that.
/// Sources: AWS Step Functions workshop, "Input and output processing"; github.com/localstack/localstack/issues/11951.
pub(super) fn read<'a>(path: &Path, scope: Scope<'a>, field: &str) -> Result<&'a Value, TaskError> {
    path.get(scope).ok_or_else(|| {
        let of =
            if path.is_context() { "the context object".to_owned() } else { format!("the input '{}'", scope.data) };
        let cause = format!("The JSONPath '{path}' specified for the field '{field}' could not be found in {of}");
        errors::runtime(cause)
    })
}

/// Holds data to the size that Step Functions passes on.
pub(super) fn within_limit(value: Value, what: &str) -> Result<Value, TaskError> {
    if value.to_string().len() <= MAX_BYTES {
        return Ok(value);
    }
    let cause = format!("{what} is larger than the maximum number of bytes service limit ({MAX_BYTES}).");
    Err(TaskError { error: errors::DATA_LIMIT_EXCEEDED.to_owned(), cause })
}

/// One visit to a state, as the context object tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit<'a> {
    pub state: &'a str,
    pub entered_at: kernel::Timestamp,
    pub retries: u32,
}

/// `$$`. Source: Step Functions, "Accessing execution data from the Context object".
pub(super) fn context(execution: &Execution, visit: Visit<'_>) -> Value {
    let mut context = json!({
        "Execution": {
            "Id": execution.id,
            "Input": execution.input,
            "Name": execution.name,
            "StartTime": format!("{:.3}", execution.started_at),
        },
        "State": {
            "EnteredTime": format!("{:.3}", visit.entered_at),
            "Name": visit.state,
            "RetryCount": visit.retries,
        },
    });
    if let Some((id, name)) = machine_of(&execution.id) {
        context["StateMachine"] = json!({ "Id": id, "Name": name });
    }
    context
}

/// The state machine's ARN and name, which an execution's ARN contains:
/// `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME`, or `express` for `execution`.
fn machine_of(execution_arn: &str) -> Option<(String, &str)> {
    let parts: Vec<&str> = execution_arn.split(':').collect();
    let [arn, partition, service, region, account, "execution" | "express", name, ..] = parts.as_slice() else {
        return None;
    };
    Some((format!("{arn}:{partition}:{service}:{region}:{account}:stateMachine:{name}"), name))
}

//! Payload templates: `Parameters` and `ResultSelector`.

use serde_json::Value;

use super::{TaskError, path::Path};

/// JSON in which a field `name.$` stands for what its path finds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Template {
    Literal(Value),
    Path(Path),
    Object(Vec<(String, Template)>),
    Array(Vec<Template>),
}

impl Template {
    pub fn compile(value: &Value) -> Result<Self, String> {
        match value {
            Value::Object(fields) => {
                let field = |(name, value): (&String, &Value)| match name.strip_suffix(".$") {
                    None => Ok((name.clone(), Self::compile(value)?)),
                    Some(name) => {
                        let text = value.as_str().ok_or_else(|| format!("{name}.$ needs a path"))?;
                        if text.starts_with("States.") {
                            return Err(format!("{name}.$ uses an intrinsic function, which is not modelled"));
                        }
                        Ok((name.to_owned(), Self::Path(Path::parse(text)?)))
                    }
                };
                fields.iter().map(field).collect::<Result<_, String>>().map(Self::Object)
            }
            Value::Array(items) => items.iter().map(Self::compile).collect::<Result<_, _>>().map(Self::Array),
            other => Ok(Self::Literal(other.clone())),
        }
    }

    pub fn fill(&self, input: &Value, context: &Value) -> Result<Value, TaskError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(path) => path.get(input, context).cloned().ok_or_else(|| {
                TaskError::new("States.ParameterPathFailure", format!("there is nothing at {path}"))
            }),
            Self::Object(fields) => {
                let fill = |(name, template): &(String, Self)| Ok((name.clone(), template.fill(input, context)?));
                fields.iter().map(fill).collect::<Result<serde_json::Map<_, _>, TaskError>>().map(Value::Object)
            }
            Self::Array(items) => {
                items.iter().map(|item| item.fill(input, context)).collect::<Result<_, _>>().map(Value::Array)
            }
        }
    }
}

//! Reading parameters: nested fields from a query string or a form, each of which must be known.
//!
//! Fields are taken out one by one; [`Params::finish`] refuses what is left, as Stripe refuses what it does not know.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::ApiError;

/// Source: docs.stripe.com/api/metadata.
const MAX_METADATA: (usize, usize, usize) = (50, 40, 500);

/// Parameters that were sent.
#[derive(Debug, Clone)]
pub(crate) struct Params {
    /// The field that these are inside of.
    inside: Option<String>,
    fields: Map<String, Value>,
}

impl Params {
    /// Reads `a=1&b[c]=2&d[]=3`, with or without percent signs in the brackets' place.
    pub(crate) fn read(encoded: &[u8]) -> Result<Self, ApiError> {
        match serde_qs::Config::new().use_form_encoding(true).deserialize_bytes(encoded) {
            Ok(Value::Object(fields)) => Ok(Self { inside: None, fields }),
            Ok(Value::Null) => Ok(Self { inside: None, fields: Map::new() }),
            Ok(_) | Err(_) => Err(ApiError::invalid("Invalid request: the parameters could not be parsed.")),
        }
    }

    /// All of them, to compare with others.
    pub(crate) fn to_value(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    /// A text, which cannot be empty.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.fields.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(Value::String(_) | Value::Null) => {
                let message = format!(
                    "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
                     however '{name}' cannot be unset."
                );
                Err(self.invalid(name, message).code("parameter_invalid_empty"))
            }
            Some(_) => Err(self.invalid(name, "Invalid string.")),
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text
            .parse()
            .map_err(|_| self.invalid(name, format!("Invalid integer: {text}")).code("parameter_invalid_integer"))?;
        Ok(Some(number))
    }

    /// A whole number that must be there.
    pub(crate) fn required_integer(&mut self, name: &str) -> Result<i64, ApiError> {
        self.integer(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number, at least 1.
    pub(crate) fn positive(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        match self.integer(name)? {
            Some(..1) => {
                let message = "This value must be greater than or equal to 1.";
                Err(self.invalid(name, message).code("parameter_invalid_integer"))
            }
            other => Ok(other),
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.invalid(name, format!("Invalid boolean: {text}")))
    }

    /// One of these words.
    pub(crate) fn choice(&mut self, name: &str, words: &[&str]) -> Result<Option<String>, ApiError> {
        match self.text(name)? {
            Some(word) if !words.contains(&word.as_str()) => {
                let message = format!("Invalid {}: must be one of {}", self.full_name(name), words.join(", "));
                Err(self.invalid(name, message))
            }
            other => Ok(other),
        }
    }

    /// A list of texts.
    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        match self.fields.remove(name) {
            None => Ok(None),
            Some(Value::Array(values)) => values
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(self.invalid(name, "Invalid string.")),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(self.invalid(name, "Invalid array.")),
        }
    }

    /// What the caller notes for themselves.
    pub(crate) fn metadata(&mut self) -> Result<BTreeMap<String, String>, ApiError> {
        let (most, longest_key, longest_value) = MAX_METADATA;
        let Some(fields) = self.nested("metadata")? else { return Ok(BTreeMap::new()) };
        if fields.fields.len() > most {
            return Err(self.invalid("metadata", format!("Metadata can have at most {most} keys.")));
        }
        let mut metadata = BTreeMap::new();
        for (key, value) in fields.fields {
            match value {
                // An empty value unsets a key.
                Value::String(value) if value.is_empty() => {}
                Value::String(value) => {
                    if key.chars().count() > longest_key || value.chars().count() > longest_value {
                        let message = format!(
                            "Metadata keys can have up to {longest_key} characters, values up to {longest_value}."
                        );
                        return Err(self.invalid("metadata", message));
                    }
                    metadata.insert(key, value);
                }
                _ => return Err(self.invalid("metadata", "Metadata values must be strings.")),
            }
        }
        Ok(metadata)
    }

    /// Fields inside of a field.
    pub(crate) fn nested(&mut self, name: &str) -> Result<Option<Self>, ApiError> {
        match self.fields.remove(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self { inside: Some(self.full_name(name)), fields })),
            Some(_) => Err(self.invalid(name, "Invalid object")),
        }
    }

    /// Whether a field is a single value.
    pub(crate) fn is_single(&self, name: &str) -> bool {
        matches!(self.fields.get(name), Some(Value::String(_)))
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(name) => {
                let message = format!("Received unknown parameter: {}", self.full_name(name));
                Err(self.invalid(name, message).code("parameter_unknown"))
            }
        }
    }

    fn missing(&self, name: &str) -> ApiError {
        self.invalid(name, format!("Missing required param: {}.", self.full_name(name))).code("parameter_missing")
    }

    fn invalid(&self, name: &str, message: impl Into<String>) -> ApiError {
        ApiError::invalid(message).param(&self.full_name(name))
    }

    fn full_name(&self, name: &str) -> String {
        match &self.inside {
            Some(outer) => format!("{outer}[{name}]"),
            None => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoded: &str) -> Params {
        Params::read(encoded.as_bytes()).unwrap()
    }

    #[test]
    fn fields_are_read_however_brackets_are_written() {
        for encoded in [
            "amount=5&list[]=a&list[]=b&metadata[order_id]=ord+1",
            "list[0]=a&list[1]=b&metadata%5Border_id%5D=ord%201&amount=5",
        ] {
            let mut params = read(encoded);
            assert_eq!(params.integer("amount").unwrap(), Some(5));
            assert_eq!(params.list("list").unwrap().unwrap(), ["a", "b"]);
            assert_eq!(params.metadata().unwrap(), BTreeMap::from([("order_id".into(), "ord 1".into())]));
            params.finish().unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let code = |error: ApiError| (error.status, error.body()["error"]["code"].clone());
        assert_eq!(code(read("x=1").finish().unwrap_err()), (400, "parameter_unknown".into()));
        assert_eq!(code(read("a=").text("a").unwrap_err()), (400, "parameter_invalid_empty".into()));
        assert_eq!(code(read("a=1.5").integer("a").unwrap_err()), (400, "parameter_invalid_integer".into()));
        assert_eq!(code(read("a=0").positive("a").unwrap_err()), (400, "parameter_invalid_integer".into()));
        assert_eq!(code(read("").required("a").unwrap_err()), (400, "parameter_missing".into()));
        let inner = read("a[b]=1").nested("a").unwrap().unwrap().finish().unwrap_err();
        assert_eq!(inner.body()["error"]["param"], "a[b]");
        for encoded in ["%ff=1", "a=1&a[b]=2"] {
            assert!(Params::read(encoded.as_bytes()).is_err(), "{encoded}");
        }
    }
}

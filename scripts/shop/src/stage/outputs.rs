//! What Terraform put out.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;

/// The outputs of a stage.
#[derive(Debug, Clone)]
pub struct Outputs {
    values: BTreeMap<String, Output>,
}

#[derive(Debug, Clone, Deserialize)]
struct Output {
    value: Value,
    #[serde(default)]
    sensitive: bool,
}

/// A function that is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Function {
    /// What AWS calls it.
    pub name: String,
    /// Where its logs are.
    pub log_group: String,
}

impl Outputs {
    /// Reads what `terraform output -json` prints.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(Self { values: serde_json::from_str(text).context("terraform output -json printed something else")? })
    }

    /// Whether there are none: the stage is not deployed.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One output, as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.value.as_str()
    }

    /// The functions, by `context/function`: all of them, or those of `wanted`.
    ///
    /// # Errors
    /// The stage is not deployed, or has no such function.
    pub fn functions(&self, wanted: &[String]) -> anyhow::Result<BTreeMap<String, Function>> {
        let functions = self.values.get("functions").context("nothing is deployed: there is no output `functions`")?;
        let mut all: BTreeMap<String, Function> =
            Deserialize::deserialize(&functions.value).context("the output `functions` is something else")?;
        if let Some(unknown) = wanted.iter().find(|name| !all.contains_key(*name)) {
            let known: Vec<_> = all.into_keys().collect();
            bail!("there is no function {unknown}; there are {}", known.join(", "));
        }
        all.retain(|name, _| wanted.is_empty() || wanted.contains(name));
        Ok(all)
    }

    /// As JSON: names and values, without those that are sensitive.
    pub fn json(&self) -> Value {
        let shown = self.values.iter().filter(|(_, output)| !output.sensitive);
        shown.map(|(name, output)| (name.clone(), output.value.clone())).collect()
    }

    /// For people: what is one value first, then what is many, a line each.
    pub fn table(&self) -> String {
        let width = self.values.keys().map(String::len).max().unwrap_or_default();
        let (mut single, mut many) = (Vec::new(), Vec::new());
        for (name, output) in &self.values {
            match &output.value {
                _ if output.sensitive => single.push(format!("{name:<width$}  (sensitive)")),
                Value::Null => {}
                Value::Object(entries) if !entries.is_empty() => {
                    many.push(format!("{name}:"));
                    many.extend(entries.iter().map(|(key, value)| format!("  {key}  {}", short(value))));
                }
                Value::Array(entries) if !entries.is_empty() => {
                    many.push(format!("{name}:"));
                    many.extend(entries.iter().map(|value| format!("  {}", short(value))));
                }
                Value::Object(_) | Value::Array(_) => single.push(format!("{name:<width$}  (none)")),
                value => single.push(format!("{name:<width$}  {}", short(value))),
            }
        }
        [single, many].concat().join("\n")
    }
}

/// What tells most about a resource: its URL, name or ARN.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => match ["url", "name", "arn"].iter().find_map(|name| fields.get(*name)?.as_str()) {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        },
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs() -> Outputs {
        let text = serde_json::json!({
            "api_url": { "value": "https://api.example", "type": "string", "sensitive": false },
            "edge_url": { "value": null, "type": "string" },
            "token": { "value": "secret", "sensitive": true },
            "functions": { "value": {
                "orders/get-order": { "name": "emporium-dev-orders-get-order", "log_group": "/aws/lambda/o", "version": "3" },
                "catalog/get-product": { "name": "emporium-dev-catalog-get-product", "log_group": "/aws/lambda/c" },
            } },
            "alarms": { "value": [] },
        });
        Outputs::parse(&text.to_string()).unwrap()
    }

    #[test]
    fn functions_are_found_by_context_and_name() {
        let outputs = outputs();
        assert_eq!(outputs.functions(&[]).unwrap().len(), 2);
        let one = outputs.functions(&["orders/get-order".to_owned()]).unwrap();
        assert_eq!(one.len(), 1);
        assert_eq!(one["orders/get-order"].log_group, "/aws/lambda/o");
        let error = outputs.functions(&["orders/nothing".to_owned()]).unwrap_err().to_string();
        assert!(error.ends_with("there are catalog/get-product, orders/get-order"), "{error}");
    }

    #[test]
    fn a_stage_without_outputs_says_that_it_is_not_deployed() {
        let error = Outputs::parse("{}").unwrap().functions(&[]).unwrap_err().to_string();
        assert!(error.starts_with("nothing is deployed"), "{error}");
    }

    #[test]
    fn what_is_sensitive_is_not_shown() {
        let expected = "\
alarms     (none)
api_url    https://api.example
token      (sensitive)
functions:
  orders/get-order  emporium-dev-orders-get-order
  catalog/get-product  emporium-dev-catalog-get-product";
        assert_eq!(outputs().table(), expected);
        assert_eq!(outputs().json().get("token"), None);
        assert_eq!(outputs().text("api_url"), Some("https://api.example"));
    }
}

//! What the matrix has to know of the saga's definition.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde_json::Value;

use crate::local::ORDER_SAGA;

/// The saga's tasks.
pub struct Saga {
    functions: BTreeMap<String, String>,
    refusing: BTreeSet<String>,
    undo: BTreeSet<String>,
}

impl Saga {
    /// Reads the definition.
    ///
    /// # Errors
    /// It is none.
    pub fn load() -> anyhow::Result<Self> {
        let definition: Value = serde_json::from_str(ORDER_SAGA).context("the saga's definition")?;
        let states = definition["States"].as_object().context("the saga has no states")?;
        let mut saga = Self { functions: BTreeMap::new(), refusing: BTreeSet::new(), undo: BTreeSet::new() };
        for (name, state) in states {
            let Some(resource) = state["Resource"].as_str() else { continue };
            let function = resource.trim_start_matches("${functions}").trim_end_matches(":live").replacen('-', "/", 1);
            saga.functions.insert(name.clone(), function);
            let answers = states.get(state["Next"].as_str().unwrap_or_default());
            let answers = answers.and_then(|choice| choice["Choices"].as_array()).into_iter().flatten();
            if answers.into_iter().any(|answer| answer["StringEquals"] == "refused") {
                saga.refusing.insert(name.clone());
            }
        }
        let mut ahead = vec!["Refused"];
        let mut seen = BTreeSet::new();
        while let Some(name) = ahead.pop() {
            let Some(state) = states.get(name).filter(|_| seen.insert(name)) else { continue };
            saga.undo.extend(saga.functions.contains_key(name).then(|| name.to_owned()));
            let choices = state["Choices"].as_array().into_iter().flatten();
            ahead.extend(choices.chain([state]).filter_map(|next| next["Next"].as_str()));
        }
        Ok(saga)
    }

    /// The states that call a function.
    pub fn tasks(&self) -> BTreeSet<String> {
        self.functions.keys().cloned().collect()
    }

    /// The states whose function can refuse for good.
    pub fn refusing(&self) -> &BTreeSet<String> {
        &self.refusing
    }

    /// The states of the undo.
    pub fn undo(&self) -> &BTreeSet<String> {
        &self.undo
    }

    /// The function, `context/name`, that a state calls.
    pub fn function_of(&self, state: &str) -> Option<&str> {
        self.functions.get(state).map(String::as_str)
    }
}

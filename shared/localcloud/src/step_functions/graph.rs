//! The states and the ways between them: for checks, bounds and drawings.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    StateMachine,
    definition::{State, Work},
};

/// A state as a drawing shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type: `Task`, `Choice`, `Pass`, `Wait`, `Succeed` or `Fail`.
    pub kind: &'static str,
    /// Its comment.
    pub comment: Option<&'a str>,
    /// Where it can lead, in the order in which that is decided.
    pub transitions: Vec<Transition<'a>>,
}

/// A way from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition<'a> {
    /// The other state.
    pub to: &'a str,
    /// When this way is taken, if it is not always: a rule, `otherwise`, or the errors that are caught.
    pub when: Option<String>,
}

impl StateMachine {
    /// The states, in the order of the definition.
    pub fn states(&self) -> Vec<StateView<'_>> {
        let states = self.states.iter();
        states
            .map(|(name, state)| StateView {
                name,
                kind: state.kind(),
                comment: state.comment.as_deref(),
                transitions: state.transitions(),
            })
            .collect()
    }

    /// The name of the first state.
    pub fn start_at(&self) -> &str {
        &self.start_at
    }

    /// The ARNs of the functions that it can call.
    pub fn functions(&self) -> BTreeSet<String> {
        let arn = |state: &State| match &state.work {
            Work::Task(task) => Some(task.resource.as_str().to_owned()),
            _ => None,
        };
        self.states.values().filter_map(arn).collect()
    }
}

impl State {
    pub(super) fn kind(&self) -> &'static str {
        match self.work {
            Work::Task(_) => "Task",
            Work::Choice(_) => "Choice",
            Work::Pass(_) => "Pass",
            Work::Wait(_) => "Wait",
            Work::Succeed(_) => "Succeed",
            Work::Fail(_) => "Fail",
        }
    }

    pub(super) fn transitions(&self) -> Vec<Transition<'_>> {
        let mut transitions: Vec<_> = self.next.iter().map(|to| Transition { to, when: None }).collect();
        match &self.work {
            Work::Choice(choice) => {
                let rules = choice.choices.iter();
                transitions.extend(rules.map(|rule| Transition { to: &rule.next, when: Some(rule.label.clone()) }));
                let default = choice.default.iter();
                transitions.extend(default.map(|to| Transition { to, when: Some("otherwise".to_owned()) }));
            }
            Work::Task(task) => transitions.extend(
                task.catch
                    .iter()
                    .map(|catcher| Transition { to: &catcher.next, when: Some(catcher.error_equals.join(", ")) }),
            ),
            Work::Pass(_) | Work::Wait(_) | Work::Succeed(_) | Work::Fail(_) => {}
        }
        transitions
    }

    /// Whether the execution can end here. (A Choice without a Default fails where no rule holds, which is no end that
    /// anybody wanted.)
    pub(super) fn is_terminal(&self) -> bool {
        self.next.is_none() && !matches!(self.work, Work::Choice(_))
    }
}

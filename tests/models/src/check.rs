//! Runs a model through stateright's breadth-first search, and says what was found.
//!
//! stateright 0.31 looks whether to stop after every 1,500 states only, and of several counterexamples to one property
//! it keeps the last. The first is the shortest, so properties go through [`Firsts`], which lets each fail once.

use std::sync::atomic::{AtomicU32, Ordering};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

/// Which properties have met their first counterexample, or example.
#[derive(Debug, Default)]
pub struct Firsts(AtomicU32);

impl Firsts {
    /// Whether an `always` property with this number still looks unbroken: it breaks once.
    pub(crate) fn keeps(&self, number: u32, holds: bool) -> bool {
        holds || !self.is_first(number)
    }

    /// Whether a `sometimes` property with this number shows for the first time.
    pub(crate) fn shows(&self, number: u32, holds: bool) -> bool {
        holds && self.is_first(number)
    }

    fn is_first(&self, number: u32) -> bool {
        let bit = 1 << number;
        self.0.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }
}

/// A model that can put what happens into words.
pub trait Told: Model {
    /// What there is to say of an initial state.
    fn begin(&self, state: &Self::State) -> Option<String>;

    /// What happens when `action` is taken in `state`.
    fn tell(&self, state: &Self::State, action: &Self::Action) -> String;
}

/// A property that does not hold, and the shortest way there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The property.
    pub property: &'static str,
    /// What happened, from the beginning.
    pub trace: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Different states that it came upon.
    pub states: usize,
    /// Steps of the longest way that it went.
    pub depth: usize,
    /// Whether it ran until nothing was left to visit.
    pub complete: bool,
    /// The first property found broken.
    pub broken: Option<Broken>,
    /// Properties of the kind "this can happen" of which no example was met.
    pub never: Vec<&'static str>,
}

/// Visits every state that can be reached, or stops soon after the first that breaks a property.
pub(crate) fn search<M>(model: M) -> Found
where
    M: Told + Send + Sync + 'static,
    M::State: Clone + PartialEq + std::hash::Hash + Send + Sync + 'static,
    M::Action: Clone + PartialEq,
{
    let checker = model.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let mut discoveries = checker.discoveries();
    let (mut broken, mut never) = (None, Vec::new());
    for property in checker.model().properties() {
        let discovery = discoveries.remove(property.name);
        match (property.expectation, discovery) {
            (Expectation::Sometimes, None) => never.push(property.name),
            (Expectation::Always, Some(path)) => {
                let steps = path.into_vec();
                let tell = |(state, action): &(M::State, Option<M::Action>)| {
                    action.as_ref().map(|action| checker.model().tell(state, action))
                };
                let begin = steps.first().and_then(|(state, _)| checker.model().begin(state));
                let trace: Vec<String> = begin.into_iter().chain(steps.iter().filter_map(tell)).collect();
                // Of properties that break equally early, the first in the model's list.
                if broken.as_ref().is_none_or(|known: &Broken| trace.len() < known.trace.len()) {
                    broken = Some(Broken { property: property.name, trace });
                }
            }
            _ => {}
        }
    }
    Found {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        complete: broken.is_none() && checker.is_done(),
        broken,
        never,
    }
}

//! What the models show, as data: for a document, and for the test that it is still so.

use crate::{
    check::Found,
    saga::{self, Grain, Saga},
    stock::{self, Stock},
};

/// What becomes of a protocol without one of its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReport {
    /// Which model: "saga" or "stock".
    pub model: &'static str,
    /// The rule's name in the model.
    pub rule: String,
    /// What it demands.
    pub says: &'static str,
    /// The property that breaks without it, if one does.
    pub broken: Option<&'static str>,
    /// The shortest way there. Empty when the property is one of what can happen, and no longer can.
    pub trace: Vec<String>,
    /// States visited: until shortly after the break, or all.
    pub states: usize,
    /// What the rule is kept for, when nothing breaks without it.
    pub kept_for: Option<&'static str>,
}

/// Leaves out one rule after the other. Takes some seconds.
pub fn report() -> Vec<RuleReport> {
    let saga = saga::Rule::ALL.into_iter().map(|rule| {
        let found = Saga::explore_without(rule, rule.bounds());
        of("saga", format!("{rule:?}"), rule.says(), rule.kept_for(), found)
    });
    let stock = stock::Rule::ALL.into_iter().map(|rule| {
        let found = Stock::explore_without(rule, rule.bounds());
        of("stock", format!("{rule:?}"), rule.says(), rule.kept_for(), found)
    });
    saga.chain(stock).collect()
}

fn of(
    model: &'static str,
    rule: String,
    says: &'static str,
    kept_for: Option<&'static str>,
    found: Found,
) -> RuleReport {
    let (broken, trace) = match found.broken {
        Some(broken) => (Some(broken.property), broken.trace),
        None => (found.never.first().copied(), Vec::new()),
    };
    RuleReport { model, rule, says, broken, trace, states: found.states, kept_for }
}

/// A search of a whole protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explored {
    /// Which model: "saga" or "stock".
    pub model: &'static str,
    /// The bounds, in words.
    pub bounds: String,
    /// What was found.
    pub found: Found,
}

/// The protocols with all of their rules, within bounds that take some seconds.
pub fn explore() -> Vec<Explored> {
    let saga = [(3, 1, 1, Grain::Step), (2, 2, 1, Grain::Step), (2, 1, 2, Grain::Call), (3, 0, 2, Grain::Call)];
    let saga = saga.map(|(executions, late, lines, grain)| saga::Bounds { executions, late, lines, grain });
    let stock = [(2, 2, 2, 2, true), (2, 2, 1, 3, false), (3, 1, 1, 2, false)];
    let stock =
        stock.map(|(orders, lines, shards, workers, others)| stock::Bounds { orders, lines, shards, workers, others });
    let saga = saga.into_iter().map(explore_saga);
    saga.chain(stock.into_iter().map(explore_stock)).collect()
}

/// Larger bounds, for once in a while: they take half a minute and 300 MB.
pub fn explore_further() -> Vec<Explored> {
    let saga = [(3, 2, 1, Grain::Step), (3, 1, 1, Grain::Call)];
    let saga = saga.map(|(executions, late, lines, grain)| saga::Bounds { executions, late, lines, grain });
    let stock = stock::Bounds { orders: 3, lines: 2, shards: 1, workers: 3, others: false };
    saga.into_iter().map(explore_saga).chain([explore_stock(stock)]).collect()
}

fn explore_saga(bounds: saga::Bounds) -> Explored {
    let saga::Bounds { executions, late, lines, grain } = bounds;
    let grain = match grain {
        Grain::Step => "steps happen at once",
        Grain::Call => "every call by itself",
    };
    let words = format!("{executions} executions at once, {late} late calls at once, {lines} lines, {grain}");
    Explored { model: "saga", bounds: words, found: Saga::explore(bounds) }
}

fn explore_stock(bounds: stock::Bounds) -> Explored {
    let stock::Bounds { orders, lines, shards, workers, others } = bounds;
    let others = if others { ", adjustments, moves and other quantities" } else { "" };
    let words = format!("{orders} orders, {lines} lines, {shards} shards, {workers} functions at once{others}");
    Explored { model: "stock", bounds: words, found: Stock::explore(bounds) }
}

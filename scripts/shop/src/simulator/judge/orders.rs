//! Orders: none is lost, and what was said of one stays true.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Invariant::{CancelIsFinal, EndsStay, EveryOrderEnds, TakenIsKept, WithinLimits},
    facts::{Facts, Findings, is_over, number, text},
};
use crate::simulator::promises::Promises;

/// Every order comes to its end, or an operator knows of it.
pub fn all_end(facts: &Facts, is_with_an_operator: impl Fn(&Value) -> bool, findings: &mut Findings) {
    for order in &facts.evidence.orders {
        let (id, status) = (text(&order["order_id"]), text(&order["status"]));
        findings.check(
            is_over(order) || is_with_an_operator(order),
            EveryOrderEnds,
            || match order["needs_operator_since"] {
                Value::Null => format!("{id} is {status}, and nobody knows"),
                _ => format!("{id} is {status} and needs an operator, and no alarm was raised"),
            },
        );
    }
}

/// Nobody has more of a product than its sale allows. Orders that were placed before there was a sale do not count.
pub fn within_limits(facts: &Facts, findings: &mut Findings) {
    let limits: BTreeMap<&str, i64> = facts
        .evidence
        .prices
        .iter()
        .filter_map(|price| Some((text(&price["sku"]), price["sale"]["per_customer"].as_i64()?)))
        .collect();
    let mut units: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for order in facts.evidence.orders.iter().filter(|o| o["queued"] == true && o["status"] != "CANCELLED") {
        for line in order["lines"].as_array().into_iter().flatten() {
            *units.entry((text(&order["customer_id"]), text(&line["sku"]))).or_default() += number(&line["quantity"]);
        }
    }
    for ((customer, sku), units) in units {
        let most = limits.get(sku).copied().unwrap_or(i64::MAX);
        findings.check(units <= most, WithinLimits, || format!("{customer} has {units} of {sku}, and may have {most}"));
    }
}

/// Orders are what their customers were told.
pub fn as_promised(facts: &Facts, promises: &Promises, findings: &mut Findings) {
    let orders = facts.orders_by_id();
    for promised in promises.orders() {
        let id = text(&promised["id"]);
        match orders.get(id) {
            None => findings.add(TakenIsKept, format!("{id} was taken, and is lost")),
            Some(order) => findings.check(order["total"] == promised["total"], TakenIsKept, || {
                format!("{id} was taken for {}, and costs {}", promised["total"], order["total"])
            }),
        }
    }
    for (id, end) in promises.ends() {
        let order = orders.get(id.as_str()).copied().unwrap_or(&Value::Null);
        findings.check(order["status"] == end, EndsStay, || format!("{id} was {end}, and is {}", order["status"]));
    }
    for id in promises.cancelled_orders() {
        let confirmed = orders.get(id.as_str()).is_some_and(|order| order["status"] == "CONFIRMED");
        findings.check(!confirmed, CancelIsFinal, || format!("{id} was taken back, and is confirmed"));
    }
}

/// What the orders' whole history says.
pub fn look_back(facts: &Facts, findings: &mut Findings) {
    for (old, new) in &facts.orders {
        let (id, before, after) = (text(&old["order_id"]), text(&old["status"]), text(&new["status"]));
        findings.check(!is_over(old) || before == after, EndsStay, || format!("{id} was {before}, then {after}"));
        findings.check((before, after) != ("CANCELLING", "CONFIRMED"), CancelIsFinal, || {
            format!("{id} was {before}, then {after}")
        });
    }
}

//! Events that are no change of an item: what is said about the queued orders of a sale. They may be lost, and may not be
//! untrue.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Invariant::{EventRecognisable, EventTrue},
    facts::{Facts, Findings, text},
};
use crate::simulator::witness::Published;

/// An order waits for its stock.
pub const QUEUED: &str = "shop.order.queued.v1";
/// Stock was allocated to orders, or could not be.
pub const ALLOCATED: &str = "shop.stock.allocated.v1";

/// Whether an event is of this kind.
pub fn is_news(event: &Published) -> bool {
    [QUEUED, ALLOCATED].contains(&event.kind.as_str())
}

/// Holds news against what is.
pub fn look(facts: &Facts, published: &[Published], findings: &mut Findings) {
    let orders = facts.orders_by_id();
    let queued = |id: &str| orders.get(id).copied().filter(|order| order["queued"] == true);
    let holds: BTreeSet<(&str, &str)> =
        facts.evidence.holds.iter().map(|hold| (text(&hold["order_id"]), text(&hold["sku"]))).collect();
    let mut meanings: BTreeMap<&str, &Value> = BTreeMap::new();
    for event in published.iter().filter(|event| is_news(event)) {
        let ids = |field: &str| event.data[field].as_array().into_iter().flatten().map(text);
        let is_true = match event.kind.as_str() {
            QUEUED => {
                let told = &event.data["order"];
                meanings.entry(&event.id).or_insert(told);
                findings.check(meanings.get(event.id.as_str()) == Some(&told), EventRecognisable, || {
                    format!("{} is the id of two facts", event.id)
                });
                queued(text(&told["order_id"])).is_some_and(|order| {
                    let same = ["order_id", "customer_id", "total", "payment_method", "deadline"];
                    let line = |line: &Value| (line["sku"].clone(), line["quantity"].clone());
                    let lines = |order: &Value| -> Vec<_> {
                        order["lines"].as_array().into_iter().flatten().map(line).collect()
                    };
                    same.iter().all(|field| told[*field] == order[*field])
                        && lines(told) == lines(order)
                        && event.data["placed_at"] == order["created_at"]
                })
            }
            _ => {
                let sku = text(&event.data["sku"]);
                ids("held").all(|id| queued(id).is_some() && holds.contains(&(id, sku)))
                    && ids("refused").all(|id| queued(id).is_some())
            }
        };
        findings.check(is_true, EventTrue, || format!("{} {} is not so: {}", event.kind, event.id, event.data));
    }
}

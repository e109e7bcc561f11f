//! Units: none is lost, invented or sold twice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Invariant::{CancelledHoldsNothing, ConfirmedHasStock, NoOversell, NothingForNobody, StockAsTold},
    Invariant::{SoldOutIsTrue, StockConserved, StockNeverNegative},
    facts::{Change, Facts, Findings, number, text},
};
use crate::{
    invariants::Evidence,
    simulator::{promises::Told, shelf::SHELF},
};

/// All that there is of one sku.
#[derive(Default)]
struct Units {
    received: i64,
    available: i64,
    written_off: i64,
    held: i64,
    committed: i64,
    sold: i64,
}

/// What holds at every moment.
pub fn look(evidence: &Evidence, findings: &mut Findings) {
    for (sku, units) in &counted(evidence) {
        let Units { received, available, written_off, held, committed, sold } = units;
        findings.check(*received == available + held + committed + written_off, StockConserved, || {
            format!(
                "{sku}: {received} received, but {available} available + {held} held + {committed} committed + \
                 {written_off} written off"
            )
        });
        findings.check(sold + written_off <= *received, NoOversell, || {
            format!("{sku}: {received} received, {written_off} written off, {sold} sold")
        });
    }
    evidence.stock.iter().for_each(|item| not_negative(item, findings));
    held_by_orders(evidence, findings);
}

/// What the stock's whole history says.
pub fn look_back(changes: &[Change], findings: &mut Findings) {
    changes.iter().for_each(|(_, new)| not_negative(new, findings));
}

/// No unit was out of reach: for whoever was told that something is sold out, it was so once. At that moment it need not have
/// been, as far as can be said here: changes have the time of a function's clock, and may be late.
pub fn sold_out(facts: &Facts, findings: &mut Findings) {
    let least = least_available(&facts.stock);
    let refused = |order: &&Value| text(&order["status"]) == "CANCELLED" && text(&order["reason"]) == "sold_out";
    for order in facts.evidence.orders.iter().filter(refused) {
        let was_short =
            |line: &Value| least.get(text(&line["sku"])).is_none_or(|least| *least < number(&line["quantity"]));
        findings.check(lines(order).any(was_short), SoldOutIsTrue, || {
            format!("{} was refused, and there never were fewer units than {least:?}", text(&order["order_id"]))
        });
    }
}

/// The fewest units of each sku that there ever were, over all of its shards.
fn least_available(changes: &[Change]) -> BTreeMap<&str, i64> {
    let (mut now, mut least): (BTreeMap<&str, i64>, BTreeMap<&str, i64>) = Default::default();
    for (old, new) in changes.iter().filter(|(_, new)| !new.is_null()) {
        let total = now.entry(text(&new["sku"])).or_default();
        *total += number(&new["available"]) - number(&old["available"]);
        least.entry(text(&new["sku"])).and_modify(|least| *least = (*least).min(*total)).or_insert(*total);
    }
    least
}

/// Stock is as admins were told.
pub fn as_told(evidence: &Evidence, told: &BTreeMap<String, Told>, findings: &mut Findings) {
    let counted = counted(evidence);
    for product in SHELF {
        let Told { received, written_off, unknown } = told.get(product.sku).copied().unwrap_or_default();
        let Some(units) = counted.get(product.sku).filter(|_| !unknown) else { continue };
        let expected = (product.units + received, written_off);
        findings.check(expected == (units.received, units.written_off), StockAsTold, || {
            format!(
                "{}: {} received and {} written off; admins were told of {expected:?}",
                product.sku, units.received, units.written_off
            )
        });
    }
}

fn counted(evidence: &Evidence) -> BTreeMap<&str, Units> {
    let mut skus: BTreeMap<&str, Units> = BTreeMap::new();
    for item in &evidence.stock {
        let units = skus.entry(text(&item["sku"])).or_default();
        units.received += number(&item["received"]);
        units.available += number(&item["available"]);
        units.written_off += number(&item["written_off"]);
    }
    for hold in &evidence.holds {
        let units = skus.entry(text(&hold["sku"])).or_default();
        match text(&hold["state"]) {
            "held" => units.held += number(&hold["quantity"]),
            "committed" => units.committed += number(&hold["quantity"]),
            _ => {}
        }
    }
    let confirmed = evidence.orders.iter().filter(|order| text(&order["status"]) == "CONFIRMED");
    for line in confirmed.flat_map(lines) {
        skus.entry(text(&line["sku"])).or_default().sold += number(&line["quantity"]);
    }
    skus
}

fn not_negative(item: &Value, findings: &mut Findings) {
    for figure in ["available", "received", "written_off"] {
        let units = number(&item[figure]);
        findings.check(units >= 0, StockNeverNegative, || {
            format!("{} has {units} units {figure}", text(&item["sku_shard"]))
        });
    }
}

/// What orders hold by themselves, whatever the sums are.
fn held_by_orders(evidence: &Evidence, findings: &mut Findings) {
    let mut holds: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for hold in &evidence.holds {
        holds.entry(text(&hold["order_id"])).or_default().push(hold);
    }
    for order in &evidence.orders {
        let id = text(&order["order_id"]);
        let holds = holds.remove(id).unwrap_or_default();
        match text(&order["status"]) {
            "CONFIRMED" => {
                for line in lines(order) {
                    let is_its = |hold: &&Value| {
                        hold["sku"] == line["sku"]
                            && hold["quantity"] == line["quantity"]
                            && hold["state"] == "committed"
                    };
                    findings.check(holds.iter().any(is_its), ConfirmedHasStock, || {
                        format!("{id} is confirmed, and its {} are not committed", line["sku"])
                    });
                }
            }
            "CANCELLED" => {
                for hold in holds.iter().filter(|hold| matches!(text(&hold["state"]), "held" | "committed")) {
                    findings.add(
                        CancelledHoldsNothing,
                        format!("{id} is cancelled, and {} is {}", hold["sku"], hold["state"]),
                    );
                }
            }
            _ => {}
        }
    }
    for (id, holds) in holds {
        findings.add(NothingForNobody, format!("there are {} holds for {id}, which is no order", holds.len()));
    }
}

fn lines(order: &Value) -> impl Iterator<Item = &Value> {
    order["lines"].as_array().into_iter().flatten()
}

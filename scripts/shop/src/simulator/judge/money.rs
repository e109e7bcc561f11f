//! Money: none is taken twice, kept for nothing, or not accounted for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Invariant::{CancelledCostsNothing, CaptureIsConfirmed, ConfirmedIsPaid, LedgerIsStripe, NothingForNobody},
    Invariant::{OneCapture, OneIntent},
    facts::{Findings, number, text},
};
use crate::invariants::Evidence;

/// What holds at every moment.
pub fn look(evidence: &Evidence, findings: &mut Findings) {
    let mut intents = intents_by_order(evidence);
    for order in &evidence.orders {
        let id = text(&order["order_id"]);
        let intents = intents.remove(id).unwrap_or_default();
        let captured = intents.iter().filter(|intent| number(&intent["amount_received"]) > 0).count();
        findings.check(intents.len() <= 1, OneIntent, || format!("{id} has {} payment intents", intents.len()));
        findings.check(captured <= 1, OneCapture, || format!("{id} was charged {captured} times"));
        let kept = kept(&intents);
        match text(&order["status"]) {
            "CONFIRMED" => {
                let total = number(&order["total"]["amount_minor"]);
                findings.check(kept == total, ConfirmedIsPaid, || {
                    format!("{id} is confirmed and costs {total}, and {kept} was taken for it")
                });
            }
            "CANCELLED" => {
                findings.check(kept == 0, CancelledCostsNothing, || {
                    format!("{id} is cancelled, and {kept} was taken for it")
                });
                let set_aside = intents.iter().any(|intent| intent["status"] == "requires_capture");
                findings.check(!set_aside, CancelledCostsNothing, || {
                    format!("{id} is cancelled, and its money is still set aside")
                });
            }
            _ => {}
        }
    }
    for id in intents.keys() {
        findings.add(NothingForNobody, format!("there is a payment intent for {id}, which is no order"));
    }
}

/// What holds when nothing is under way any more. Some orders are with an operator.
pub fn look_at_rest(evidence: &Evidence, is_with_an_operator: impl Fn(&Value) -> bool, findings: &mut Findings) {
    let intents = intents_by_order(evidence);
    for order in &evidence.orders {
        let (id, status) = (text(&order["order_id"]), text(&order["status"]));
        let kept = intents.get(id).map_or(0, |intents| kept(intents));
        findings.check(kept == 0 || status == "CONFIRMED" || is_with_an_operator(order), CaptureIsConfirmed, || {
            format!("{kept} was taken for {id}, which is {status}")
        });
    }
    let mut rows: BTreeMap<&str, &Value> = evidence.payments.iter().map(|row| (text(&row["intent_id"]), row)).collect();
    for intent in &evidence.intents {
        let row = rows.remove(text(&intent["id"])).unwrap_or(&Value::Null);
        compare(row, intent, findings);
    }
    for row in rows.into_values() {
        findings.add(LedgerIsStripe, format!("the row of {} is of no intent that Stripe has", row["order_id"]));
    }
}

/// Holds the four entries of a row against what Stripe says. Without a row, all of them are zero.
fn compare(row: &Value, intent: &Value, findings: &mut Findings) {
    let id = text(&intent["metadata"]["order_id"]);
    let entry = |name: &str| number(&row[name]["amount_minor"]);
    let ledger = [entry("authorized"), entry("captured"), entry("voided"), entry("refunded")];
    let status = text(&intent["status"]);
    let whole = number(&intent["amount"]);
    let received = number(&intent["amount_received"]);
    let expected = match status {
        // Of an intent that is set aside, the row may not tell yet: what is open, Stripe knows.
        "requires_capture" if row.is_null() || entry("authorized") == 0 => [0; 4],
        "requires_capture" => [whole, 0, 0, 0],
        "succeeded" => [whole, received, whole - received, number(&intent["_local"]["amount_refunded"])],
        // Whether anything had been set aside before, the intent itself does not say; if so, all of it was let go.
        "canceled" => [entry("authorized"), 0, entry("authorized"), 0],
        _ => [0; 4],
    };
    findings.check(ledger == expected, LedgerIsStripe, || {
        format!("{id}: the ledger is {ledger:?}, and by Stripe, which says {status}, it is {expected:?}")
    });
    let is_full = entry("authorized") == 0 || entry("authorized") == whole;
    findings.check(is_full, LedgerIsStripe, || format!("{id}: {} of {whole} are authorized", entry("authorized")));
    let is_decided = matches!(status, "succeeded" | "canceled");
    findings.check(!is_decided || !row.is_null(), LedgerIsStripe, || format!("{id} is {status}, and has no row"));
    let about_the_same = row.is_null() || (row["order_id"] == id && number(&row["amount"]["amount_minor"]) == whole);
    findings.check(about_the_same, LedgerIsStripe, || {
        format!("{id}: the row is about {}, {}", row["order_id"], row["amount"])
    });
}

fn intents_by_order(evidence: &Evidence) -> BTreeMap<&str, Vec<&Value>> {
    let mut intents: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for intent in &evidence.intents {
        intents.entry(text(&intent["metadata"]["order_id"])).or_default().push(intent);
    }
    intents
}

/// What was captured and not given back, in minor units. Letting go of what was set aside is no refund.
fn kept(intents: &[&Value]) -> i64 {
    let of = |intent: &&Value| match number(&intent["amount_received"]) {
        0 => 0,
        received => received - number(&intent["_local"]["amount_refunded"]),
    };
    intents.iter().map(of).sum()
}

//! Do the table and Stripe agree? For tests that can see both.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::{Payment, Status};

/// Everything that is wrong with the table's `rows` (as plain JSON), given all `intents` that Stripe has (as Stripe's JSON;
/// `_local.amount_refunded` is how much of an intent was given back). To be asked when nothing is under way any more.
pub fn audit(rows: &[Value], intents: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut by_order: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for intent in intents {
        match intent["metadata"]["order_id"].as_str() {
            Some(order_id) => by_order.entry(order_id).or_default().push(intent),
            None => wrong.push(format!("intent {} is of no order", intent["id"])),
        }
    }
    for (order_id, intents) in &by_order {
        if intents.len() > 1 {
            wrong.push(format!("{order_id} has {} intents", intents.len()));
        }
        let captured = intents.iter().filter(|intent| minor(&intent["amount_received"]) > 0).count();
        if captured > 1 {
            wrong.push(format!("{order_id} was charged {captured} times"));
        }
    }
    let mut payments = BTreeMap::new();
    for row in rows {
        match serde_json::from_value::<Payment>(row.clone()) {
            Ok(payment) => {
                payments.insert(payment.order_id.to_string(), payment);
            }
            Err(why) => wrong.push(format!("the row {row} cannot be read: {why}")),
        }
    }
    for (order_id, payment) in &payments {
        let known = by_order
            .get(order_id.as_str())
            .is_some_and(|intents| intents.iter().any(|i| i["id"] == *payment.intent_id));
        if !known {
            wrong.push(format!("{order_id} has the row of an intent that Stripe does not have: {}", payment.intent_id));
        }
    }
    for (order_id, intent) in by_order.iter().flat_map(|(order_id, intents)| intents.iter().map(move |i| (order_id, i)))
    {
        let payment = payments.get(*order_id).filter(|payment| intent["id"] == *payment.intent_id);
        wrong.extend(disagreements(payment, intent).into_iter().map(|what| format!("{order_id}: {what}")));
    }
    wrong
}

fn disagreements(payment: Option<&Payment>, intent: &Value) -> Vec<String> {
    let status = intent["status"].as_str().unwrap_or_default();
    let Some(payment) = payment else {
        let decided = matches!(status, "succeeded" | "canceled");
        return if decided { vec![format!("Stripe says {status}, and there is no row")] } else { Vec::new() };
    };
    let mut wrong = Vec::new();
    let received = minor(&intent["amount_received"]);
    // A canceled authorization counts as refunded at Stripe; no money was taken, so none was given back.
    let refunded = if received > 0 { minor(&intent["_local"]["amount_refunded"]) } else { 0 };
    let agrees = match payment.status {
        Status::ActionRequired | Status::Declined => !matches!(status, "requires_capture" | "succeeded" | "canceled"),
        Status::Authorized => status == "requires_capture",
        Status::Canceled => status == "canceled",
        Status::Captured => status == "succeeded" && refunded < received,
        Status::Refunded => status == "succeeded" && refunded == received,
    };
    if !agrees {
        wrong.push(format!("the row says {:?}, Stripe says {status}", payment.status));
    }
    if payment.amount.amount_minor() != minor(&intent["amount"]) {
        wrong.push(format!("the row is about {}, Stripe's intent about {}", payment.amount, intent["amount"]));
    }
    let entry = |entry: Option<crate::domain::Entry>| entry.map_or(0, |entry| entry.amount_minor);
    if (entry(payment.captured), entry(payment.refunded)) != (received, refunded) {
        wrong.push(format!("the ledger is {:?}; Stripe captured {received} and refunded {refunded}", payment.ledger()));
    }
    let open = if payment.status == Status::Authorized { minor(&intent["amount_capturable"]) } else { 0 };
    if payment.open_minor() != Some(open) {
        wrong.push(format!("the ledger {:?} does not balance with {open} open", payment.ledger()));
    }
    wrong
}

fn minor(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

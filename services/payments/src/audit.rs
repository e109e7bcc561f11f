//! Do the table and Stripe agree? For tests that can see both.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::{Entry, Payment, Status};

/// Everything that is wrong with the table's `rows` (as plain JSON), given all `intents` that Stripe has (as Stripe's
/// JSON; `_local.amount_refunded` is how much of an intent was given back). To be asked when nothing is under way any
/// more.
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
    let entry = |entry: Option<Entry>| entry.map_or(0, |entry| entry.amount_minor);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORDER: &str = "ord_0123456789abcdef0123456789abcdef";
    const AT: &str = "2026-11-23T10:00:00Z";

    fn intent(id: &str, status: &str, received: i64, refunded: i64) -> Value {
        let capturable = if status == "requires_capture" { 1980 } else { 0 };
        json!({
            "id": id, "amount": 1980, "amount_received": received, "amount_capturable": capturable, "status": status,
            "metadata": { "order_id": ORDER }, "_local": { "amount_refunded": refunded },
        })
    }

    fn row(status: &str, entries: &[&str]) -> Value {
        let amount = json!({ "amount_minor": 1980, "currency": "EUR" });
        let mut row = json!({
            "order_id": ORDER, "intent_id": "pi_1", "status": status, "rank": 1, "amount": amount, "updated_at": AT,
        });
        for entry in entries {
            row[*entry] = json!({ "amount_minor": 1980, "at": AT });
        }
        row
    }

    #[test]
    fn agreement_is_silent() {
        let cases = [
            (None, intent("pi_1", "requires_capture", 0, 0)),
            (None, intent("pi_1", "requires_payment_method", 0, 0)),
            (Some(row("action_required", &[])), intent("pi_1", "requires_action", 0, 0)),
            (Some(row("authorized", &["authorized"])), intent("pi_1", "requires_capture", 0, 0)),
            (Some(row("canceled", &[])), intent("pi_1", "canceled", 0, 0)),
            (Some(row("canceled", &["authorized", "voided"])), intent("pi_1", "canceled", 0, 1980)),
            (Some(row("captured", &["authorized", "captured"])), intent("pi_1", "succeeded", 1980, 0)),
            (Some(row("refunded", &["authorized", "captured", "refunded"])), intent("pi_1", "succeeded", 1980, 1980)),
        ];
        for (row, intent) in cases {
            let rows: Vec<Value> = row.into_iter().collect();
            assert_eq!(audit(&rows, std::slice::from_ref(&intent)), Vec::<String>::new(), "{rows:?} {intent}");
        }
    }

    #[test]
    fn every_disagreement_is_told() {
        let captured = || row("captured", &["authorized", "captured"]);
        let cases = [
            (vec![], vec![intent("pi_1", "succeeded", 1980, 0)], "no row"),
            (vec![], vec![intent("pi_1", "canceled", 0, 0)], "no row"),
            (vec![captured()], vec![], "Stripe does not have"),
            (vec![captured()], vec![intent("pi_2", "succeeded", 1980, 0)], "Stripe does not have"),
            (
                vec![captured()],
                vec![intent("pi_1", "succeeded", 1980, 0), intent("pi_2", "succeeded", 1980, 0)],
                "2 times",
            ),
            (
                vec![captured()],
                vec![intent("pi_1", "succeeded", 1980, 0), intent("pi_2", "canceled", 0, 0)],
                "2 intents",
            ),
            (vec![captured()], vec![intent("pi_1", "succeeded", 1980, 1980)], "refunded 1980"),
            (vec![captured()], vec![intent("pi_1", "requires_capture", 0, 0)], "Stripe says requires_capture"),
            (vec![row("captured", &["captured"])], vec![intent("pi_1", "succeeded", 1980, 0)], "does not balance"),
            (vec![row("canceled", &["authorized"])], vec![intent("pi_1", "canceled", 0, 0)], "does not balance"),
            (vec![json!({ "order_id": ORDER })], vec![], "cannot be read"),
            (vec![], vec![json!({ "id": "pi_1" })], "of no order"),
        ];
        for (rows, intents, expected) in cases {
            let wrong = audit(&rows, &intents);
            assert!(wrong.iter().any(|what| what.contains(expected)), "{expected}: {wrong:?}");
        }
    }
}

//! Checks what this context promises, on a whole database and mailbox: for tests, simulations and operators.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Every promise that is broken.
///
/// `mails_table` holds the items of the mails table as plain JSON, and `outbox` every mail that SES took, each with its
/// `tags`. A mail that is recorded as sent must be in the outbox. More than one mail per (order, template) is named
/// too: it is a fault unless an answer of SES's was lost or a sender died, which only the caller knows.
pub fn audit(mails_table: &[Value], outbox: &[Value]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut mails: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for mail in outbox {
        match key(&mail["tags"]) {
            Some(key) => *mails.entry(key).or_default() += 1,
            None => violations.push("a mail in the outbox does not say which order and template it is of".to_owned()),
        }
    }
    let mut sent = BTreeSet::new();
    for item in mails_table {
        match key(item) {
            Some(key) if item["state"] == "sent" => drop(sent.insert(key)),
            Some(_) => {}
            None => violations.push("an item of the mails table has no key".to_owned()),
        }
    }
    for (order_id, template) in sent.into_iter().filter(|key| !mails.contains_key(key)) {
        violations.push(format!("{order_id} {template}: recorded as sent, and not in the outbox"));
    }
    for ((order_id, template), count) in mails.into_iter().filter(|(_, count)| *count > 1) {
        violations.push(format!("{order_id} {template}: sent {count} times"));
    }
    violations
}

fn key(fields: &Value) -> Option<(&str, &str)> {
    Some((fields["order_id"].as_str()?, fields["template"].as_str()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(order_id: &str, state: &str) -> Value {
        json!({ "order_id": order_id, "template": "order_confirmed", "state": state })
    }

    fn mail(order_id: &str) -> Value {
        json!({ "id": "mail-1", "tags": { "order_id": order_id, "template": "order_confirmed" } })
    }

    #[test]
    fn one_mail_for_each_record_is_right_and_so_is_a_mail_without_one() {
        assert_eq!(audit(&[], &[]), Vec::<String>::new());
        let table = [item("a", "sent"), item("b", "sending"), item("c", "failed")];
        assert_eq!(audit(&table, &[mail("a"), mail("b")]), Vec::<String>::new());
    }

    #[test]
    fn every_broken_promise_is_named() {
        assert_eq!(audit(&[item("a", "sent")], &[]), ["a order_confirmed: recorded as sent, and not in the outbox"]);
        assert_eq!(audit(&[item("a", "sent")], &[mail("a"), mail("a")]), ["a order_confirmed: sent 2 times"]);
        assert_eq!(audit(&[json!({})], &[json!({ "tags": {} })]).len(), 2);
    }
}

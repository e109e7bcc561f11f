//! Events: every change that others must hear of, nothing else, and each under one name.
//!
//! What a change means is said here once more, in other words than the publishers': each family of events tells of one
//! table's items, by some of their fields. A change makes a fact when it is of the kind that others must hear of; every
//! fact must have one id, and every event be of a fact.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Invariant::{EventPublished, EventRecognisable, EventTrue},
    facts::{Change, Facts, Findings, text},
    news,
};
use crate::simulator::witness::Published;

/// A family of events, and the items they tell of.
struct Family {
    /// How their types begin.
    prefix: &'static str,
    /// The item's field that is the subject.
    subject: &'static str,
    /// What is told: a field of the event's data, and the item's field that it comes from.
    told: &'static [(&'static str, &'static str)],
    /// The type of event that a change makes, without prefix and version.
    kind: fn(&Value, &Value) -> Option<String>,
}

const ORDERS: Family = Family {
    prefix: "shop.order.",
    subject: "order_id",
    told: &[
        ("order_id", "order_id"),
        ("customer_id", "customer_id"),
        ("email", "email"),
        ("lines", "lines"),
        ("total", "total"),
        ("reason", "reason"),
        ("created_at", "created_at"),
    ],
    kind: |old, new| match (text(&old["status"]), text(&new["status"])) {
        ("", "PENDING") => Some("placed".to_owned()),
        (before, after) if before != after && after != "PENDING" => Some(after.to_lowercase()),
        _ => (old["needs_operator_since"].is_null() && !new["needs_operator_since"].is_null())
            .then(|| "needs_operator".to_owned()),
    },
};

const PAYMENTS: Family = Family {
    prefix: "shop.payment.",
    subject: "order_id",
    told: &[("order_id", "order_id"), ("payment_intent_id", "intent_id"), ("amount", "amount"), ("reason", "reason")],
    kind: |old, new| (old["status"] != new["status"]).then(|| text(&new["status"]).to_owned()),
};

const STOCK: Family = Family {
    prefix: "shop.stock.",
    subject: "sku",
    told: &[
        ("sku", "sku"),
        ("shard", "shard"),
        ("available", "available"),
        ("received", "received"),
        ("written_off", "written_off"),
    ],
    kind: |old, new| {
        let differs = |figure: &&str| old[*figure] != new[*figure];
        ["available", "received", "written_off"].iter().any(differs).then(|| "changed".to_owned())
    },
};

const PRODUCTS: Family = Family {
    prefix: "shop.product.",
    subject: "sku",
    told: &[("sku", "sku"), ("version", "version"), ("name", "name"), ("price", "price")],
    kind: |old, new| {
        let kind = if new["deleted"] == true { "removed" } else { "changed" };
        (old["version"] != new["version"]).then(|| kind.to_owned())
    },
};

/// Something that happened, as others hear of it: type, subject, and what is told.
type Fact = (String, String, String);

impl Family {
    fn fact(&self, (old, new): &Change) -> Option<Fact> {
        if new.is_null() {
            return None;
        }
        let kind = format!("{}{}.v1", self.prefix, (self.kind)(old, new)?);
        let told = in_one_order(self.told.iter().map(|(_, field)| new[*field].clone()).collect());
        Some((kind, text(&new[self.subject]).to_owned(), told))
    }

    fn told(&self, event: &Published) -> Fact {
        let told = in_one_order(self.told.iter().map(|(field, _)| event.data[*field].clone()).collect());
        (event.kind.clone(), event.subject.clone(), told)
    }
}

/// JSON as text that is the same for the same JSON.
fn in_one_order(mut json: Value) -> String {
    json.sort_all_objects();
    json.to_string()
}

/// Holds the events that were published against the changes that were made.
pub fn look(facts: &Facts, published: &[Published], findings: &mut Findings) {
    let families =
        [(ORDERS, &facts.orders), (PAYMENTS, &facts.payments), (STOCK, &facts.stock), (PRODUCTS, &facts.products)];
    for (family, changes) in &families {
        look_at(family, changes, published, findings);
    }
    news::look(facts, published, findings);
    let is_known = |event: &&Published| {
        news::is_news(event) || families.iter().any(|(family, _)| event.kind.starts_with(family.prefix))
    };
    for event in published.iter().filter(|event| !is_known(event)) {
        findings.add(EventTrue, format!("{} {} is of no known type", event.kind, event.id));
    }
}

fn look_at(family: &Family, changes: &[Change], published: &[Published], findings: &mut Findings) {
    let mut expected: BTreeMap<Fact, usize> = BTreeMap::new();
    for fact in changes.iter().filter_map(|change| family.fact(change)) {
        *expected.entry(fact).or_default() += 1;
    }
    let mut ids: BTreeMap<Fact, BTreeSet<&str>> = BTreeMap::new();
    let mut meanings: BTreeMap<&str, Fact> = BTreeMap::new();
    let of_family = |event: &&Published| event.kind.starts_with(family.prefix) && !news::is_news(event);
    for event in published.iter().filter(of_family) {
        let fact = family.told(event);
        let first = meanings.entry(&event.id).or_insert_with(|| fact.clone());
        findings.check(*first == fact, EventRecognisable, || {
            format!("{} is the id of {} and of {}", event.id, first.0, fact.0)
        });
        findings.check(expected.contains_key(&fact), EventTrue, || {
            format!("{} {} tells of {}, which never was", fact.0, event.id, fact.2)
        });
        ids.entry(fact).or_default().insert(&event.id);
    }
    for (fact, times) in expected {
        let names = ids.get(&fact).map_or(0, BTreeSet::len);
        let (kind, subject, told) = fact;
        findings.check(names >= times, EventPublished, || {
            format!("{kind} of {subject} happened {times} times and was published {names} times: {told}")
        });
        findings.check(names <= times, EventRecognisable, || {
            format!("{kind} of {subject} happened {times} times and was published under {names} ids")
        });
    }
}

//! What the judge goes by: tables and their streams, as plain JSON, and what the outside says. None of it is read with
//! the contexts' own types, which are part of what is judged.

use std::collections::{BTreeMap, BTreeSet};

use localcloud::Cloud;
use serde_json::Value;

use super::{Invariant, Violation};
use crate::invariants::Evidence;

/// A change of an item: before and after.
pub type Change = (Value, Value);

/// What can be seen of a shop.
pub struct Facts {
    /// The tables, Stripe and the mailbox.
    pub evidence: Evidence,
    /// Every change of an order.
    pub orders: Vec<Change>,
    /// Every change of a payment.
    pub payments: Vec<Change>,
    /// Every change of stock.
    pub stock: Vec<Change>,
    /// Every change of a product.
    pub products: Vec<Change>,
}

impl Facts {
    /// All that there is to see.
    ///
    /// # Errors
    /// A table cannot be read.
    pub fn of(cloud: &Cloud) -> Result<Self, String> {
        let changes = |context: &str, table: &str| {
            cloud.changes(context, table).map_err(|why| format!("the stream of {context}/{table}: {why}"))
        };
        Ok(Self {
            evidence: Evidence::of(cloud)?,
            orders: changes("orders", "orders")?,
            payments: changes("payments", "payments")?,
            stock: changes("inventory", "stock")?,
            products: changes("catalog", "products")?,
        })
    }

    /// The orders as they are, by id.
    pub fn orders_by_id(&self) -> BTreeMap<&str, &Value> {
        self.evidence.orders.iter().map(|order| (text(&order["order_id"]), order)).collect()
    }

    /// Every status that each order has ever had.
    pub fn statuses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut statuses: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (_, new) in self.orders.iter().filter(|(_, new)| !new.is_null()) {
            statuses.entry(text(&new["order_id"])).or_default().insert(text(&new["status"]));
        }
        statuses
    }
}

/// What was found to be wrong.
#[derive(Debug, Default)]
pub struct Findings(BTreeSet<Violation>);

impl Findings {
    /// Something is wrong.
    pub fn add(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.0.insert(Violation::of(invariant, what));
    }

    /// Something is wrong, unless `holds`.
    pub fn check(&mut self, holds: bool, invariant: Invariant, what: impl FnOnce() -> String) {
        if !holds {
            self.add(invariant, what());
        }
    }

    /// These are wrong too.
    pub fn extend(&mut self, violations: impl IntoIterator<Item = Violation>) {
        self.0.extend(violations);
    }

    /// All that is wrong, in order.
    pub fn into_violations(self) -> BTreeSet<Violation> {
        self.0
    }
}

/// Text, or nothing.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A number, or zero.
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// Whether nothing more happens to this order by itself.
pub fn is_over(order: &Value) -> bool {
    matches!(text(&order["status"]), "CONFIRMED" | "CANCELLED")
}

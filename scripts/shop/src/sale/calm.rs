//! AWS and Stripe on an ordinary day: nothing goes wrong by chance. What is too much, and how long calls take,
//! `localcloud::limits` says; messages and webhooks are under way a while, which it leaves to this.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Clock, Timestamp};
use localcloud::{
    LocalClock,
    driver::{Call, Driver},
    sqs::{Courier, Delivery},
};
use serde_json::Value;

use crate::simulator::dice::Dice;

/// Draws how long messages are under way, and watches orders get their units.
pub(super) struct Calm {
    clock: Arc<LocalClock>,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    held: BTreeMap<String, Timestamp>,
    refused: u64,
}

impl Calm {
    /// A driver for this seed.
    pub fn new(seed: u64, clock: Arc<LocalClock>) -> Self {
        let state = State { dice: Dice::named(seed, "calm"), held: BTreeMap::new(), refused: 0 };
        Self { clock, state: Mutex::new(state) }
    }

    /// When orders first had their units, as far as they ever did.
    pub fn held(&self) -> BTreeMap<String, Timestamp> {
        self.state().held.clone()
    }

    /// Writes that were to take units and were refused: for a conflict, for a limit, or because there were no more.
    pub fn refused_writes(&self) -> u64 {
        self.state().refused
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Courier for Calm {
    fn delivery(&self, _: &str) -> Delivery {
        Delivery { after: self.state().dice.millis(1, 20), again: None }
    }
}

impl Driver for Calm {
    fn answered(&self, call: &Call<'_>, status: u16) {
        // Units are taken with their holds, whichever function does it and for however many orders at once.
        if !call.function.starts_with("inventory/") || call.action != "TransactWriteItems" {
            return;
        }
        let orders = serde_json::from_slice(call.body).map(|body| held_by(&body)).unwrap_or_default();
        let now = self.clock.now();
        let mut state = self.state();
        if status == 200 {
            for order in orders {
                state.held.entry(order).or_insert(now);
            }
        } else if !orders.is_empty() {
            state.refused += 1;
        }
    }

    fn webhook(&self, _: &str) -> Vec<Duration> {
        vec![self.state().dice.millis(5, 500)]
    }
}

/// The orders whose holds a transaction puts.
fn held_by(transaction: &Value) -> Vec<String> {
    let writes = transaction["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let holds = writes.iter().map(|write| &write["Put"]["Item"]).filter(|item| item["state"]["S"] == "held");
    holds.filter_map(|hold| hold["order_id"]["S"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn orders_hold_units_by_the_items_that_are_put_for_them() {
        let hold = |order: &str, state: &str| json!({ "Put": { "Item": { "order_id": { "S": order }, "state": { "S": state } } } });
        let writes = [hold("ord_1", "held"), json!({ "Update": {} }), hold("ord_2", "refused"), hold("ord_3", "held")];
        assert_eq!(held_by(&json!({ "TransactItems": writes })), ["ord_1", "ord_3"]);
    }
}

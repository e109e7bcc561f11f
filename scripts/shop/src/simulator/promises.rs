//! What the shop has told its customers and admins, which must stay true.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use super::{driver::Simulated, world::Answer};

/// Everything that was promised, and every promise that was seen to be broken.
pub struct Promises {
    driver: Arc<Simulated>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The answers to those who placed orders, by customer and key.
    placed: BTreeMap<(String, String), Bytes>,
    /// Orders whose end somebody saw, and which end.
    ended: BTreeMap<String, String>,
    /// Orders whose customer was told that they are being taken back.
    cancelled: BTreeSet<String>,
    /// What was answered to whoever adjusted stock, by sku and key.
    adjusted: BTreeMap<(String, String), (i64, Bytes)>,
    broken: Vec<String>,
}

impl Promises {
    /// No promises yet.
    pub fn new(driver: Arc<Simulated>) -> Self {
        Self { driver, state: Mutex::default() }
    }

    /// Every promise that was seen to be broken.
    pub fn broken(&self) -> Vec<String> {
        self.state().broken.clone()
    }

    /// The orders that the shop has taken.
    pub fn orders(&self) -> Vec<Value> {
        self.state().placed.values().filter_map(|body| serde_json::from_slice(body).ok()).collect()
    }

    /// The orders whose end was seen, and which end.
    pub fn ends(&self) -> BTreeMap<String, String> {
        self.state().ended.clone()
    }

    /// The adjustments of stock that were answered well: units by sku.
    pub fn adjustments(&self) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for ((sku, _), (delta, _)) in &self.state().adjusted {
            *sums.entry(sku.clone()).or_default() += delta;
        }
        sums
    }

    /// Somebody was answered who placed an order. The same request is always answered the same.
    pub(super) fn placed(&self, customer: &str, key: &str, answer: &Answer) {
        self.tell(format_args!("{key} is placed: {} {}", answer.status, text(answer)));
        let mut state = self.state();
        let place = (customer.to_owned(), key.to_owned());
        let earlier = state.placed.get(&place);
        if answer.status == StatusCode::ACCEPTED {
            match earlier {
                Some(earlier) if *earlier != answer.body => {
                    let broken = format!("{key} was answered {}, then {}", lossy(earlier), text(answer));
                    state.broken.push(broken);
                }
                Some(_) => {}
                None => drop(state.placed.insert(place, answer.body.clone())),
            }
        } else if let Some(earlier) = earlier
            && !answer.is_unknown()
        {
            let broken = format!("{key} was answered {}, then {} {}", lossy(earlier), answer.status, text(answer));
            state.broken.push(broken);
        }
    }

    /// Somebody was answered who used the key of an order for another one.
    pub(super) fn reused(&self, key: &str, answer: &Answer) {
        self.tell(format_args!("{key} is reused: {}", answer.status));
        if !answer.is_unknown() && answer.status != StatusCode::UNPROCESSABLE_ENTITY {
            self.state().broken.push(format!("{key} was used for another order: {} {}", answer.status, text(answer)));
        }
    }

    /// Somebody was answered who took an order back.
    pub(super) fn cancelled(&self, id: &str, answer: &Answer) {
        self.tell(format_args!("{id} is taken back: {} {}", answer.status, text(answer)));
        let mut state = self.state();
        if answer.status == StatusCode::ACCEPTED {
            state.cancelled.insert(id.to_owned());
        } else if !answer.is_unknown() && answer.status != StatusCode::CONFLICT {
            state.broken.push(format!("{id} cannot be taken back: {} {}", answer.status, text(answer)));
        }
    }

    /// Somebody looked at an order and did not see it.
    pub(super) fn missed(&self, id: &str, answer: &Answer) {
        self.tell(format_args!("{id} is not seen: {}", answer.status));
        if !answer.is_unknown() {
            self.state().broken.push(format!("{id} was taken, and is not there: {} {}", answer.status, text(answer)));
        }
    }

    /// Somebody saw an order. What is over stays over, and what is being taken back is not carried out.
    pub(super) fn seen(&self, id: &str, order: &Value) {
        let status = order["status"].as_str().unwrap_or_default();
        self.tell(format_args!("{id} is seen: {status}"));
        let mut state = self.state();
        if let Some(end) = state.ended.get(id)
            && end != status
        {
            let broken = format!("{id} was {end}, and is {status}");
            state.broken.push(broken);
        }
        if ["CONFIRMED", "CANCELLED"].contains(&status) {
            state.ended.insert(id.to_owned(), status.to_owned());
        }
        if status == "CONFIRMED" && state.cancelled.contains(id) {
            state.broken.push(format!("{id} was taken back, and is CONFIRMED"));
        }
    }

    /// Somebody was answered who adjusted stock. The same request is always answered the same.
    pub(super) fn adjusted(&self, sku: &str, key: &str, delta: i64, answer: &Answer) {
        self.tell(format_args!("{sku} is adjusted by {delta}, {key}: {} {}", answer.status, text(answer)));
        let mut state = self.state();
        let place = (sku.to_owned(), key.to_owned());
        let earlier = state.adjusted.get(&place);
        if answer.status == StatusCode::OK {
            match earlier {
                Some((_, earlier)) if *earlier != answer.body => {
                    let broken = format!("{sku} {key} was answered {}, then {}", lossy(earlier), text(answer));
                    state.broken.push(broken);
                }
                Some(_) => {}
                None => drop(state.adjusted.insert(place, (delta, answer.body.clone()))),
            }
        } else if earlier.is_some() && !answer.is_unknown() {
            state.broken.push(format!("{sku} {key} was adjusted, then {} {}", answer.status, text(answer)));
        }
    }

    fn tell(&self, what: std::fmt::Arguments<'_>) {
        self.driver.tell(what);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text(answer: &Answer) -> String {
    lossy(&answer.body)
}

fn lossy(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

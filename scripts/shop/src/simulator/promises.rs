//! What the shop has told its customers and admins, which must stay true.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use super::{
    driver::Simulated,
    judge::{
        Invariant::{self, CancelIsFinal, EndsStay, OneRequestPerKey, TakenIsKept},
        Violation,
    },
    world::Answer,
};

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
    /// Adjustments of which nobody knows whether they were made, by sku and key.
    uncertain: BTreeSet<(String, String)>,
    broken: Vec<Violation>,
}

impl State {
    fn broken(&mut self, invariant: Invariant, what: String) {
        self.broken.push(Violation::of(invariant, what));
    }
}

/// What admins were told that they did to the stock of a sku.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    /// Units received.
    pub received: i64,
    /// Units written off.
    pub written_off: i64,
    /// Whether there is an adjustment of which nobody knows whether it was made.
    pub unknown: bool,
}

impl Promises {
    /// No promises yet.
    pub fn new(driver: Arc<Simulated>) -> Self {
        Self { driver, state: Mutex::default() }
    }

    /// Every promise that was seen to be broken.
    pub fn broken(&self) -> Vec<Violation> {
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

    /// The orders whose customer was told that they are being taken back.
    pub fn cancelled_orders(&self) -> BTreeSet<String> {
        self.state().cancelled.clone()
    }

    /// What was done to stock, by sku, as admins were told.
    pub fn adjustments(&self) -> BTreeMap<String, Told> {
        let mut all: BTreeMap<String, Told> = BTreeMap::new();
        let state = self.state();
        for ((sku, _), (delta, _)) in &state.adjusted {
            let told = all.entry(sku.clone()).or_default();
            told.received += (*delta).max(0);
            told.written_off -= (*delta).min(0);
        }
        for (sku, _) in &state.uncertain {
            all.entry(sku.clone()).or_default().unknown = true;
        }
        all
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
                    state.broken(OneRequestPerKey, broken);
                }
                Some(_) => {}
                None => drop(state.placed.insert(place, answer.body.clone())),
            }
        } else if let Some(earlier) = earlier
            && !answer.is_unknown()
        {
            let broken = format!("{key} was answered {}, then {} {}", lossy(earlier), answer.status, text(answer));
            state.broken(OneRequestPerKey, broken);
        }
    }

    /// Somebody was answered who used the key of an order for another one.
    pub(super) fn reused(&self, key: &str, answer: &Answer) {
        self.tell(format_args!("{key} is reused: {}", answer.status));
        if !answer.is_unknown() && answer.status != StatusCode::UNPROCESSABLE_ENTITY {
            let broken = format!("{key} was used for another order: {} {}", answer.status, text(answer));
            self.state().broken(OneRequestPerKey, broken);
        }
    }

    /// Somebody was answered who took an order back.
    pub(super) fn cancelled(&self, id: &str, answer: &Answer) {
        self.tell(format_args!("{id} is taken back: {} {}", answer.status, text(answer)));
        let mut state = self.state();
        if answer.status == StatusCode::ACCEPTED {
            state.cancelled.insert(id.to_owned());
        } else if !answer.is_unknown() && answer.status != StatusCode::CONFLICT {
            state.broken(TakenIsKept, format!("{id} cannot be taken back: {} {}", answer.status, text(answer)));
        }
    }

    /// Somebody looked at an order and did not see it.
    pub(super) fn missed(&self, id: &str, answer: &Answer) {
        self.tell(format_args!("{id} is not seen: {}", answer.status));
        if !answer.is_unknown() {
            let broken = format!("{id} was taken, and is not there: {} {}", answer.status, text(answer));
            self.state().broken(TakenIsKept, broken);
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
            state.broken(EndsStay, broken);
        }
        if ["CONFIRMED", "CANCELLED"].contains(&status) {
            state.ended.insert(id.to_owned(), status.to_owned());
        }
        if status == "CONFIRMED" && state.cancelled.contains(id) {
            state.broken(CancelIsFinal, format!("{id} was taken back, and is confirmed"));
        }
    }

    /// Somebody was answered who adjusted stock. The same request is always answered the same.
    pub(super) fn adjusted(&self, sku: &str, key: &str, delta: i64, answer: &Answer) {
        self.tell(format_args!("{sku} is adjusted by {delta}, {key}: {} {}", answer.status, text(answer)));
        let mut state = self.state();
        let place = (sku.to_owned(), key.to_owned());
        if answer.status == StatusCode::OK {
            state.uncertain.remove(&place);
        } else if answer.is_unknown() && !state.adjusted.contains_key(&place) {
            state.uncertain.insert(place.clone());
        }
        let earlier = state.adjusted.get(&place);
        if answer.status == StatusCode::OK {
            match earlier {
                Some((_, earlier)) if *earlier != answer.body => {
                    let broken = format!("{sku} {key} was answered {}, then {}", lossy(earlier), text(answer));
                    state.broken(OneRequestPerKey, broken);
                }
                Some(_) => {}
                None => drop(state.adjusted.insert(place, (delta, answer.body.clone()))),
            }
        } else if earlier.is_some() && !answer.is_unknown() {
            let broken = format!("{sku} {key} was adjusted, then {} {}", answer.status, text(answer));
            state.broken(OneRequestPerKey, broken);
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

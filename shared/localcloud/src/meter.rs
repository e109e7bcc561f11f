//! Counts what the shop asks of AWS, because that is what it would pay for.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

/// What was asked of AWS, by whom.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Readings>);

/// The meter's figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Readings {
    /// AWS API requests by function and action: `orders/place-order` → `dynamodb:PutItem` → how many.
    pub requests: BTreeMap<String, BTreeMap<String, u64>>,
    /// Invocations by function.
    pub invocations: BTreeMap<String, u64>,
    /// DynamoDB write request units by function.
    pub write_units: BTreeMap<String, f64>,
    /// DynamoDB read request units by function.
    pub read_units: BTreeMap<String, f64>,
    /// How long invocations took, in seconds, by function.
    pub seconds: BTreeMap<String, f64>,
    /// Executions of state machines started.
    pub executions: u64,
    /// How long they took, in seconds, when they were over.
    pub execution_seconds: f64,
    /// Messages that queues handed to functions.
    pub messages: u64,
    /// Calls to Stripe.
    pub stripe_calls: u64,
}

impl Readings {
    /// All AWS API requests that functions made.
    pub fn total_requests(&self) -> u64 {
        self.requests.values().flat_map(BTreeMap::values).sum()
    }

    /// All write request units.
    pub fn total_write_units(&self) -> f64 {
        self.write_units.values().sum()
    }

    /// All read request units.
    pub fn total_read_units(&self) -> f64 {
        self.read_units.values().sum()
    }
}

impl Meter {
    /// The figures so far.
    pub fn read(&self) -> Readings {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts again from nothing.
    pub fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Readings::default();
    }

    pub(crate) fn note(&self, change: impl FnOnce(&mut Readings)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn request(&self, caller: &str, action: &str) {
        self.note(|readings| {
            *readings.requests.entry(caller.to_owned()).or_default().entry(action.to_owned()).or_default() += 1;
        });
    }
}

//! Stands in for `localcloud::limits` until that is merged.
use kernel::Timestamp;
use localcloud::{
    LocalClock,
    driver::{Call, Driver, Fate, InvocationFate},
    sqs::{Courier, Delivery},
};
use std::{collections::BTreeMap, sync::Arc};
pub struct Limit {
    pub name: &'static str,
}
pub const TABLE: [Limit; 0] = [];
#[derive(Default)]
pub struct Limits;
#[derive(Debug)]
pub struct UnknownLimit;
impl Limits {
    pub fn set(&mut self, _: &str, _: u64) -> Result<(), UnknownLimit> {
        Err(UnknownLimit)
    }
}
pub enum Workflow {
    Express,
    Standard,
}
pub struct Wall {
    pub limit: &'static str,
    pub of: String,
    pub times: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}
pub struct Peak {
    pub limit: &'static str,
    pub of: String,
    pub most: f64,
    pub limit_number: u64,
}
pub struct Enforced(Arc<dyn Driver>);
impl Enforced {
    pub fn new(inner: Arc<dyn Driver>, _: &topology::Shop, _: Arc<LocalClock>, _: Limits, _: Workflow, _: u64) -> Self {
        Self(inner)
    }
    pub fn reset(&self) {}
    pub fn walls(&self) -> Vec<Wall> {
        Vec::new()
    }
    pub fn peaks(&self) -> Vec<Peak> {
        Vec::new()
    }
    pub fn transitions(&self) -> u64 {
        0
    }
    pub fn invocation_seconds(&self) -> BTreeMap<String, f64> {
        BTreeMap::new()
    }
    pub fn execution_seconds(&self) -> f64 {
        0.0
    }
}
impl Courier for Enforced {
    fn delivery(&self, queue: &str) -> Delivery {
        self.0.delivery(queue)
    }
}
impl Driver for Enforced {
    fn call(&self, call: &Call<'_>) -> Fate {
        self.0.call(call)
    }
    fn answered(&self, call: &Call<'_>, status: u16) {
        self.0.answered(call, status);
    }
    fn invocation(&self, function: &str) -> InvocationFate {
        self.0.invocation(function)
    }
    fn webhook(&self, event_id: &str) -> Vec<std::time::Duration> {
        self.0.webhook(event_id)
    }
}

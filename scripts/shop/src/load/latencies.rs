//! Times, kept as a histogram of fixed precision (HdrHistogram).

use std::time::Duration;

use hdrhistogram::{Histogram, RecordError};
use serde_json::{Value, json};

/// The percentiles that are reported, with their names in JSON.
pub const PERCENTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)];

/// Many times, each known to its digits and not in their order.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// None yet. Times are kept to so many significant `digits`, 0 to 5.
    ///
    /// # Errors
    /// More digits than that.
    pub fn new(digits: u8) -> Result<Self, hdrhistogram::CreationError> {
        Histogram::new(digits).map(Self)
    }

    /// Adds a time, in microseconds.
    ///
    /// # Errors
    /// It is longer than there are numbers for.
    pub fn record(&mut self, time: Duration) -> Result<(), RecordError> {
        self.0.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time within which a share of them is, 0 to 1. Nothing when there are none.
    pub fn at(&self, share: f64) -> Option<Duration> {
        (!self.0.is_empty()).then(|| Duration::from_micros(self.0.value_at_quantile(share)))
    }

    /// The times at the percentiles that are reported, and the longest.
    pub fn reported(&self) -> impl Iterator<Item = Option<Duration>> {
        PERCENTILES.iter().map(|(_, share)| *share).chain([1.0]).map(|share| self.at(share))
    }

    /// The share of times and how long they are, in milliseconds, as a curve: finer towards the longest.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        const TICKS: u32 = 8;
        if self.0.is_empty() {
            return Vec::new();
        }
        let steps = self.0.iter_quantiles(TICKS);
        steps
            .map(|step| (step.quantile_iterated_to(), milliseconds(Duration::from_micros(step.value_iterated_to()))))
            .collect()
    }

    /// The percentiles in milliseconds; null when there are none.
    pub fn json(&self) -> Value {
        let at = |share| self.at(share).map(milliseconds);
        let mut values: serde_json::Map<_, _> =
            PERCENTILES.iter().map(|(name, share)| ((*name).to_owned(), json!(at(*share)))).collect();
        values.insert("max".to_owned(), json!(at(1.0)));
        values.insert("count".to_owned(), json!(self.count()));
        Value::Object(values)
    }
}

/// With a thousandth as the smallest part.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1_000.0
}

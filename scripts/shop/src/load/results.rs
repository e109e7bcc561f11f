//! What came of a load: buyers report events, and results are what they add up to.

use std::{collections::BTreeMap, time::Duration};

use super::{failure::Failure, latencies::Latencies};

/// Significant digits of latencies, and of those of each step, of which there are many.
const DIGITS: u8 = 3;
const DIGITS_OF_STEP: u8 = 2;

/// At most so many steps are kept of the time in which buyers are due.
const STEPS: u32 = 300;

/// How an order ended: its status, and its reason if it has one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// `CONFIRMED`, `CANCELLED`, or what comes after the former.
    pub status: String,
    /// Why it was cancelled.
    pub reason: Option<String>,
}

impl End {
    /// How an order ended, if it has.
    pub fn of(order: &serde_json::Value) -> Option<Self> {
        let status = order["status"].as_str()?;
        let open = ["PENDING", "ACTION_REQUIRED", "CANCELLING"].contains(&status);
        let reason = order["reason"].as_str().map(str::to_owned);
        (!open).then(|| Self { status: status.to_owned(), reason })
    }

    /// Whether its units are sold and its money is taken.
    pub fn is_confirmed(&self) -> bool {
        self.status != "CANCELLED"
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.reason {
            None => f.write_str(&self.status),
            Some(reason) => write!(f, "{} {reason}", self.status),
        }
    }
}

/// An order that was answered with 202.
#[derive(Debug, Clone)]
pub struct Bought {
    /// Its buyer's number; the key follows from it.
    pub number: u64,
    /// The place of the buyer's token among the tokens.
    pub customer: usize,
    /// The place of what was bought among the plan's skus.
    pub sku: usize,
    /// The order's id.
    pub id: String,
    /// What the order costs in all, in minor units of the plan's currency.
    pub total_minor: i64,
    /// The SHA-256 of the answer, which a replay has to give again.
    pub digest: [u8; 32],
    /// How it ended, as far as is known.
    pub end: Option<End>,
}

/// What a buyer reports. Times are since the beginning of the load.
#[derive(Debug)]
pub enum Event {
    /// A buyer was due.
    Due(Duration),
    /// Who was due then was not sent, for as many as may be were under way, or for all requests were used up.
    NotSent(Duration),
    /// A buyer's first request begins.
    Sent { due: Duration, at: Duration },
    /// A request that was not the buyer's last has failed.
    Retried(Failure),
    /// An order was accepted, by a request that began at `sent`.
    Accepted { due: Duration, sent: Duration, at: Duration, bought: Bought },
    /// A buyer's last request has failed. `open`: the order may be placed all the same.
    GaveUp { at: Duration, sku: usize, failure: Failure, open: bool },
    /// An order is not followed, though it was to be: as many as may be were.
    NotFollowed,
    /// A followed order ended, at some time in the `gap` before `at`.
    Ended { number: u64, due: Duration, at: Duration, gap: Duration, end: End },
}

/// What happened in one step of time.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Buyers that were due in it.
    pub due: u64,
    /// Buyers whose first request began in it.
    pub sent: u64,
    /// Orders that were accepted in it.
    pub accepted: u64,
    /// Buyers that gave up in it or were not sent.
    pub failed: u64,
    /// Followed orders that were seen confirmed in it.
    pub confirmed: u64,
    /// How long it took to accept the orders whose buyers were due in it.
    pub to_accepted: Option<Latencies>,
}

/// What came of a load.
#[derive(Debug, Clone)]
pub struct Results {
    /// Buyers that were due.
    pub due: u64,
    /// Buyers of whom a request was sent.
    pub sent: u64,
    /// Requests that were sent again.
    pub retried: u64,
    /// Buyers whose order was accepted.
    pub accepted: u64,
    /// When the last of them was.
    pub last_accepted: Duration,
    /// Errors by type, of all requests and of buyers that were not sent.
    pub errors: BTreeMap<String, u64>,
    /// Buyers that got no order, by the last error's type.
    pub gave_up: BTreeMap<String, u64>,
    /// Of the plan's sku at each place: buyers who do not know whether they have an order.
    pub open: BTreeMap<usize, u64>,
    /// How long after they were due requests were sent: how far the generator fell behind.
    pub late: Latencies,
    /// From when a buyer was due until the order was accepted, retries included.
    pub to_accepted: Latencies,
    /// From when the request that was accepted was sent, until it was: without what buyers waited before.
    pub service: Latencies,
    /// From when a buyer was due until the followed order was seen confirmed.
    pub to_confirmed: Latencies,
    /// How long before it was seen the end of a followed order may have been.
    pub gap: Latencies,
    /// Orders that were to be followed and were not.
    pub not_followed: u64,
    /// The orders, by their buyers' numbers.
    pub orders: BTreeMap<u64, Bought>,
    /// How long a step is.
    pub step: Duration,
    /// What happened in each, from the beginning on.
    pub steps: Vec<Step>,
}

/// The type of the error of who was not sent.
pub const NOT_SENT: &str = "not_sent";

impl Results {
    /// Nothing yet, of a load that lasts for `duration`.
    ///
    /// # Errors
    /// Never: it is the histograms' precision that could be wrong.
    pub fn new(duration: Duration) -> anyhow::Result<Self> {
        let latencies = Latencies::new(DIGITS)?;
        let seconds = duration.as_secs_f64() / f64::from(STEPS);
        Ok(Self {
            due: 0,
            sent: 0,
            retried: 0,
            accepted: 0,
            last_accepted: Duration::ZERO,
            errors: BTreeMap::new(),
            gave_up: BTreeMap::new(),
            open: BTreeMap::new(),
            late: latencies.clone(),
            to_accepted: latencies.clone(),
            service: latencies.clone(),
            to_confirmed: latencies.clone(),
            gap: latencies,
            not_followed: 0,
            orders: BTreeMap::new(),
            step: Duration::from_secs(seconds.ceil().max(1.0) as u64),
            steps: Vec::new(),
        })
    }

    /// Takes an event in.
    ///
    /// # Errors
    /// A time is longer than there are numbers for.
    pub fn take(&mut self, event: Event) -> anyhow::Result<()> {
        match event {
            Event::Due(due) => {
                self.due += 1;
                self.step_at(due).due += 1;
            }
            Event::NotSent(due) => {
                self.step_at(due).failed += 1;
                count(&mut self.errors, NOT_SENT);
                count(&mut self.gave_up, NOT_SENT);
            }
            Event::Sent { due, at } => {
                self.sent += 1;
                self.step_at(at).sent += 1;
                self.late.record(at.saturating_sub(due))?;
            }
            Event::Retried(failure) => {
                self.retried += 1;
                count(&mut self.errors, &failure.to_string());
            }
            Event::Accepted { due, sent, at, bought } => self.accept(due, sent, at, bought)?,
            Event::GaveUp { at, sku, failure, open } => {
                self.step_at(at).failed += 1;
                count(&mut self.errors, &failure.to_string());
                count(&mut self.gave_up, &failure.to_string());
                if open {
                    *self.open.entry(sku).or_default() += 1;
                }
            }
            Event::NotFollowed => self.not_followed += 1,
            Event::Ended { number, due, at, gap, end } => {
                self.gap.record(gap)?;
                if end.is_confirmed() {
                    self.step_at(at).confirmed += 1;
                    self.to_confirmed.record(at.saturating_sub(due))?;
                }
                if let Some(bought) = self.orders.get_mut(&number) {
                    bought.end = Some(end);
                }
            }
        }
        Ok(())
    }

    fn accept(&mut self, due: Duration, sent: Duration, at: Duration, bought: Bought) -> anyhow::Result<()> {
        self.accepted += 1;
        self.last_accepted = self.last_accepted.max(at);
        // From when the buyer was due, not from when it was sent: otherwise a shop that is slow, and makes its buyers ask again,
        // or the generator wait, would look better than it is (coordinated omission).
        let waited = at.saturating_sub(due);
        self.to_accepted.record(waited)?;
        self.service.record(at.saturating_sub(sent))?;
        self.step_at(at).accepted += 1;
        let latencies = &mut self.step_at(due).to_accepted;
        let latencies = match latencies {
            Some(latencies) => latencies,
            None => latencies.insert(Latencies::new(DIGITS_OF_STEP)?),
        };
        latencies.record(waited)?;
        self.orders.insert(bought.number, bought);
        Ok(())
    }

    fn step_at(&mut self, at: Duration) -> &mut Step {
        let place = (at.as_nanos() / self.step.as_nanos()) as usize;
        if self.steps.len() <= place {
            self.steps.resize_with(place + 1, Step::default);
        }
        &mut self.steps[place]
    }

    /// How the orders ended, as far as is known, with their counts.
    pub fn ends(&self) -> BTreeMap<String, u64> {
        let mut ends = BTreeMap::new();
        for bought in self.orders.values() {
            count(&mut ends, &bought.end.as_ref().map_or_else(|| "not seen to end".to_owned(), End::to_string));
        }
        ends
    }

    /// All times that were measured, with what they are from and to.
    pub fn times(&self) -> [(&'static str, &Latencies); 5] {
        [
            ("due to accepted", &self.to_accepted),
            ("due to confirmed", &self.to_confirmed),
            ("seen at most later", &self.gap),
            ("sent to accepted", &self.service),
            ("due to sent", &self.late),
        ]
    }

    /// Errors of all kinds.
    pub fn all_errors(&self) -> u64 {
        self.errors.values().sum()
    }
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

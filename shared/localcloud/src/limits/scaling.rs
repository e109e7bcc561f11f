//! How Lambda grows: environments of functions, and pollers of queues.

use std::collections::BTreeMap;

use kernel::{SignedDuration, Timestamp};

use super::{
    Limits,
    rate::{Buckets, Need, Rate, TOKEN},
    usage::{Span, Usage},
};

const CONCURRENCY: &str = "lambda-concurrency";

/// Functions, and the environments that they have.
pub(super) struct Functions {
    concurrency: u64,
    ramp: Rate,
    under_way: u64,
    functions: BTreeMap<String, Function>,
}

#[derive(Default)]
struct Function {
    span: Span,
    /// The environments that it has: as many as it ever had invocations at once.
    environments: u64,
}

/// Where an invocation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Environment {
    /// In one that is new.
    New,
    /// In one that has nothing to do.
    Idle,
}

impl Functions {
    pub fn new(limits: &Limits) -> Self {
        Self {
            concurrency: limits.get(CONCURRENCY),
            ramp: Rate::in_seconds(limits, "lambda-concurrency-ramp", 10),
            under_way: 0,
            functions: BTreeMap::new(),
        }
    }

    /// An invocation begins, unless there are too many.
    pub fn begin(
        &mut self,
        name: &str,
        now: Timestamp,
        buckets: &mut Buckets,
        usage: &mut Usage,
    ) -> Option<Environment> {
        if self.under_way >= self.concurrency {
            usage.wall(CONCURRENCY, name, now);
            return None;
        }
        let function = self.functions.entry(name.to_owned()).or_default();
        let mut environment = Environment::Idle;
        if function.span.under_way >= function.environments {
            let one = Need { rate: self.ramp, of: name, parts: TOKEN };
            if !buckets.take(&[one], now, usage) {
                return None;
            }
            function.environments += 1;
            environment = Environment::New;
        }
        function.span.begin(now);
        self.under_way += 1;
        usage.peak(CONCURRENCY, "account", self.under_way as f64);
        usage.peak(CONCURRENCY, name, function.span.under_way as f64);
        Some(environment)
    }

    /// An invocation ends.
    pub fn end(&mut self, name: &str, now: Timestamp) {
        if let Some(function) = self.functions.get_mut(name) {
            function.span.end(now);
            self.under_way = self.under_way.saturating_sub(1);
        }
    }

    /// So much of an invocation's time is Lambda's own.
    pub fn deduct(&mut self, name: &str, seconds: f64) {
        if let Some(function) = self.functions.get_mut(name) {
            function.span.deduct(seconds);
        }
    }

    pub fn seconds(&self, now: Timestamp) -> BTreeMap<String, f64> {
        let functions = self.functions.iter();
        functions.map(|(name, function)| (name.clone(), function.span.seconds(now))).collect()
    }

    pub fn forget(&mut self, now: Timestamp) {
        self.functions.values_mut().for_each(|function| function.span.forget(now));
    }
}

/// A queue that has had no messages for so long is polled by few again. How fast Lambda takes pollers away is nowhere written.
const IDLE: SignedDuration = SignedDuration::from_secs(60);

/// What polls the queues for their functions.
pub(super) struct Pollers {
    start: f64,
    per_second: f64,
    most: f64,
    queues: BTreeMap<String, Poller>,
}

struct Poller {
    allowed: f64,
    /// When it was last asked for.
    at: Timestamp,
    /// Whether there were too few then.
    short: bool,
}

impl Pollers {
    pub fn new(limits: &Limits) -> Self {
        let number = |name| limits.get(name) as f64;
        let (start, most) = (number("sqs-pollers-start"), number("sqs-pollers-most"));
        let per_second = number("sqs-pollers-ramp") / 60.0;
        Self { start: start.min(most), per_second, most, queues: BTreeMap::new() }
    }

    /// How many there may be of the `wanted`. They grow while they are too few.
    pub fn ask(&mut self, queue: &str, wanted: usize, now: Timestamp, usage: &mut Usage) -> usize {
        let new = || Poller { allowed: self.start, at: now, short: false };
        let poller = self.queues.entry(queue.to_owned()).or_insert_with(new);
        let passed = now.duration_since(poller.at);
        if wanted <= 1 && passed > IDLE {
            poller.allowed = self.start;
        } else if poller.short {
            let more = self.per_second * passed.as_secs_f64().max(0.0);
            poller.allowed = (poller.allowed + more).min(self.most);
        }
        // Rounded down: half a poller polls nothing.
        let may = poller.allowed as usize;
        let short = wanted > may;
        if short && !poller.short {
            let limit = if poller.allowed < self.most { "sqs-pollers-ramp" } else { "sqs-pollers-most" };
            usage.wall(limit, queue, now);
        }
        usage.peak("sqs-pollers-most", queue, wanted.min(may) as f64);
        (poller.at, poller.short) = (now, short);
        may
    }
}

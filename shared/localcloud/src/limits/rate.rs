//! Token buckets.

use std::{collections::BTreeMap, time::Duration};

use kernel::{SignedDuration, Timestamp};

use super::{Limits, usage::Usage};

/// Parts of a token: a billion make one, so that a nanosecond brings a whole number of them whatever the rate.
pub(super) const TOKEN: i128 = 1_000_000_000;

/// How much of something there may be in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// The limit's name.
    pub limit: &'static str,
    /// Tokens that a period brings.
    refill: u64,
    /// The period, in seconds.
    period: u32,
    /// Tokens that are kept.
    burst: u64,
}

impl Rate {
    /// So many a second, and those of one second kept.
    pub fn per_second(limits: &Limits, limit: &'static str) -> Self {
        Self::in_seconds(limits, limit, 1)
    }

    /// So many in some seconds, and those of that time kept.
    pub fn in_seconds(limits: &Limits, limit: &'static str, period: u32) -> Self {
        let refill = limits.get(limit);
        Self { limit, refill, period, burst: refill }
    }

    /// So many a second, and as many kept as another limit says.
    pub fn with_burst(limits: &Limits, limit: &'static str, burst: &str) -> Self {
        Self { burst: limits.get(burst), ..Self::per_second(limits, limit) }
    }

    fn most(&self) -> i128 {
        i128::from(self.burst).saturating_mul(TOKEN)
    }
}

/// What is asked of a bucket.
pub(super) struct Need<'a> {
    pub rate: Rate,
    /// What is limited: a table, a function, the account.
    pub of: &'a str,
    /// How much is wanted, in parts of a token.
    pub parts: i128,
}

struct Bucket {
    rate: Rate,
    /// Below zero when more was taken than there is, and somebody waits.
    parts: i128,
    at: Timestamp,
    /// What was taken in the second `second`.
    second: i64,
    taken: i128,
}

impl Bucket {
    fn refill(&mut self, now: Timestamp) {
        // A clock that goes back brings nothing.
        let passed = now.duration_since(self.at).as_nanos().max(0);
        let brought = passed.saturating_mul(i128::from(self.rate.refill)) / i128::from(self.rate.period);
        self.parts = self.parts.saturating_add(brought).min(self.rate.most());
        self.at = self.at.max(now);
    }

    /// Takes, whether or not there is enough. What was taken in this second is told.
    fn take(&mut self, parts: i128, now: Timestamp) -> f64 {
        self.parts -= parts;
        if self.second != now.as_second() {
            (self.second, self.taken) = (now.as_second(), 0);
        }
        self.taken += parts;
        // Far below what a double can hold exactly: hundredths of tokens, and not many thousand of them.
        self.taken as f64 / TOKEN as f64
    }
}

/// Buckets by limit and by what is limited.
#[derive(Default)]
pub(super) struct Buckets {
    buckets: BTreeMap<(&'static str, String), Bucket>,
    pruned: Option<Timestamp>,
}

impl Buckets {
    fn of(&mut self, rate: Rate, of: &str, now: Timestamp) -> &mut Bucket {
        let bucket = self.buckets.entry((rate.limit, of.to_owned()));
        let bucket =
            bucket.or_insert_with(|| Bucket { rate, parts: rate.most(), at: now, second: now.as_second(), taken: 0 });
        bucket.refill(now);
        bucket
    }

    /// Takes all of these, or none when one of them is too much: whether it did. Needs of one bucket must come as one.
    pub fn take(&mut self, needs: &[Need<'_>], now: Timestamp, usage: &mut Usage) -> bool {
        self.prune(now);
        if let Some(short) = needs.iter().find(|need| self.of(need.rate, need.of, now).parts < need.parts) {
            usage.wall(short.rate.limit, short.of, now);
            return false;
        }
        for need in needs {
            let taken = self.of(need.rate, need.of, now).take(need.parts, now);
            usage.peak(need.rate.limit, need.of, taken);
        }
        true
    }

    /// Takes one, and says how long to wait for it: who comes later waits longer.
    pub fn wait(&mut self, rate: Rate, of: &str, now: Timestamp, usage: &mut Usage) -> Duration {
        let bucket = self.of(rate, of, now);
        let taken = bucket.take(TOKEN, now);
        let owed = bucket.parts.min(0).unsigned_abs();
        usage.peak(rate.limit, of, taken);
        if owed == 0 {
            return Duration::ZERO;
        }
        usage.wall(rate.limit, of, now);
        // Without any refill it waits for as long as anybody can.
        let nanos = (owed * u128::from(rate.period)).div_ceil(u128::from(rate.refill.max(1)));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Forgets what was taken in this second, but not what there is.
    pub fn forget_taken(&mut self) {
        self.buckets.values_mut().for_each(|bucket| bucket.taken = 0);
    }

    /// Throws away the buckets that are as new, every second: there is one for every item that was just touched.
    fn prune(&mut self, now: Timestamp) {
        if self.pruned.is_some_and(|at| now.duration_since(at) < SignedDuration::from_secs(1)) {
            return;
        }
        self.pruned = Some(now);
        self.buckets.retain(|_, bucket| {
            bucket.refill(now);
            bucket.parts < bucket.rate.most() || bucket.second == now.as_second()
        });
    }

    /// How many buckets there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.buckets.len()
    }
}

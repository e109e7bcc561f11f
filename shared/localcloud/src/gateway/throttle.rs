//! How many requests there may be.

use std::sync::{Mutex, PoisonError};

use kernel::Timestamp;

/// A rate, and how far requests may run ahead of it.
///
/// Source: API Gateway Developer Guide, "Throttle requests to your HTTP APIs for better throughput" (token buckets).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Requests per second in the long run.
    pub rate: u32,
    /// Requests at once, after a pause.
    pub burst: u32,
}

impl Throttle {
    /// What a new AWS account has in most regions. Source: "Amazon API Gateway quotas", account-level quotas.
    pub const ACCOUNT_DEFAULT: Self = Self { rate: 10_000, burst: 5_000 };
}

/// Parts of a token: a billion make one, so that a nanosecond brings a whole number of them whatever the rate.
const TOKEN: u128 = 1_000_000_000;

/// A bucket that holds `burst` tokens and is filled at `rate`.
#[derive(Debug)]
pub(super) struct Bucket {
    throttle: Throttle,
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    parts: u128,
    at: Timestamp,
}

impl Bucket {
    pub fn full(throttle: Throttle, now: Timestamp) -> Self {
        Self { throttle, level: Mutex::new(Level { parts: u128::from(throttle.burst) * TOKEN, at: now }) }
    }

    /// Takes a token, if there is one. A clock that goes back brings nothing and takes nothing away.
    pub fn take(&self, now: Timestamp) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = u128::try_from(now.duration_since(level.at).as_nanos()).unwrap_or(0);
        let brought = passed.saturating_mul(u128::from(self.throttle.rate));
        level.parts = level.parts.saturating_add(brought).min(u128::from(self.throttle.burst) * TOKEN);
        level.at = level.at.max(now);
        match level.parts.checked_sub(TOKEN) {
            Some(left) => {
                level.parts = left;
                true
            }
            None => false,
        }
    }
}

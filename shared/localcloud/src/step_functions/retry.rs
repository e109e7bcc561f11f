//! Whether a task is tried again after an error, and when.

use std::time::Duration;

use super::{
    definition::{Jitter, MAX_SECONDS, Retrier},
    errors,
};

/// The retriers of a task, and how often each has been used during one visit to its state: each counts for itself, and
/// all begin anew when the state is entered again. Source: Amazon States Language, "Retrying after error".
#[derive(Debug)]
pub(super) struct Retries<'a> {
    retriers: &'a [Retrier],
    used: Vec<u32>,
}

impl<'a> Retries<'a> {
    pub fn new(retriers: &'a [Retrier]) -> Self {
        Self { retriers, used: vec![0; retriers.len()] }
    }

    /// How long to wait before the task is tried again after this error, or `None` when it is not. The first retrier
    /// that lists the error decides. `random` draws from 0 to 1, without 1.
    pub fn next(&mut self, error: &str, random: impl FnOnce() -> f64) -> Option<Duration> {
        let mut both = self.retriers.iter().zip(&mut self.used);
        let (retrier, used) = both.find(|(retrier, _)| errors::listed(&retrier.error_equals, error))?;
        if *used >= retrier.max_attempts {
            return None;
        }
        let delay = backoff(retrier, *used);
        *used += 1;
        Some(match retrier.jitter_strategy {
            Jitter::None => delay,
            // Full jitter: anything from 0 to the whole delay.
            Jitter::Full => delay.mul_f64(random().clamp(0.0, 1.0)),
        })
    }
}

/// The delay before a retrier's `retry`th retry, counted from 0, without jitter.
pub(super) fn backoff(retrier: &Retrier, retry: u32) -> Duration {
    let seconds = retrier.interval_seconds.0.as_secs_f64() * retrier.backoff_rate.powf(f64::from(retry));
    let longest = longest_delay(retrier);
    Duration::try_from_secs_f64(seconds).map_or(longest, |delay| delay.min(longest))
}

/// The delay that backing off never goes beyond.
pub(super) fn longest_delay(retrier: &Retrier) -> Duration {
    retrier.max_delay_seconds.map_or(Duration::from_secs(MAX_SECONDS), |longest| longest.0)
}

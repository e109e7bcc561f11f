//! A circuit breaker: while Stripe is down, calls fail at once instead of after a time-out each.
//!
//! Source: M. Nygard, "Release It!", chapter "Circuit Breaker".

use kernel::{SignedDuration, Timestamp};

/// So many failures in a row open the circuit.
const THRESHOLD: u32 = 5;
/// An open circuit lets one call through per so much time.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// The circuit to one dependency. Each environment of a function has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    failures: u32,
    /// When the next call may go out; `None` while the circuit is closed.
    next: Option<Timestamp>,
}

impl Breaker {
    /// Whether a call may go out now. A call let through an open circuit is its trial; if its outcome is never heard
    /// of, another one may try after the next pause.
    pub fn allows(&mut self, now: Timestamp) -> bool {
        match self.next {
            Some(next) if now < next => false,
            Some(_) => {
                self.next = Some(after_pause(now));
                true
            }
            None => true,
        }
    }

    /// A call was answered: the circuit is closed.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A call failed. Answers whether that opened the circuit.
    pub fn failed(&mut self, now: Timestamp) -> bool {
        self.failures = self.failures.saturating_add(1);
        let opens = self.failures == THRESHOLD;
        if self.failures >= THRESHOLD {
            self.next = Some(after_pause(now));
        }
        opens
    }
}

fn after_pause(now: Timestamp) -> Timestamp {
    now.checked_add(PAUSE).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn open_at(second: i64) -> Breaker {
        let mut breaker = Breaker::default();
        for n in 1..=THRESHOLD {
            assert!(breaker.allows(at(second)));
            assert_eq!(breaker.failed(at(second)), n == THRESHOLD);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_call_gets_through_per_pause() {
        let mut breaker = open_at(100);
        assert!(!breaker.allows(at(100)));
        assert!(!breaker.allows(at(109)));
        assert!(breaker.allows(at(110)), "the trial");
        assert!(!breaker.allows(at(110)), "only one");
        assert!(!breaker.failed(at(112)), "it was open already");
        assert!(!breaker.allows(at(121)));
        assert!(breaker.allows(at(122)));
    }

    #[test]
    fn a_success_closes_it_and_counting_starts_again() {
        let mut breaker = open_at(100);
        assert!(breaker.allows(at(110)));
        breaker.succeeded();
        assert!(breaker.allows(at(110)) && breaker.allows(at(110)));
        for _ in 1..THRESHOLD {
            breaker.failed(at(111));
        }
        assert!(breaker.allows(at(111)));
        breaker.succeeded();
        breaker.failed(at(112));
        assert!(breaker.allows(at(112)), "four failures, a success and a failure are not five in a row");
    }

    #[test]
    fn a_trial_that_is_never_heard_of_again_does_not_keep_it_open_for_ever() {
        let mut breaker = open_at(100);
        assert!(breaker.allows(at(110)));
        assert!(!breaker.allows(at(119)));
        assert!(breaker.allows(at(120)));
    }
}

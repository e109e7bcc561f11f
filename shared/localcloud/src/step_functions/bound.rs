//! How long a run can take at most.

use std::{collections::BTreeMap, time::Duration};

use super::{
    StateMachine,
    load::{Retrier, State, Work},
};

impl StateMachine {
    /// The longest possible run: every task at its time limit, every retry used up with its longest delay, along the worst
    /// path. Nothing when there is no bound: a task without a time limit, or a loop.
    pub fn worst_case(&self) -> Option<Duration> {
        self.longest_from(&self.start_at, &mut BTreeMap::new())
    }

    fn longest_from<'a>(&'a self, name: &'a str, known: &mut BTreeMap<&'a str, Option<Duration>>) -> Option<Duration> {
        if let Some(known) = known.get(name) {
            return *known;
        }
        // Met again before it is known, the state is on a loop.
        known.insert(name, None);
        let state = self.states.get(name)?;
        let mut rest = Duration::ZERO;
        for next in state.leads_to() {
            rest = rest.max(self.longest_from(next, known)?);
        }
        let longest = state.longest()?.saturating_add(rest);
        known.insert(name, Some(longest));
        Some(longest)
    }
}

impl State {
    fn longest(&self) -> Option<Duration> {
        match &self.work {
            Work::Task { timeout, retry, .. } => {
                let timeout = (*timeout)?;
                let attempts = retry.iter().fold(1_u32, |sum, retrier| sum.saturating_add(retrier.attempts));
                let delays = retry.iter().fold(Duration::ZERO, |sum, retrier| sum.saturating_add(retrier.all_delays()));
                Some(timeout.saturating_mul(attempts).saturating_add(delays))
            }
            Work::Wait { duration, .. } => Some(*duration),
            Work::Choice { .. } | Work::Pass { .. } | Work::Succeed | Work::Fail { .. } => Some(Duration::ZERO),
        }
    }
}

impl Retrier {
    /// The delay before retry number `retry` (from 0), without jitter.
    pub fn delay(&self, retry: u32) -> Duration {
        let factor = self.rate.powi(i32::try_from(retry).unwrap_or(i32::MAX));
        let delay = Duration::try_from_secs_f64(self.interval.as_secs_f64() * factor).unwrap_or(Duration::MAX);
        self.longest.map_or(delay, |longest| delay.min(longest))
    }

    fn all_delays(&self) -> Duration {
        (0..self.attempts).fold(Duration::ZERO, |sum, retry| sum.saturating_add(self.delay(retry)))
    }
}

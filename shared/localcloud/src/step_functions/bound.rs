//! How long an execution can take.

use std::{collections::BTreeMap, time::Duration};

use super::{
    StateMachine,
    definition::{Retrier, State, Task, Wait, Work},
    retry,
};

impl StateMachine {
    /// The longest time that an execution can take: the longest way through the states, on which every task uses up its
    /// time-out and every retry of every retrier, and jitter always draws the whole delay.
    ///
    /// `None` when there is no such time: a task without a time-out, a wait that depends on the input, or a loop. The
    /// machine's own `TimeoutSeconds` is left out of account: it would cut such an execution short, not finish it.
    pub fn worst_case(&self) -> Option<Duration> {
        let mut ways_in: BTreeMap<&str, usize> = BTreeMap::new();
        for state in self.states.values() {
            for transition in state.transitions() {
                *ways_in.entry(transition.to).or_default() += 1;
            }
        }
        // States are taken once all that lead to them have been taken (Kahn's algorithm), which in a loop never
        // happens.
        let mut ready: Vec<&str> =
            self.states.keys().map(String::as_str).filter(|name| !ways_in.contains_key(name)).collect();
        let mut entered_at: BTreeMap<&str, Duration> = BTreeMap::new();
        let (mut taken, mut longest) = (0, Duration::ZERO);
        while let Some(name) = ready.pop() {
            let state = self.states.get(name)?;
            taken += 1;
            let left_at = entered_at.get(name).copied().unwrap_or_default().checked_add(stay(state)?)?;
            longest = longest.max(left_at);
            for transition in state.transitions() {
                let entered = entered_at.entry(transition.to).or_default();
                *entered = left_at.max(*entered);
                let ways = ways_in.entry(transition.to).or_default();
                *ways = ways.saturating_sub(1);
                if *ways == 0 {
                    ready.push(transition.to);
                }
            }
        }
        (taken == self.states.len()).then_some(longest)
    }
}

/// The longest stay in a state.
fn stay(state: &State) -> Option<Duration> {
    match &state.work {
        Work::Task(task) => task_stay(task),
        Work::Wait(Wait { seconds, .. }) => seconds.map(|pause| pause.0),
        Work::Choice(_) | Work::Pass(_) | Work::Succeed(_) | Work::Fail(_) => Some(Duration::ZERO),
    }
}

fn task_stay(task: &Task) -> Option<Duration> {
    let timeout = task.timeout_seconds?.0;
    task.retry.iter().try_fold(timeout, |stay, retrier| {
        stay.checked_add(timeout.checked_mul(retrier.max_attempts)?)?.checked_add(delays(retrier)?)
    })
}

/// The sum of a retrier's delays.
fn delays(retrier: &Retrier) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    for retry in 0..retrier.max_attempts {
        let delay = retry::backoff(retrier, retry);
        sum = sum.checked_add(delay)?;
        // A delay that grows no more is multiplied: there may be millions of retries.
        if retrier.backoff_rate == 1.0 || delay == retry::longest_delay(retrier) {
            return sum.checked_add(delay.checked_mul(retrier.max_attempts - retry - 1)?);
        }
    }
    Some(sum)
}

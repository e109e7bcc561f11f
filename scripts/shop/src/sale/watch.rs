//! What there was at each moment of a sale, from what is written down: exact, and it costs the simulation nothing.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::Serialize;

/// A sale is shown in at most so many moments.
const MOMENTS: u64 = 600;

/// What there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Seconds since the opening.
    pub second: u64,
    /// Units that could be ordered.
    pub stock: i64,
    /// Orders that were taken, and had neither their units nor an answer.
    pub waiting: i64,
    /// Orders that had their units, and were not over.
    pub held: i64,
    /// Orders that were confirmed.
    pub confirmed: i64,
}

/// Counts what changes when.
#[derive(Debug, Default)]
pub(super) struct Watch {
    opened: Timestamp,
    changes: BTreeMap<u64, Moment>,
}

impl Watch {
    /// Nothing has changed since the opening; what changed before counts from the first moment on.
    pub fn new(opened: Timestamp) -> Self {
        Self { opened, changes: BTreeMap::new() }
    }

    /// Something changes at a time.
    pub fn change(&mut self, at: Timestamp, change: impl FnOnce(&mut Moment)) {
        let second = u64::try_from(at.duration_since(self.opened).as_secs()).unwrap_or_default();
        change(self.changes.entry(second).or_default());
    }

    /// All moments: seconds, or longer steps when the sale was long.
    pub fn moments(&self) -> Vec<Moment> {
        let last = self.changes.last_key_value().map_or(0, |(second, _)| *second);
        let step = usize::try_from(last / MOMENTS + 1).unwrap_or(usize::MAX);
        let mut now = Moment::default();
        let all = (0..=last).map(|second| {
            let change = self.changes.get(&second).copied().unwrap_or_default();
            now = Moment {
                second,
                stock: now.stock + change.stock,
                waiting: now.waiting + change.waiting,
                held: now.held + change.held,
                confirmed: now.confirmed + change.confirmed,
            };
            now
        });
        all.step_by(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000 + second).unwrap()
    }

    #[test]
    fn changes_add_up_and_what_was_before_counts() {
        let mut watch = Watch::new(at(0));
        watch.change(at(-60), |moment| moment.stock += 10);
        watch.change(at(2), |moment| moment.stock -= 3);
        watch.change(at(2), |moment| moment.held += 3);
        let stock: Vec<_> = watch.moments().iter().map(|moment| (moment.second, moment.stock, moment.held)).collect();
        assert_eq!(stock, [(0, 10, 0), (1, 10, 0), (2, 7, 3)]);
    }

    #[test]
    fn a_long_sale_has_no_more_moments_than_are_seen() {
        let mut watch = Watch::new(at(0));
        watch.change(at(10_000), |moment| moment.confirmed += 1);
        assert!(watch.moments().len() <= MOMENTS as usize);
    }
}

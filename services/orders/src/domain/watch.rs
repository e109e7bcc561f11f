//! The watchdog: what looks after an order until it is over.

use std::time::Duration;

use kernel::{OrderId, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Order;

/// A delayed message to ourselves: look at this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The order.
    pub order_id: OrderId,
    /// How often it has been looked at already.
    pub round: u32,
}

impl Watch {
    /// The next look.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { order_id: self.order_id.clone(), round: self.round.saturating_add(1) }
    }
}

/// When to look, and when to call somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The delay of the first look.
    pub first: Duration,
    /// The longest delay; SQS allows 15 minutes.
    pub longest: Duration,
    /// After so many looks an order that is past its deadline needs an operator.
    pub operator_after: u32,
}

impl Schedule {
    /// The delay before look number `round`: it doubles each time, up to the longest.
    pub fn delay(&self, round: u32) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(round)).min(self.longest)
    }

    /// The delay before a look at an order whose turn comes after so long.
    pub fn after(&self, wait: Duration) -> Duration {
        wait.saturating_add(self.first).min(self.longest)
    }

    /// Whether somebody has to look. Before its deadline an order may well be waiting for its customer; after it, the saga
    /// ends it one way or the other unless something is stuck.
    pub fn needs_operator(&self, order: &Order, round: u32, now: Timestamp) -> bool {
        !order.status.is_settled()
            && round >= self.operator_after
            && now.duration_since(order.deadline) > SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let schedule =
            Schedule { first: Duration::from_secs(60), longest: Duration::from_secs(900), operator_after: 8 };
        let delays: Vec<u64> = [0, 1, 2, 3, 4, 40, u32::MAX].map(|round| schedule.delay(round).as_secs()).to_vec();
        assert_eq!(delays, [60, 120, 240, 480, 900, 900, 900]);
    }
}

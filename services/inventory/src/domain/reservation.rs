//! An order's lines, to be held together.

use contracts::saga::{Line, OrderFacts, Refusal, ReserveStockAnswer};
use kernel::{OrderId, Timestamp};

use super::{Hold, HoldState, Source};
use crate::Error;

/// Lines of an order, at most. Each takes two items of the one transaction that reserves, of which DynamoDB allows 100.
///
/// Source: Amazon DynamoDB API, `TransactWriteItems`.
pub const LINES_MAX: usize = 50;

/// What an order wants to hold: all of it, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    order_id: OrderId,
    lines: Vec<Line>,
    first: Line,
    deadline: Timestamp,
}

impl Reservation {
    /// What this order wants.
    ///
    /// # Errors
    /// [`Error::Lines`] when its lines are none, too many, or not sorted by sku with one per sku.
    pub fn of(order: &OrderFacts) -> Result<Self, Error> {
        let first = order.lines.first().ok_or(Error::Lines)?.clone();
        let sorted = order.lines.iter().zip(order.lines.iter().skip(1)).all(|(line, next)| line.sku < next.sku);
        if !sorted || order.lines.len() > LINES_MAX {
            return Err(Error::Lines);
        }
        Ok(Self { order_id: order.order_id.clone(), lines: order.lines.clone(), first, deadline: order.deadline })
    }

    /// The order.
    pub fn order_id(&self) -> &OrderId {
        &self.order_id
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether it is too late to hold anything.
    pub fn is_late(&self, now: Timestamp) -> bool {
        now > self.deadline
    }

    /// The holds that reserving puts, one per line, until the order's deadline, with the units from these sources, one
    /// per line too.
    pub fn holds(&self, sources: &[Source]) -> Vec<Hold> {
        let hold =
            |(line, source): (&Line, &Source)| self.hold(line, line.quantity.get(), source.shard(), HoldState::Held);
        self.lines.iter().zip(sources).map(hold).collect()
    }

    /// The tombstone that keeps this order from ever holding anything. It stands in the place of the first line's hold:
    /// see [`Hold`].
    pub fn refusal(&self, reason: Refusal) -> Hold {
        self.hold(&self.first, 0, 0, HoldState::Refused(reason))
    }

    fn hold(&self, line: &Line, quantity: u32, shard: u32, state: HoldState) -> Hold {
        let (order_id, sku) = (self.order_id.clone(), line.sku.clone());
        Hold { order_id, sku, quantity, shard, state, expires_at: self.deadline }
    }

    /// What the order's existing holds, sorted by sku, say to somebody who wants to reserve.
    ///
    /// # Errors
    /// [`Error::HoldsDiffer`] when they are live and not of exactly these lines; [`Error::Contended`] when there are
    /// none: there was one a moment ago, so it was a tombstone that has just been forgotten.
    pub fn answer(&self, holds: &[Hold]) -> Result<ReserveStockAnswer, Error> {
        if let Some(reason) = holds.iter().find_map(|hold| hold.state.over()) {
            return Ok(ReserveStockAnswer::Refused { reason });
        }
        if holds.is_empty() {
            return Err(Error::Contended);
        }
        let held = holds.iter().map(|hold| (&hold.sku, hold.quantity));
        let wanted = self.lines.iter().map(|line| (&line.sku, line.quantity.get()));
        if held.eq(wanted) { Ok(ReserveStockAnswer::Held) } else { Err(Error::HoldsDiffer) }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, CustomerId, Money, PaymentMethodId, Quantity, Sku};

    use super::*;

    fn order(lines: &[(&str, i64)]) -> OrderFacts {
        let line = |&(sku, units): &(&str, i64)| Line {
            sku: Sku::parse(sku).unwrap(),
            quantity: Quantity::new(units).unwrap(),
        };
        OrderFacts {
            order_id: OrderId::from_bytes([1; 16]),
            customer_id: CustomerId::parse("ada").unwrap(),
            lines: lines.iter().map(line).collect(),
            total: Money::zero(Currency::EUR),
            payment_method: PaymentMethodId::parse("pm_card_visa").unwrap(),
            deadline: Timestamp::from_second(1_000).unwrap(),
            allocated: false,
        }
    }

    #[test]
    fn lines_are_some_sorted_and_one_per_sku() {
        assert!(Reservation::of(&order(&[("A", 1), ("B", 2)])).is_ok());
        for lines in [&[][..], &[("B", 1), ("A", 1)], &[("A", 1), ("A", 1)]] {
            assert_eq!(Reservation::of(&order(lines)), Err(Error::Lines), "{lines:?}");
        }
        let skus: Vec<String> = (0..=LINES_MAX).map(|i| format!("S-{i:02}")).collect();
        let lines: Vec<(&str, i64)> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
        assert!(Reservation::of(&order(&lines[..LINES_MAX])).is_ok());
        assert_eq!(Reservation::of(&order(&lines)), Err(Error::Lines));
    }

    #[test]
    fn existing_holds_answer() {
        let reservation = Reservation::of(&order(&[("A", 1), ("B", 2)])).unwrap();
        let mut holds = reservation.holds(&[Source::OnlyShard; 2]);
        assert_eq!(reservation.answer(&holds), Ok(ReserveStockAnswer::Held));
        holds[0].state = HoldState::Committed;
        assert_eq!(reservation.answer(&holds), Ok(ReserveStockAnswer::Held));
        assert_eq!(reservation.answer(&holds[..1]), Err(Error::HoldsDiffer));
        holds[1].quantity = 3;
        assert_eq!(reservation.answer(&holds), Err(Error::HoldsDiffer));
        holds[1].state = HoldState::Released(Refusal::HoldExpired);
        assert_eq!(reservation.answer(&holds), Ok(ReserveStockAnswer::Refused { reason: Refusal::HoldExpired }));
        assert_eq!(reservation.answer(&[]), Err(Error::Contended));
    }

    #[test]
    fn the_tombstone_stands_on_the_first_line_and_holds_nothing() {
        let reservation = Reservation::of(&order(&[("A", 1), ("B", 2)])).unwrap();
        let tombstone = reservation.refusal(Refusal::SoldOut);
        assert_eq!((tombstone.sku.as_str(), tombstone.quantity), ("A", 0));
        assert_eq!(reservation.answer(&[tombstone]), Ok(ReserveStockAnswer::Refused { reason: Refusal::SoldOut }));
    }
}

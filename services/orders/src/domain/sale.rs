//! Sales: when a product is sold that many want at once, to whom, and who is paid for when.

use std::{collections::BTreeMap, time::Duration};

use kernel::{OrderId, Quantity, SignedDuration, Sku, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Price, Refused, Wanted};

/// The sale of a product. While there is one, its orders wait in a queue for their stock and their turn to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// Orders are taken from this moment on.
    pub opens_at: Timestamp,
    /// From this moment on they are not taken any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// Units for each customer, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_customer: Option<u32>,
    /// When whoever allocates stock last found none, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_out_at: Option<i64>,
}

/// So long nobody is let in when there was nothing left.
const SOLD_OUT: SignedDuration = SignedDuration::from_secs(10);

/// Until then one in so many is let in, to look whether units came back; then everybody is.
const LOOKING: SignedDuration = SignedDuration::from_secs(60);
const LOOKS: u8 = 64;

/// Where a sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has not opened yet.
    Announced,
    /// Orders are taken.
    Open,
    /// It is over.
    Over,
}

impl Sale {
    /// Where it is at this moment.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match self.closes_at {
            Some(closes_at) if closes_at <= now => Phase::Over,
            _ if now < self.opens_at => Phase::Announced,
            _ => Phase::Open,
        }
    }

    /// Whether there was nothing left a moment ago. From a minute on nobody knows.
    pub fn was_sold_out(&self, now: Timestamp) -> bool {
        self.sold_out_for(now).is_some_and(|age| age < LOOKING)
    }

    /// How long ago there was nothing left, if that ever was.
    fn sold_out_for(&self, now: Timestamp) -> Option<SignedDuration> {
        let since = self.sold_out_at.and_then(|at| Timestamp::from_millisecond(at).ok())?;
        Some(now.duration_since(since))
    }

    /// Whether this order is refused without looking at stock, because there was none a moment ago. Orders are cancelled and
    /// holds expire, so a few are let in to look, and in the end everybody: the first who finds none shuts the door again.
    pub fn is_sold_out(&self, order_id: &OrderId, now: Timestamp) -> bool {
        let Some(age) = self.sold_out_for(now) else { return false };
        let looks =
            || order_id.as_str().bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % LOOKS == 0;
        age < SOLD_OUT || (age < LOOKING && !looks())
    }
}

/// A sale that an order takes part in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    /// What is bought.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// Its rules.
    pub sale: Sale,
}

/// The sale that an order takes part in, if any of its products is in one. Such a product is bought alone: an order is held
/// whole, and would keep everybody else in the queue waiting for what is not in the sale.
///
/// # Errors
/// The sale does not take it.
pub fn bid(
    order_id: &OrderId,
    wanted: &Wanted,
    prices: &BTreeMap<Sku, Price>,
    now: Timestamp,
) -> Result<Option<Bid>, Refused> {
    let sale = |sku: &Sku| prices.get(sku).and_then(|price| price.sale.clone());
    let found = wanted.lines.iter().find_map(|line| Some((line, sale(&line.sku)?)));
    let Some((line, sale)) = found else { return Ok(None) };
    match sale.phase(now) {
        Phase::Announced => return Err(Refused::SaleNotOpen { sku: line.sku.clone(), opens_at: sale.opens_at }),
        Phase::Over => return Err(Refused::SaleOver(line.sku.clone())),
        Phase::Open => {}
    }
    if wanted.lines.len() > 1 {
        return Err(Refused::SaleAlone(line.sku.clone()));
    }
    match sale.per_customer {
        Some(most) if line.quantity.get() > most => Err(Refused::CustomerLimit { sku: line.sku.clone(), most }),
        _ if sale.is_sold_out(order_id, now) => Err(Refused::SoldOut(line.sku.clone())),
        _ => Ok(Some(Bid { sku: line.sku.clone(), quantity: line.quantity, sale })),
    }
}

/// A delayed message to ourselves: it is this order's turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The order.
    pub order_id: OrderId,
}

/// How fast orders of sales begin to be paid: Stripe's rate, and what else needs it, decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Orders in a second.
    pub per_second: u32,
    /// Nobody is to wait longer: an order's stock is held until its deadline, which the payment has to meet.
    pub longest: Duration,
}

impl Pace {
    /// How long so many orders take.
    pub fn time_for(&self, orders: usize) -> SignedDuration {
        let micros = 1_000_000_i64.saturating_mul(i64::try_from(orders).unwrap_or(i64::MAX));
        SignedDuration::from_micros(micros / i64::from(self.per_second.max(1)))
    }

    /// How many are before somebody whose turn is then: one, when it is next.
    pub fn position(&self, starts_at: Timestamp, now: Timestamp) -> u64 {
        let wait = u64::try_from(starts_at.duration_since(now).as_millis()).unwrap_or_default();
        wait.saturating_mul(u64::from(self.per_second)).div_ceil(1_000).max(1)
    }

    /// Whether the queue is too long to let anybody in, when the next turn is then.
    pub fn is_full(&self, next: Timestamp, now: Timestamp) -> bool {
        next.duration_since(now) > SignedDuration::try_from(self.longest).unwrap_or(SignedDuration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_sale_is_announced_open_and_over() {
        let mut sale = Sale { opens_at: at(10), closes_at: Some(at(20)), per_customer: None, sold_out_at: None };
        let phases = [9, 10, 19, 20].map(|second| sale.phase(at(second)));
        assert_eq!(phases, [Phase::Announced, Phase::Open, Phase::Open, Phase::Over]);
        sale.closes_at = None;
        assert_eq!(sale.phase(at(1_000_000)), Phase::Open);
        sale.closes_at = Some(at(5));
        assert_eq!(sale.phase(at(7)), Phase::Over, "closed before it opened");
    }

    #[test]
    fn what_is_sold_out_is_looked_at_by_a_few_and_then_by_all() {
        let sale = Sale { opens_at: at(0), closes_at: None, per_customer: None, sold_out_at: Some(100_000) };
        let let_in = |second: i64| {
            let ids = (0..=u16::MAX).map(|number| {
                let mut bytes = [0; 16];
                bytes[14..].copy_from_slice(&number.to_be_bytes());
                OrderId::from_bytes(bytes)
            });
            ids.filter(|id| !sale.is_sold_out(id, at(second))).count()
        };
        assert_eq!(let_in(100), 0);
        assert_eq!(let_in(109), 0);
        assert!((512..2_048).contains(&let_in(110)), "about one in 64: {}", let_in(110));
        assert_eq!(let_in(159), let_in(110));
        assert_eq!(let_in(160), 65_536);
        assert_eq!([109, 159, 160].map(|second| sale.was_sold_out(at(second))), [true, true, false]);
        assert_eq!(let_in(99), 0, "a clock that is behind");
        assert!(!Sale { sold_out_at: None, ..sale }.is_sold_out(&OrderId::from_bytes([1; 16]), at(100)));
    }

    #[test]
    fn turns_are_a_rates_length_apart() {
        let pace = Pace { per_second: 40, longest: Duration::from_secs(60) };
        assert_eq!(pace.time_for(40), SignedDuration::from_secs(1));
        assert_eq!(pace.time_for(1), SignedDuration::from_millis(25));
        assert_eq!(pace.position(at(101), at(100)), 40);
        assert_eq!(pace.position(at(99), at(100)), 1, "its turn is over");
        assert!(!pace.is_full(at(160), at(100)));
        assert!(pace.is_full(at(161), at(100)));
    }
}

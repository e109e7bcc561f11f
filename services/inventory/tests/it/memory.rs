//! A model of the database: the ports' contract in its simplest form, with faults on demand.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use inventory::{
    Error,
    domain::{Adjustment, Ending, Event, Hold, HoldState, Reservation, UNITS_MAX},
    ports::{
        AdjustStock, Adjusting, CommitHold, Committing, ExpiredPage, FindExpired, HoldKey, HoldLines, Holding,
        ReadHolds, RecordRefusal, ReleaseHolds,
    },
};
use kernel::{IdempotencyKey, OrderId, Sku, Timestamp};

/// What may go wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It has no effect, and fails.
    Before,
    /// It has its effect, and its answer is lost.
    After,
}

#[derive(Debug, Default)]
pub struct Memory {
    tables: Mutex<Tables>,
    faults: Mutex<VecDeque<Fault>>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tables {
    pub stock: BTreeMap<Sku, Stock>,
    pub holds: BTreeMap<HoldKey, Hold>,
    pub adjustments: BTreeMap<(Sku, IdempotencyKey), Adjustment>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    pub available: i64,
    pub received: i64,
    pub written_off: i64,
}

impl Memory {
    /// With these faults for the calls to come, one each.
    pub fn failing(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { tables: Mutex::default(), faults: Mutex::new(faults.into_iter().collect()) }
    }

    /// From now on nothing fails.
    pub fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    pub fn tables(&self) -> Tables {
        self.tables.lock().unwrap().clone()
    }

    /// One call: it lets others go first, and then happens at once.
    async fn call<T>(&self, effect: impl FnOnce(&mut Tables) -> T) -> Result<T, Error> {
        tokio::task::yield_now().await;
        let lost = || Error::Unavailable("a fault".to_owned());
        let fault = self.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Fault::None);
        if fault == Fault::Before {
            return Err(lost());
        }
        let answer = effect(&mut self.tables.lock().unwrap());
        if fault == Fault::After { Err(lost()) } else { Ok(answer) }
    }
}

impl Tables {
    pub fn of(&self, order_id: &OrderId) -> Vec<Hold> {
        self.holds.values().filter(|hold| hold.order_id == *order_id).cloned().collect()
    }

    fn take(&mut self, hold: &Hold, units: i64) {
        self.stock.entry(hold.sku.clone()).or_default().available -= units;
    }
}

fn key(hold: &Hold) -> HoldKey {
    HoldKey { order_id: hold.order_id.clone(), sku: hold.sku.clone() }
}

#[async_trait]
impl HoldLines for Memory {
    async fn hold(&self, reservation: &Reservation, _: Timestamp) -> Result<Holding, Error> {
        let holds = reservation.holds();
        self.call(|tables| {
            if holds.iter().any(|hold| tables.holds.contains_key(&key(hold))) {
                return Holding::HoldsExist;
            }
            let enough =
                |hold: &Hold| tables.stock.get(&hold.sku).is_some_and(|s| s.available >= i64::from(hold.quantity));
            if !holds.iter().all(enough) {
                return Holding::NotEnough;
            }
            for hold in holds {
                tables.take(&hold, i64::from(hold.quantity));
                tables.holds.insert(key(&hold), hold);
            }
            Holding::Held
        })
        .await
    }
}

#[async_trait]
impl RecordRefusal for Memory {
    async fn record_refusal(&self, tombstone: &Hold, _: Timestamp) -> Result<bool, Error> {
        self.call(|tables| {
            let free = !tables.holds.contains_key(&key(tombstone));
            if free {
                tables.holds.insert(key(tombstone), tombstone.clone());
            }
            free
        })
        .await
    }
}

#[async_trait]
impl ReadHolds for Memory {
    async fn holds(&self, order_id: &OrderId) -> Result<Vec<Hold>, Error> {
        self.call(|tables| tables.of(order_id)).await
    }
}

#[async_trait]
impl CommitHold for Memory {
    async fn commit(&self, order_id: &OrderId, sku: &Sku, now: Timestamp) -> Result<Committing, Error> {
        self.call(|tables| {
            let key = HoldKey { order_id: order_id.clone(), sku: sku.clone() };
            let Some(hold) = tables.holds.get_mut(&key) else { return Committing::Missing };
            match hold.after(Event::Commit, now) {
                Some(state) => {
                    hold.state = state;
                    Committing::Committed
                }
                None => Committing::Unchanged(hold.clone()),
            }
        })
        .await
    }
}

#[async_trait]
impl ReleaseHolds for Memory {
    async fn release(&self, holds: &[Hold], ending: Ending, now: Timestamp) -> Result<bool, Error> {
        self.call(|tables| {
            let after = |read: &Hold| -> Option<HoldState> {
                let stored = tables.holds.get(&key(read)).filter(|stored| stored.state == read.state)?;
                stored.after(Event::End(ending), now)
            };
            let Some(states) = holds.iter().map(after).collect::<Option<Vec<_>>>() else { return false };
            for (hold, state) in holds.iter().zip(states) {
                tables.take(hold, -i64::from(hold.quantity));
                tables.holds.insert(key(hold), Hold { state, ..hold.clone() });
            }
            true
        })
        .await
    }
}

#[async_trait]
impl FindExpired for Memory {
    /// Pages of one hold each.
    async fn expired(&self, now: Timestamp, after: Option<HoldKey>) -> Result<ExpiredPage, Error> {
        self.call(|tables| {
            let mut rest = tables.holds.iter().filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after));
            let Some((key, hold)) = rest.next() else { return ExpiredPage { holds: Vec::new(), next: None } };
            let expired = hold.after(Event::End(Ending::Expiry), now).is_some();
            ExpiredPage { holds: expired.then(|| Ok(hold.clone())).into_iter().collect(), next: Some(key.clone()) }
        })
        .await
    }
}

#[async_trait]
impl AdjustStock for Memory {
    async fn adjust(&self, adjustment: &Adjustment) -> Result<Adjusting, Error> {
        self.call(|tables| {
            let key = (adjustment.sku.clone(), adjustment.id.clone());
            if let Some(known) = tables.adjustments.get(&key) {
                return Adjusting::Known(known.clone());
            }
            let (stock, delta) =
                (tables.stock.get(&adjustment.sku).copied().unwrap_or_default(), adjustment.delta.get());
            let (received, written_off) = (stock.received + delta.max(0), stock.written_off - delta.min(0));
            let available = stock.available + delta;
            if available < 0 || received > UNITS_MAX {
                return Adjusting::OutOfBounds;
            }
            tables.stock.insert(adjustment.sku.clone(), Stock { available, received, written_off });
            tables.adjustments.insert(key, adjustment.clone());
            Adjusting::Adjusted
        })
        .await
    }
}

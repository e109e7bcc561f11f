//! A model of the database: the ports' contract in its simplest form, with faults on demand.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use inventory::{
    Error,
    domain::{
        Adjustment, Ending, Event, Hold, HoldState, Move, Reservation, ShardKey, Shards, Source, StockShard, UNITS_MAX,
    },
    ports::{
        AdjustStock, Adjusting, CommitHold, Committing, ExpiredPage, FindExpired, FindSharded, FindShards, HoldKey,
        HoldLines, Holding, MoveUnits, OpenShards, ReadHolds, RecordRefusal, ReleaseHolds, ShardedPage,
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
    /// What was last seen of skus with several shards, however long ago.
    seen: Mutex<BTreeMap<Sku, Shards>>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tables {
    pub stock: BTreeMap<ShardKey, Stock>,
    /// Where they are not all in use.
    pub in_use: BTreeMap<Sku, u32>,
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
        Self { faults: Mutex::new(faults.into_iter().collect()), ..Self::default() }
    }

    /// From now on nothing fails.
    pub fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// As if nothing had been asked for in this environment yet.
    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
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
        let key = ShardKey { sku: hold.sku.clone(), shard: hold.shard };
        self.stock.entry(key).or_default().available -= units;
    }

    /// The shards of a sku.
    pub fn shards(&self, sku: &Sku) -> Vec<StockShard> {
        let of = || self.stock.iter().filter(|(key, _)| key.sku == *sku);
        let shards = u32::try_from(of().count()).unwrap();
        let in_use = self.in_use.get(sku).copied().unwrap_or(shards);
        let shard = |(key, stock): (&ShardKey, &Stock)| {
            let (key, Stock { available, received, written_off }) = (key.clone(), *stock);
            StockShard { key, available, received, written_off, shards, in_use, updated_at: Timestamp::UNIX_EPOCH }
        };
        of().map(shard).collect()
    }
}

fn key(hold: &Hold) -> HoldKey {
    HoldKey { order_id: hold.order_id.clone(), sku: hold.sku.clone() }
}

#[async_trait]
impl HoldLines for Memory {
    async fn hold(&self, reservation: &Reservation, sources: &[Source], _: Timestamp) -> Result<Holding, Error> {
        let holds = reservation.holds(sources);
        self.call(|tables| {
            if holds.iter().any(|hold| tables.holds.contains_key(&key(hold))) {
                return Holding::HoldsExist;
            }
            let mut elsewhere = Vec::new();
            for (line, (hold, source)) in holds.iter().zip(sources).enumerate() {
                let stock = tables.stock.get(&ShardKey { sku: hold.sku.clone(), shard: hold.shard });
                let enough = stock.is_some_and(|stock| stock.available >= i64::from(hold.quantity));
                let only = tables.shards(&hold.sku).len() <= 1;
                match source {
                    Source::OnlyShard if only && !enough => return Holding::SoldOut,
                    Source::OnlyShard if !only => elsewhere.push(line),
                    Source::Shard(_) if !enough => elsewhere.push(line),
                    _ => {}
                }
            }
            if !elsewhere.is_empty() {
                return Holding::Elsewhere(elsewhere);
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
impl FindShards for Memory {
    async fn recent(&self, sku: &Sku) -> Result<Option<Shards>, Error> {
        Ok(self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(sku).cloned())
    }

    async fn exact(&self, sku: &Sku) -> Result<Option<Shards>, Error> {
        let shards = self.call(|tables| Shards::of(&tables.shards(sku))).await?;
        if let Some(several) = shards.as_ref().filter(|shards| shards.count() > 1) {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(sku.clone(), several.clone());
        }
        Ok(shards)
    }
}

#[async_trait]
impl MoveUnits for Memory {
    async fn shift(&self, sku: &Sku, moves: &[Move], _: Timestamp) -> Result<bool, Error> {
        self.call(|tables| {
            let mut after = tables.stock.clone();
            for Move { from, to, units } in moves {
                for (shard, units) in [(*from, -units), (*to, *units)] {
                    match after.get_mut(&ShardKey { sku: sku.clone(), shard }) {
                        Some(stock) => stock.available += units,
                        None => return false,
                    }
                }
            }
            let possible = after.values().all(|stock| stock.available >= 0);
            if possible {
                tables.stock = after;
            }
            possible
        })
        .await
    }
}

#[async_trait]
impl OpenShards for Memory {
    async fn open(&self, sku: &Sku, existing: u32, in_use: u32, _: Timestamp) -> Result<bool, Error> {
        self.call(|tables| {
            let right = u32::try_from(tables.shards(sku).len()) == Ok(existing);
            if right {
                tables.in_use.insert(sku.clone(), in_use);
                for shard in existing..in_use {
                    tables.stock.insert(ShardKey { sku: sku.clone(), shard }, Stock::default());
                }
            }
            right
        })
        .await
    }
}

#[async_trait]
impl FindSharded for Memory {
    async fn sharded(&self, _: Option<String>) -> Result<ShardedPage, Error> {
        self.call(|tables| {
            let skus = tables.stock.keys().filter(|key| key.shard == 1).map(|key| key.sku.clone());
            ShardedPage { skus: skus.collect(), next: None }
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
            let shard = ShardKey { sku: adjustment.sku.clone(), shard: 0 };
            let (stock, delta) = (tables.stock.get(&shard).copied().unwrap_or_default(), adjustment.delta.get());
            let (received, written_off) = (stock.received + delta.max(0), stock.written_off - delta.min(0));
            let available = stock.available + delta;
            if available < 0 || received > UNITS_MAX {
                return Adjusting::OutOfBounds;
            }
            tables.stock.insert(shard, Stock { available, received, written_off });
            tables.adjustments.insert(key, adjustment.clone());
            Adjusting::Adjusted
        })
        .await
    }
}

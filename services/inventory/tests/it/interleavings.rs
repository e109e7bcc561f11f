//! The use cases, several at once, in every order of their calls that proptest comes up with, while calls fail and
//! answers are lost; and the model that they run on, held against the database.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    sync::Mutex,
    task::{Context, Waker},
    time::Duration,
};

use contracts::saga::{CommitStockAnswer, OrderFacts, Refusal, RefuseStockAnswer, ReserveStockAnswer};
use inventory::{
    Error,
    domain::{Adjustment, AdjustmentReason, Delta, HoldState},
    ports::HoldKey,
    usecases::{Reserve, adjust, commit, expire, rebalance, refuse, release, set_shards},
};
use kernel::{Clock, IdempotencyKey, ManualClock, SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Inventory,
    memory::{Fault, Memory, Stock, Tables},
    order, sku,
};

/// Something that somebody does.
#[derive(Debug, Clone, Copy)]
enum Act {
    Reserve(usize),
    Commit(usize),
    Refuse(usize),
    Release(usize),
    Expire,
    Adjust { sku: &'static str, key: u8, delta: i64 },
    SetShards { sku: &'static str, in_use: u32 },
    Rebalance,
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    let adjustment = (prop::sample::select(vec!["A", "B"]), 0_u8..3, prop::sample::select(vec![-2_i64, -1, 1, 3]));
    prop_oneof![
        5 => (0_usize..3).prop_map(Act::Reserve),
        4 => (0_usize..3).prop_map(Act::Commit),
        2 => (0_usize..3).prop_map(Act::Refuse),
        3 => (0_usize..3).prop_map(Act::Release),
        2 => Just(Act::Expire),
        2 => adjustment.prop_map(|(sku, key, delta)| Act::Adjust { sku, key, delta }),
        2 => (prop::sample::select(vec!["A", "B"]), 1_u32..4).prop_map(|(sku, in_use)| Act::SetShards { sku, in_use }),
        1 => Just(Act::Rebalance),
        1 => Just(Act::Wait),
    ]
}

/// Three orders that want the same few units. No deadline is a whole number of pauses away: the database's clock also
/// runs.
fn orders(now: Timestamp) -> [OrderFacts; 3] {
    let deadline = now + SignedDuration::from_secs(1_800);
    [
        order(1, &[("A", 1), ("B", 2)], deadline),
        order(2, &[("A", 2)], deadline),
        order(3, &[("A", 1), ("B", 1)], deadline + SignedDuration::from_secs(1_100)),
    ]
}

const PAUSE: SignedDuration = SignedDuration::from_secs(1_000);

/// The inventory on the model.
struct Shop {
    memory: Memory,
    clock: ManualClock,
    orders: [OrderFacts; 3],
}

impl Shop {
    fn new(now: Timestamp, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { memory: Memory::failing(faults), clock: ManualClock::at(now), orders: orders(now) }
    }

    fn reserve(&self) -> Reserve<'_> {
        let memory = &self.memory;
        Reserve { stock: memory, refusals: memory, holds: memory, shards: memory, units: memory, clock: &self.clock }
    }

    /// Does it, and answers what was answered, after checking that it is so at this moment.
    async fn act(&self, act: Act) -> Result<Value, Error> {
        let (memory, clock) = (&self.memory, &self.clock);
        let states = |order: usize| -> Vec<HoldState> {
            memory.tables().of(&self.orders[order].order_id).iter().map(|hold| hold.state).collect()
        };
        let lines = |order: usize| self.orders[order].lines.len();
        match act {
            Act::Reserve(n) => {
                let answer = self.reserve().reserve(&self.orders[n]).await?;
                let held = states(n).len() == lines(n) && states(n).iter().all(|state| state.is_live());
                assert_eq!(answer == ReserveStockAnswer::Held, held, "{answer:?} {:?}", states(n));
                Ok(json!(answer))
            }
            Act::Commit(n) => {
                let answer = commit(memory, clock, &self.orders[n]).await?;
                let committed = states(n).iter().all(|state| *state == HoldState::Committed);
                assert_eq!(answer == CommitStockAnswer::Committed, committed, "{answer:?} {:?}", states(n));
                Ok(json!(answer))
            }
            Act::Refuse(n) => {
                let answer = refuse(memory, memory, clock, &self.orders[n], Refusal::CancelledByCustomer).await?;
                let never = matches!(states(n)[..], [HoldState::Refused(_)]);
                assert_eq!(answer == RefuseStockAnswer::NeverHeld, never, "{answer:?} {:?}", states(n));
                Ok(json!(answer))
            }
            Act::Release(n) => {
                let answer = release(memory, memory, clock, &self.orders[n], Refusal::PaymentDeclined).await?;
                // Released unless the order never held anything and is free to begin; the saga never asks for that.
                assert!(states(n).iter().all(|state| !state.is_live()), "{:?}", states(n));
                Ok(json!(answer))
            }
            Act::Expire => Ok(json!(expire(memory, memory, clock, Timestamp::MAX).await?)),
            Act::Adjust { sku, key, delta } => {
                let adjustment = adjustment(sku, key, delta, clock.now());
                adjust(memory, memory, memory, clock, adjustment).await.map(|made| json!(made.delta.get()))
            }
            Act::SetShards { sku, in_use } => {
                set_shards(memory, memory, memory, clock, &self::sku(sku), in_use).await.map(|()| json!(in_use))
            }
            Act::Rebalance => Ok(json!(rebalance(memory, memory, memory, clock, Timestamp::MAX).await?)),
            Act::Wait => {
                clock.advance(PAUSE);
                Ok(Value::Null)
            }
        }
    }
}

fn adjustment(sku: &str, key: u8, delta: i64, at: Timestamp) -> Adjustment {
    Adjustment {
        sku: self::sku(sku),
        id: IdempotencyKey::parse(key.to_string()).unwrap(),
        delta: Delta::new(delta).unwrap(),
        reason: AdjustmentReason::parse("count".to_owned()).unwrap(),
        at,
    }
}

/// What must hold after every single call.
fn check(tables: &Tables, over: &mut BTreeMap<HoldKey, HoldState>) {
    let skus: BTreeSet<_> = tables.stock.keys().map(|key| &key.sku).collect();
    for sku in skus {
        let of = tables.stock.iter().filter(|(key, _)| key.sku == *sku).map(|(_, stock)| stock);
        assert!(of.clone().all(|shard| shard.available >= 0), "{sku}: {tables:?}");
        let stock = of.fold(Stock::default(), |sum, shard| Stock {
            available: sum.available + shard.available,
            received: sum.received + shard.received,
            written_off: sum.written_off + shard.written_off,
        });
        let live = tables.holds.values().filter(|hold| hold.sku == *sku && hold.state.is_live());
        let live: i64 = live.map(|hold| i64::from(hold.quantity)).sum();
        assert_eq!(stock.received, stock.available + live + stock.written_off, "{sku}: {tables:?}");
        let made = |sign: i64| -> i64 {
            let deltas = tables.adjustments.values().filter(|made| made.sku == *sku).map(|made| made.delta.get());
            deltas.filter(|delta| delta.signum() == sign).sum()
        };
        assert_eq!((stock.received, stock.written_off), (made(1), -made(-1)), "{sku}: {tables:?}");
    }
    for (key, hold) in &tables.holds {
        if let Some(state) = over.get(key) {
            assert_eq!(hold.state, *state, "what has ended came back: {key:?}");
        } else if !hold.state.is_live() {
            over.insert(key.clone(), hold.state);
        }
    }
}

type Worker<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Lets workers make one call each, in the order that `turns` says, and in turn when it says no more.
fn interleave(mut workers: Vec<Worker<'_>>, turns: &[usize], mut after_each: impl FnMut()) {
    let mut turns = turns.iter().copied().chain(0..);
    let mut context = Context::from_waker(Waker::noop());
    while !workers.is_empty() {
        let turn = turns.next().unwrap() % workers.len();
        if workers[turn].as_mut().poll(&mut context).is_ready() {
            drop(workers.swap_remove(turn));
        }
        after_each();
    }
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![6 => Just(Fault::None), 1 => Just(Fault::Before), 1 => Just(Fault::After)];
    prop::collection::vec(fault, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_unit_is_lost_or_invented_and_nothing_that_ended_comes_back(
        acts in prop::collection::vec(prop::collection::vec(act(), 1..8), 1..5),
        turns in prop::collection::vec(0_usize..12, 0..150),
        faults in faults(),
    ) {
        let shop = Shop::new(Timestamp::from_second(1_700_000_000).unwrap(), faults);
        let deliveries = [("A", 3), ("B", 3)].map(|(sku, delta)| Act::Adjust { sku, key: 0, delta });
        let acts: Vec<Vec<Act>> = acts.into_iter().chain([deliveries.to_vec()]).collect();
        let broken = Mutex::new(Vec::new());
        let worker = |acts: &Vec<Act>| -> Worker<'_> {
            let (acts, shop, broken) = (acts.clone(), &shop, &broken);
            Box::pin(async move {
                for act in acts {
                    match shop.act(act).await {
                        // The saga tries again; here the next act does.
                        Ok(_) | Err(Error::Unavailable(_) | Error::Contended) => {}
                        // Asked for before its time, or of too few units.
                        Err(
                            Error::NeverReserved(_) | Error::NotEnoughStock | Error::KeyReused | Error::UnknownSku,
                        ) => {}
                        Err(error) => broken.lock().unwrap().push(error),
                    }
                }
            })
        };
        let mut over = BTreeMap::new();
        interleave(acts.iter().map(worker).collect(), &turns, || check(&shop.memory.tables(), &mut over));
        prop_assert_eq!(broken.into_inner().unwrap(), Vec::new());

        // In the end nothing stays held that nobody committed.
        shop.memory.heal();
        shop.clock.advance(SignedDuration::from_hours(2));
        interleave(vec![worker_of(&shop, Act::Expire)], &[], || check(&shop.memory.tables(), &mut over));
        let held = shop.memory.tables().holds.into_values().filter(|hold| hold.state == HoldState::Held).count();
        prop_assert_eq!(held, 0);
    }
}

fn worker_of(shop: &Shop, act: Act) -> Worker<'_> {
    Box::pin(async move {
        shop.act(act).await.unwrap();
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_model_and_the_database_agree(acts in prop::collection::vec(act(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let inventory = Inventory::with(&[]).await;
            let shop = Shop::new(inventory.bench.clock().now(), []);
            let deliveries = [("A", 3), ("B", 3)].map(|(sku, delta)| Act::Adjust { sku, key: 0, delta });
            for act in deliveries.into_iter().chain(acts) {
                // Here every function runs in a new environment.
                shop.memory.forget();
                let expected = shop.act(act).await;
                let answer = on_the_database(&inventory, &shop.orders, act).await;
                assert_eq!(answer, expected.map_err(|_| ()), "{act:?}");
                assert_eq!(states(&inventory), model_states(&shop.memory.tables()), "after {act:?}");
                inventory.audit();
            }
        });
    }
}

async fn on_the_database(inventory: &Inventory, orders: &[OrderFacts; 3], act: Act) -> Result<Value, ()> {
    match act {
        Act::Reserve(n) => inventory.reserve(&orders[n]).await.map(|answer| json!(answer)).map_err(|_| ()),
        Act::Commit(n) => inventory.commit(&orders[n]).await.map(|answer| json!(answer)).map_err(|_| ()),
        Act::Refuse(n) => Ok(json!(inventory.refuse(&orders[n], Refusal::CancelledByCustomer).await)),
        Act::Release(n) => {
            let answer = inventory.release(&orders[n], Refusal::PaymentDeclined).await;
            answer.map(|answer| json!(answer)).map_err(|_| ())
        }
        Act::Expire => Ok(inventory.expire().await),
        Act::Adjust { sku, key, delta } => {
            let body = json!({ "delta": delta, "reason": "count" });
            let (status, body) = inventory.adjust(sku, &key.to_string(), &body).await;
            let body: Value = serde_json::from_str(&body).unwrap();
            if status == 200 { Ok(body["delta"].clone()) } else { Err(()) }
        }
        Act::SetShards { sku, in_use } => {
            let (status, body) = inventory.set_shards(sku, &json!({ "shards": in_use })).await;
            if status == 200 { Ok(body["shards"].clone()) } else { Err(()) }
        }
        Act::Rebalance => Ok(inventory.rebalance().await),
        Act::Wait => {
            inventory.bench.clock().advance(Duration::try_from(PAUSE).unwrap());
            Ok(Value::Null)
        }
    }
}

/// Every hold's and every stock item's figures in the database.
fn states(inventory: &Inventory) -> Vec<String> {
    let holds = inventory.bench.scan("holds");
    let holds = holds.iter().map(|hold| {
        let reason = hold.get("reason").unwrap_or(&Value::Null);
        let units = format!("{} of shard {}", hold["quantity"], hold["shard"]);
        format!("{} {} {units} {} {reason}", hold["order_id"], hold["sku"], hold["state"])
    });
    let stock = inventory.bench.scan("stock");
    let stock = stock.iter().map(|item| {
        format!("{} {} {} {}", item["sku_shard"], item["available"], item["received"], item["written_off"])
    });
    let mut states: Vec<String> = holds.chain(stock).collect();
    states.sort();
    states
}

fn model_states(tables: &Tables) -> Vec<String> {
    let holds = tables.holds.values().map(|hold| {
        let state = match hold.state {
            HoldState::Held => "held",
            HoldState::Committed => "committed",
            HoldState::Released(_) => "released",
            HoldState::Refused(_) => "refused",
        };
        let reason = json!(hold.state.over());
        let units = format!("{} of shard {}", hold.quantity, hold.shard);
        format!("{} {} {units} {} {reason}", json!(hold.order_id), json!(hold.sku), json!(state))
    });
    let stock = tables.stock.iter().map(|(key, stock)| {
        format!("{} {} {} {}", json!(key.to_string()), stock.available, stock.received, stock.written_off)
    });
    let mut states: Vec<String> = holds.chain(stock).collect();
    states.sort();
    states
}

//! Allocating stock to a batch of queued orders.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{events::QueuedOrder, saga::Line};
use kernel::{Clock, OrderId, Sku};
use tracing::info;

use crate::{
    Error,
    domain::{Reservation, Source},
    ports::{BATCH_MAX, BatchHolding, FindShards, HoldBatch, MoveUnits},
};

/// Steps towards a batch's end before we give up for now. Undisturbed there are three: units are moved together and taken, and
/// those for whom there are none are refused. Whoever takes units meanwhile makes it one more.
const STEPS_MAX: u32 = 24;

/// Allocates stock to queued orders, first come, first served.
///
/// It decides nothing that a saga could not decide as well: a hold is a hold, whoever put it, and an order that is told here
/// that nothing is left is refused by its own saga. So it may be late, be repeated, or never run.
#[derive(Clone, Copy)]
pub struct Allocate<'a> {
    /// Takes units for many orders at once.
    pub stock: &'a dyn HoldBatch,
    /// Knows where units are.
    pub shards: &'a dyn FindShards,
    /// Moves them together.
    pub units: &'a dyn MoveUnits,
    /// Knows the time.
    pub clock: &'a dyn Clock,
}

/// What became of a queued order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// There is a hold of it.
    Held,
    /// There is not enough left for it, or it is too late.
    Refused,
    /// Nothing is left at all.
    SoldOut,
}

/// An order that waits.
#[derive(Clone)]
struct Waiting<'a> {
    queued: &'a QueuedOrder,
    /// Its only one.
    line: &'a Line,
    reservation: Reservation,
}

/// What became of orders so far.
type Settled = BTreeMap<OrderId, Result<Outcome, Error>>;

impl Allocate<'_> {
    /// Allocates stock to these orders, which may be in any order and may be repeated. One outcome for each, in their order:
    /// what cannot be allocated for one of them keeps nobody else from their units.
    pub async fn allocate(self, orders: &[QueuedOrder]) -> Vec<Result<Outcome, Error>> {
        let mut settled = Settled::new();
        for waiting in by_sku(orders).into_values() {
            for batch in waiting.chunks(BATCH_MAX) {
                if let Err(error) = self.batch(batch.to_vec(), &mut settled).await {
                    let rest = batch.iter().map(|one| &one.queued.order.order_id);
                    rest.for_each(|id| _ = settled.entry(id.clone()).or_insert(Err(error.clone())));
                }
            }
        }
        let outcome = |queued: &QueuedOrder| settled.get(&queued.order.order_id).cloned().unwrap_or(Err(Error::Lines));
        orders.iter().map(outcome).collect()
    }

    /// Takes the units of all in a batch who can be served, from one shard. Where none has them, they are moved together first.
    async fn batch(self, mut waiting: Vec<Waiting<'_>>, settled: &mut Settled) -> Result<(), Error> {
        let now = self.clock.now();
        settle(&mut waiting, settled, Outcome::Refused, |_, one| one.reservation.is_late(now));
        let Some(sku) = waiting.first().map(|one| one.sku().clone()) else { return Ok(()) };
        for _ in 0..STEPS_MAX {
            // A batch that fails costs as much as one that does not, and a look at the shards next to nothing.
            let shards = self.shards.exact(&sku).await?;
            let Some(shards) = shards.filter(|shards| shards.total() > 0) else {
                settle(&mut waiting, settled, Outcome::SoldOut, |_, _| true);
                return Ok(());
            };
            settle(&mut waiting, settled, Outcome::Refused, |_, one| i64::from(one.quantity()) > shards.total());
            let Some(first) = waiting.first() else { return Ok(()) };
            let count = shards.serves(waiting.iter().map(Waiting::quantity));
            let units = waiting.iter().take(count).map(Waiting::quantity).sum();
            let Some(shard) = shards.choose(first.reservation.order_id(), units) else {
                // Whether it was done shows when they are taken.
                if let Some(moves) = shards.gather(shards.fullest(), units.into()) {
                    self.units.shift(&sku, &moves, self.clock.now()).await?;
                }
                continue;
            };
            self.take(&mut waiting, count, Source::Shard(shard), settled).await?;
            if waiting.is_empty() {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    /// Takes the units of the first so many, if nobody was faster.
    async fn take(
        self,
        waiting: &mut Vec<Waiting<'_>>,
        count: usize,
        source: Source,
        settled: &mut Settled,
    ) -> Result<(), Error> {
        let orders: Vec<_> = waiting.iter().take(count).map(|one| one.reservation.clone()).collect();
        match self.stock.hold_batch(&orders, source, self.clock.now()).await? {
            BatchHolding::Held => {
                info!(orders = count, shard = source.shard(), "allocated");
                settle(waiting, settled, Outcome::Held, |place, _| place < count);
            }
            // They were handled before, or by their sagas. The others try again without them.
            BatchHolding::HoldsExist(places) => {
                settle(waiting, settled, Outcome::Held, |place, _| places.contains(&place));
            }
            BatchHolding::TooFew => {}
        }
        Ok(())
    }
}

impl Waiting<'_> {
    fn sku(&self) -> &Sku {
        &self.line.sku
    }

    fn quantity(&self) -> u32 {
        self.line.quantity.get()
    }
}

/// Those who wait for the same sku, each once, first come first. An order that has several lines, or none, is left out.
fn by_sku(orders: &[QueuedOrder]) -> BTreeMap<&Sku, Vec<Waiting<'_>>> {
    let mut by_sku: BTreeMap<&Sku, Vec<Waiting<'_>>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for queued in orders {
        let [line] = queued.order.lines.as_slice() else { continue };
        let Ok(reservation) = Reservation::of(&queued.order) else { continue };
        if known.insert(&queued.order.order_id) {
            by_sku.entry(&line.sku).or_default().push(Waiting { queued, line, reservation });
        }
    }
    for waiting in by_sku.values_mut() {
        waiting.sort_by_key(|one| (one.queued.placed_at, one.queued.order.order_id.clone()));
    }
    by_sku
}

/// Those of whom this is true wait no longer.
fn settle(
    waiting: &mut Vec<Waiting<'_>>,
    settled: &mut Settled,
    outcome: Outcome,
    is_settled: impl Fn(usize, &Waiting<'_>) -> bool,
) {
    let mut place = 0;
    waiting.retain(|one| {
        let over = is_settled(place, one);
        if over {
            settled.insert(one.queued.order.order_id.clone(), Ok(outcome));
        }
        place += 1;
        !over
    });
}

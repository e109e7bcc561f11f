//! Holding an order's lines.

use contracts::saga::{Line, OrderFacts, Refusal, ReserveStockAnswer};
use kernel::Clock;
use tracing::info;

use crate::{
    Error,
    domain::{Reservation, Source},
    ports::{FindShards, HoldLines, Holding, MoveUnits, ReadHolds, RecordRefusal},
};

/// Times that others may take the units that were found for this order before we give up for now.
const ATTEMPTS: u32 = 5;

/// Holds orders' lines.
#[derive(Clone, Copy)]
pub struct Reserve<'a> {
    /// Puts holds and takes units.
    pub stock: &'a dyn HoldLines,
    /// Writes refusals down.
    pub refusals: &'a dyn RecordRefusal,
    /// Reads holds.
    pub holds: &'a dyn ReadHolds,
    /// Knows where units are.
    pub shards: &'a dyn FindShards,
    /// Moves them together.
    pub units: &'a dyn MoveUnits,
    /// Knows the time.
    pub clock: &'a dyn Clock,
}

impl Reserve<'_> {
    /// Holds all of the order's lines, or none and says why not.
    ///
    /// It writes first and reads only when the write tells of an existing hold, or of several shards: most orders are new,
    /// and most skus have one. Where stock was allocated before, it reads first: a write that fails costs as much as another. A refusal is written down before it is given, so that no other execution of this order's
    /// saga, late or at once, can still hold anything after somebody was told that nothing is held.
    ///
    /// # Errors
    /// It is not known what the order holds, or its holds are not of its lines.
    pub async fn reserve(self, order: &OrderFacts) -> Result<ReserveStockAnswer, Error> {
        let reservation = Reservation::of(order)?;
        if order.allocated {
            let holds = self.holds.holds(&order.order_id).await?;
            if !holds.is_empty() {
                return reservation.answer(&holds);
            }
        }
        let refusal = if reservation.is_late(self.clock.now()) {
            Some(Refusal::DeadlinePassed)
        } else {
            match self.take(&reservation).await? {
                Taken::Held => return Ok(ReserveStockAnswer::Held),
                Taken::HoldsExist => None,
                Taken::SoldOut => Some(Refusal::SoldOut),
            }
        };
        if let Some(reason) = refusal
            && self.refusals.record_refusal(&reservation.refusal(reason), self.clock.now()).await?
        {
            info!(order_id = %order.order_id, reason = reason.as_str(), "refused to hold");
            return Ok(ReserveStockAnswer::Refused { reason });
        }
        reservation.answer(&self.holds.holds(&order.order_id).await?)
    }

    /// Takes the lines from shards that have them.
    async fn take(self, reservation: &Reservation) -> Result<Taken, Error> {
        let mut sources = Vec::with_capacity(reservation.lines().len());
        for line in reservation.lines() {
            let recent = self.shards.recent(&line.sku).await?;
            let chosen = recent.map(|shards| shards.choose(reservation.order_id(), line.quantity.get()));
            sources.push(match chosen {
                None => Source::OnlyShard,
                Some(Some(shard)) => Source::Shard(shard),
                Some(None) => match self.find(reservation, line).await? {
                    Some(source) => source,
                    None => return Ok(Taken::SoldOut),
                },
            });
        }
        for _ in 0..ATTEMPTS {
            let lines = match self.stock.hold(reservation, &sources, self.clock.now()).await? {
                Holding::Held => return Ok(Taken::Held),
                Holding::HoldsExist => return Ok(Taken::HoldsExist),
                Holding::SoldOut => return Ok(Taken::SoldOut),
                Holding::Elsewhere(lines) => lines,
            };
            for (place, line) in reservation.lines().iter().enumerate().filter(|(place, _)| lines.contains(place)) {
                let Some(found) = self.find(reservation, line).await? else { return Ok(Taken::SoldOut) };
                if let Some(source) = sources.get_mut(place) {
                    *source = found;
                }
            }
        }
        Err(Error::Contended)
    }

    /// A shard that has a line's units now, if all shards together have them: where no single one does, they are moved
    /// together. So no unit is stranded.
    async fn find(self, reservation: &Reservation, line: &Line) -> Result<Option<Source>, Error> {
        let Some(shards) = self.shards.exact(&line.sku).await? else { return Ok(None) };
        if let Some(shard) = shards.choose(reservation.order_id(), line.quantity.get()) {
            return Ok(Some(Source::Shard(shard)));
        }
        let into = shards.fullest();
        let Some(moves) = shards.gather(into, i64::from(line.quantity.get())) else { return Ok(None) };
        // Whether it was done shows when the units are taken.
        self.units.shift(&line.sku, &moves, self.clock.now()).await?;
        Ok(Some(Source::Shard(into)))
    }
}

/// What came of wanting to take the lines.
enum Taken {
    Held,
    HoldsExist,
    SoldOut,
}

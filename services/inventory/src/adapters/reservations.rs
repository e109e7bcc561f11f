//! Writes of holds and stock together, which keep units from being lost or invented.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
    builders::UpdateBuilder,
};
use kernel::Timestamp;
use lambda::{Runtime, StartError};

use super::{
    database::{Database, condition_failed, incomplete, item, number, text, updating},
    items::{HoldItem, StoredState},
    tombstones::Retention,
};
use crate::{
    Error,
    domain::{Ending, Hold, Reservation, ShardKey, Source},
    ports::{BatchHolding, HoldBatch, HoldLines, Holding, ReleaseHolds},
};

/// The tables `holds` and `stock`.
pub(crate) struct Reservations {
    database: Database,
    holds: String,
    stock: String,
}

impl Reservations {
    /// The tables that the settings `HOLDS_TABLE` and `STOCK_TABLE` name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self {
            database: Database::new(runtime),
            holds: runtime.settings.text("HOLDS_TABLE")?.to_owned(),
            stock: runtime.settings.text("STOCK_TABLE")?.to_owned(),
        })
    }

    /// Puts a hold, if there is none.
    fn put(&self, hold: &Hold) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.holds).set_item(Some(item(&HoldItem::new(hold, None))?));
        let put = put.condition_expression("attribute_not_exists(order_id)").build().map_err(incomplete)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Takes a hold's units from its stock item, if they are there. A stock item that does not exist has none.
    fn take(&self, hold: &Hold, source: Source, now: Timestamp) -> Result<TransactWriteItem, Error> {
        self.stock(hold, now, |update| {
            let update = update
                .update_expression("SET available = available - :units, updated_at = :now")
                .return_values_on_condition_check_failure(AllOld);
            match source {
                Source::Shard(_) => update.condition_expression("available >= :units"),
                Source::OnlyShard => update
                    .condition_expression("available >= :units AND shards = :one")
                    .expression_attribute_values(":one", number(1)),
            }
        })
    }

    /// Gives a hold's units back to the stock item that they came from.
    fn give_back(&self, hold: &Hold, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let expression = "SET available = available + :units, updated_at = :now";
        self.stock(hold, now, |update| {
            update.update_expression(expression).condition_expression("attribute_exists(sku_shard)")
        })
    }

    fn stock(
        &self,
        hold: &Hold,
        now: Timestamp,
        change: impl Fn(UpdateBuilder) -> UpdateBuilder,
    ) -> Result<TransactWriteItem, Error> {
        let key = ShardKey { sku: hold.sku.clone(), shard: hold.shard };
        let update = Update::builder().table_name(&self.stock).key("sku_shard", text(key.to_string()));
        let update = update
            .expression_attribute_values(":units", number(hold.quantity))
            .expression_attribute_values(":now", number(now.as_millisecond()));
        updating(change(update))
    }
}

#[async_trait]
impl HoldLines for Reservations {
    async fn hold(&self, reservation: &Reservation, sources: &[Source], now: Timestamp) -> Result<Holding, Error> {
        let (mut puts, mut takes) = (Vec::new(), Vec::new());
        for (hold, source) in reservation.holds(sources).iter().zip(sources) {
            puts.push(self.put(hold)?);
            takes.push(self.take(hold, *source, now)?);
        }
        let lines = puts.len();
        let writes = puts.into_iter().chain(takes).collect();
        // Both findings hold although others may have been in the way of the remaining writes: a hold that exists
        // decides, and whether the order is refused for want of stock is decided by the tombstone, which no hold may
        // precede.
        let verdict = |reasons: &[CancellationReason]| {
            let (puts, takes) = reasons.split_at_checked(lines)?;
            if puts.iter().any(condition_failed) {
                return Some(Holding::HoldsExist);
            }
            short(takes, sources)
        };
        self.database.transact(writes, Holding::Held, verdict).await
    }
}

#[async_trait]
impl HoldBatch for Reservations {
    async fn hold_batch(&self, orders: &[Reservation], source: Source, now: Timestamp) -> Result<BatchHolding, Error> {
        let holds: Vec<Hold> = orders.iter().flat_map(|order| order.holds(&[source])).collect();
        let Some(first) = holds.first() else { return Ok(BatchHolding::Held) };
        let together = Hold { quantity: holds.iter().map(|hold| hold.quantity).sum(), ..first.clone() };
        let mut writes = holds.iter().map(|hold| self.put(hold)).collect::<Result<Vec<_>, Error>>()?;
        writes.push(self.take(&together, source, now)?);
        let verdict = |reasons: &[CancellationReason]| {
            let (take, puts) = reasons.split_last()?;
            let exist: Vec<usize> =
                puts.iter().enumerate().filter(|(_, put)| condition_failed(put)).map(|(place, _)| place).collect();
            match exist.is_empty() {
                false => Some(BatchHolding::HoldsExist(exist)),
                true => condition_failed(take).then_some(BatchHolding::TooFew),
            }
        };
        self.database.transact(writes, BatchHolding::Held, verdict).await
    }
}

/// What it means that lines could not be taken from their sources, if one could not.
fn short(takes: &[CancellationReason], sources: &[Source]) -> Option<Holding> {
    let mut elsewhere = Vec::new();
    for (line, (take, source)) in takes.iter().zip(sources).enumerate().filter(|(_, (take, _))| condition_failed(take))
    {
        match source {
            Source::OnlyShard if is_only_shard(take) => return Some(Holding::SoldOut),
            _ => elsewhere.push(line),
        }
    }
    (!elsewhere.is_empty()).then_some(Holding::Elsewhere(elsewhere))
}

/// Whether the stock item that had too few units is all there is of its sku, or does not exist.
fn is_only_shard(take: &CancellationReason) -> bool {
    let shards = take.item().map(|item| item.get("shards").and_then(|shards| shards.as_n().ok()));
    shards.is_none_or(|shards| shards.is_some_and(|shards| shards == "1"))
}

/// The tables `holds` and `stock`, where holds end.
pub(crate) struct Releases {
    tables: Reservations,
    retention: Retention,
}

impl Releases {
    /// The tables that the settings `HOLDS_TABLE` and `STOCK_TABLE` name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { tables: Reservations::new(runtime)?, retention: Retention::new(runtime)? })
    }

    /// Turns a hold into a tombstone, if it is still in this state and, where expiry ends it, has expired.
    fn end(&self, hold: &Hold, ending: Ending, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.tables.holds)
            .key("order_id", text(hold.order_id.as_str()))
            .key("sku", text(hold.sku.as_str()))
            .update_expression("SET #state = :released, reason = :reason, forget_at = :forget_at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":as_read", text(StoredState::of(hold.state).name()))
            .expression_attribute_values(":released", text(StoredState::Released.name()))
            .expression_attribute_values(":reason", text(ending.reason().as_str()))
            .expression_attribute_values(":forget_at", number(self.retention.forget_at(now)));
        updating(match ending {
            Ending::Undo(_) => update.condition_expression("#state = :as_read"),
            Ending::Expiry => update
                .condition_expression("#state = :as_read AND expires_at <= :now")
                .expression_attribute_values(":now", number(now.as_millisecond())),
        })
    }
}

#[async_trait]
impl ReleaseHolds for Releases {
    async fn release(&self, holds: &[Hold], ending: Ending, now: Timestamp) -> Result<bool, Error> {
        let (mut ends, mut gifts) = (Vec::new(), Vec::new());
        for hold in holds {
            ends.push(self.end(hold, ending, now)?);
            gifts.push(self.tables.give_back(hold, now)?);
        }
        let lines = ends.len();
        let writes = ends.into_iter().chain(gifts).collect();
        let verdict =
            |reasons: &[CancellationReason]| reasons.get(..lines)?.iter().any(condition_failed).then_some(false);
        self.tables.database.transact(writes, true, verdict).await
    }
}

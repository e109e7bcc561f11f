//! The table `stock`, where shards are opened and units move between them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem, Update};
use kernel::{Sku, Timestamp};
use lambda::{Runtime, StartError};

use super::{
    database::{Database, condition_failed, incomplete, item, number, text, updating},
    items::StockItem,
};
use crate::{
    Error,
    domain::{Move, ShardKey},
    ports::{MoveUnits, OpenShards},
};

/// The table `stock`.
pub(crate) struct ShardsTable {
    database: Database,
    name: String,
}

impl ShardsTable {
    /// The table that the setting `STOCK_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { database: Database::new(runtime), name: runtime.settings.text("STOCK_TABLE")?.to_owned() })
    }

    /// Gives a shard so many units more, or, below zero, takes them from it if they are there.
    fn change(&self, sku: &Sku, shard: u32, units: i64, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.name)
            .key("sku_shard", text(ShardKey { sku: sku.clone(), shard }.to_string()))
            .expression_attribute_values(":units", number(units.saturating_abs()))
            .expression_attribute_values(":now", number(now.as_millisecond()));
        updating(if units > 0 {
            update
                .update_expression("SET available = available + :units, updated_at = :now")
                .condition_expression("attribute_exists(sku_shard)")
        } else {
            update
                .update_expression("SET available = available - :units, updated_at = :now")
                .condition_expression("available >= :units")
        })
    }

    /// A shard without units, if it does not exist.
    fn create(&self, sku: &Sku, shard: u32, shards: u32, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let empty = StockItem {
            sku_shard: ShardKey { sku: sku.clone(), shard }.to_string(),
            sku: sku.clone(),
            shard,
            available: 0,
            received: 0,
            written_off: 0,
            shards,
            in_use: None,
            updated_at: now.as_millisecond(),
        };
        let put = Put::builder().table_name(&self.name).set_item(Some(item(&empty)?));
        let put = put.condition_expression("attribute_not_exists(sku_shard)").build().map_err(incomplete)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

fn any_failed(reasons: &[CancellationReason]) -> Option<bool> {
    reasons.iter().any(condition_failed).then_some(false)
}

#[async_trait]
impl MoveUnits for ShardsTable {
    async fn shift(&self, sku: &Sku, moves: &[Move], now: Timestamp) -> Result<bool, Error> {
        let mut changes: BTreeMap<u32, i64> = BTreeMap::new();
        for Move { from, to, units } in moves {
            *changes.entry(*from).or_default() -= units;
            *changes.entry(*to).or_default() += units;
        }
        changes.retain(|_, units| *units != 0);
        if changes.is_empty() {
            return Ok(true);
        }
        let writes = changes.into_iter().map(|(shard, units)| self.change(sku, shard, units, now));
        self.database.transact(writes.collect::<Result<_, _>>()?, true, any_failed).await
    }
}

#[async_trait]
impl OpenShards for ShardsTable {
    async fn open(&self, sku: &Sku, existing: u32, in_use: u32, now: Timestamp) -> Result<bool, Error> {
        let shards = existing.max(in_use);
        let count = Update::builder()
            .table_name(&self.name)
            .key("sku_shard", text(ShardKey { sku: sku.clone(), shard: 0 }.to_string()))
            .update_expression("SET shards = :shards, in_use = :in_use, updated_at = :now")
            .condition_expression("shards = :existing")
            .expression_attribute_values(":existing", number(existing))
            .expression_attribute_values(":shards", number(shards))
            .expression_attribute_values(":in_use", number(in_use))
            .expression_attribute_values(":now", number(now.as_millisecond()));
        let creations = (existing..shards).map(|shard| self.create(sku, shard, shards, now));
        let writes = std::iter::once(updating(count)).chain(creations).collect::<Result<_, _>>()?;
        self.database.transact(writes, true, any_failed).await
    }
}

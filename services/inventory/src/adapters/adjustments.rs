//! The tables `adjustments` and `stock`, written together.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
};
use lambda::{Runtime, StartError};

use super::{
    database::{Database, Item, condition_failed, in_the_way, incomplete, item, number, read, text, updating},
    items::AdjustmentItem,
};
use crate::{
    Error,
    domain::{Adjustment, ShardKey, UNITS_MAX},
    ports::{AdjustStock, Adjusting},
};

/// The tables `adjustments` and `stock`.
pub(crate) struct Adjustments {
    database: Database,
    adjustments: String,
    stock: String,
}

impl Adjustments {
    /// The tables that the settings `ADJUSTMENTS_TABLE` and `STOCK_TABLE` name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self {
            database: Database::new(runtime),
            adjustments: runtime.settings.text("ADJUSTMENTS_TABLE")?.to_owned(),
            stock: runtime.settings.text("STOCK_TABLE")?.to_owned(),
        })
    }

    fn record(&self, adjustment: &Adjustment) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.adjustments)
            .set_item(Some(item(&AdjustmentItem::from(adjustment))?))
            .condition_expression("attribute_not_exists(sku)")
            .return_values_on_condition_check_failure(AllOld)
            .build()
            .map_err(incomplete)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Receives units into shard 0, which the first of them creates, or writes units of it off.
    fn change(&self, adjustment: &Adjustment) -> Result<TransactWriteItem, Error> {
        let key = ShardKey { sku: adjustment.sku.clone(), shard: 0 };
        let units = adjustment.delta.get();
        let update = Update::builder()
            .table_name(&self.stock)
            .key("sku_shard", text(key.to_string()))
            .expression_attribute_values(":units", number(units.saturating_abs()))
            .expression_attribute_values(":now", number(adjustment.at.as_millisecond()));
        updating(if units > 0 {
            update
                .update_expression(
                    "SET available = if_not_exists(available, :none) + :units, \
                     received = if_not_exists(received, :none) + :units, \
                     written_off = if_not_exists(written_off, :none), shards = if_not_exists(shards, :one), \
                     sku = :sku, #shard = :shard, updated_at = :now",
                )
                .condition_expression("attribute_not_exists(sku_shard) OR received <= :room")
                .expression_attribute_names("#shard", "shard")
                .expression_attribute_values(":none", number(0))
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":sku", text(key.sku.as_str()))
                .expression_attribute_values(":shard", number(key.shard))
                .expression_attribute_values(":room", number(UNITS_MAX.saturating_sub(units)))
        } else {
            update
                .update_expression(
                    "SET available = available - :units, written_off = written_off + :units, updated_at = :now",
                )
                .condition_expression("available >= :units")
        })
    }
}

/// What DynamoDB found where an adjustment was to be made.
enum Found {
    Nothing,
    Adjustment(Item),
    OutOfBounds,
}

#[async_trait]
impl AdjustStock for Adjustments {
    async fn adjust(&self, adjustment: &Adjustment) -> Result<Adjusting, Error> {
        let writes = vec![self.record(adjustment)?, self.change(adjustment)?];
        // That the stock is short counts only when nobody was in the way: it may be short because the same request is
        // being made at this moment, and then it has to be answered by that one's success.
        let verdict = |reasons: &[CancellationReason]| match reasons {
            [record, _] if condition_failed(record) => record.item().cloned().map(Found::Adjustment),
            [_, change] if condition_failed(change) && !in_the_way(reasons) => Some(Found::OutOfBounds),
            _ => None,
        };
        match self.database.transact(writes, Found::Nothing, verdict).await? {
            Found::Nothing => Ok(Adjusting::Adjusted),
            Found::OutOfBounds => Ok(Adjusting::OutOfBounds),
            Found::Adjustment(item) => Ok(Adjusting::Known(read::<AdjustmentItem>(item)?.try_into()?)),
        }
    }
}

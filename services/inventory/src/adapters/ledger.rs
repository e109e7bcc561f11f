//! The table `adjustments`, by time.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use kernel::Sku;
use lambda::{Runtime, StartError};
use serde::Deserialize;

use super::{
    database::{Database, Item, failure, incomplete, read, text},
    items::AdjustmentItem,
};
use crate::{
    Error,
    domain::{Adjustment, AdjustmentPosition},
    ports::ListAdjustments,
};

/// The table `adjustments`, read.
pub(crate) struct AdjustmentsLedger {
    database: Database,
    table: String,
}

impl AdjustmentsLedger {
    /// The table that the setting `ADJUSTMENTS_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { database: Database::new(runtime), table: runtime.settings.text("ADJUSTMENTS_TABLE")?.to_owned() })
    }

    /// The adjustments with these keys. The index holds keys only, so that an adjustment is not stored twice.
    async fn read(&self, keys: Vec<Item>) -> Result<Vec<Adjustment>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build().map_err(incomplete)?;
        let get = self.database.client.batch_get_item().request_items(&self.table, wanted);
        let mut found = get.send().await.map_err(|error| failure(&error))?;
        if found.unprocessed_keys.is_some_and(|left| !left.is_empty()) {
            return Err(Error::Unavailable("DynamoDB left adjustments out of a batch".to_owned()));
        }
        let items = found.responses.as_mut().and_then(|tables| tables.remove(&self.table)).unwrap_or_default();
        items.into_iter().map(|item| read::<AdjustmentItem>(item)?.try_into()).collect()
    }
}

/// The key of an item.
#[derive(Deserialize)]
struct StoredKey {
    sku: String,
    adjustment_id: String,
}

fn key(sku: &str, id: &str) -> Item {
    Item::from([("sku".to_owned(), text(sku)), ("adjustment_id".to_owned(), text(id))])
}

#[async_trait]
impl ListAdjustments for AdjustmentsLedger {
    async fn adjustments(
        &self,
        sku: &Sku,
        after: Option<&AdjustmentPosition>,
        limit: usize,
    ) -> Result<(Vec<Adjustment>, bool), Error> {
        let start = after.map(|position| {
            let mut start = key(sku.as_str(), position.id.as_str());
            start.insert("at".to_owned(), text(position.at.to_string()));
            start
        });
        let query = self.database.client.query().table_name(&self.table).index_name("by-time");
        let query =
            query.key_condition_expression("sku = :sku").expression_attribute_values(":sku", text(sku.as_str()));
        let query = query.scan_index_forward(false).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = query.set_exclusive_start_key(start).send().await.map_err(|error| failure(&error))?;
        let more = page.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let keys = page.items.unwrap_or_default().into_iter().map(|item| {
            let StoredKey { sku, adjustment_id } = read(item)?;
            Ok(key(&sku, &adjustment_id))
        });
        let mut adjustments = self.read(keys.collect::<Result<_, Error>>()?).await?;
        adjustments.sort_by(|a, b| (b.at, b.id.as_str()).cmp(&(a.at, a.id.as_str())));
        Ok((adjustments, more))
    }
}

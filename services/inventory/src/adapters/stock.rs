//! The table `stock`, read.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use lambda::{Runtime, StartError};

use super::{
    database::{Database, Item, failure, incomplete, read, text},
    items::StockItem,
};
use crate::{
    Error,
    domain::{ShardKey, StockShard},
    ports::ReadStock,
};

/// Items that DynamoDB reads in one batch, at most. Source: Amazon DynamoDB API, `BatchGetItem`.
const BATCH_MAX: usize = 100;
/// Times that the rest of a batch is asked for: DynamoDB may answer a part of it only.
const ATTEMPTS: u32 = 5;

/// The table `stock`.
pub(crate) struct StockTable {
    database: Database,
    name: String,
}

impl StockTable {
    /// The table that the setting `STOCK_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { database: Database::new(runtime), name: runtime.settings.text("STOCK_TABLE")?.to_owned() })
    }

    async fn batch(&self, keys: &[ShardKey]) -> Result<Vec<Item>, Error> {
        let key = |key: &ShardKey| Item::from([("sku_shard".to_owned(), text(key.to_string()))]);
        let (mut wanted, mut found): (Vec<Item>, Vec<Item>) = (keys.iter().map(key).collect(), Vec::new());
        for attempt in 1..=ATTEMPTS {
            let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let get = self.database.client.batch_get_item().request_items(&self.name, keys.map_err(incomplete)?);
            let answer = get.send().await.map_err(|error| failure(&error))?;
            found.extend(answer.responses.unwrap_or_default().into_values().flatten());
            wanted = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|rest| rest.keys).collect();
            if wanted.is_empty() {
                return Ok(found);
            }
            self.database.wait(attempt).await;
        }
        Err(Error::Unavailable("a batch of reads stayed incomplete".to_owned()))
    }
}

#[async_trait]
impl ReadStock for StockTable {
    async fn shards(&self, keys: &[ShardKey]) -> Result<Vec<StockShard>, Error> {
        let mut shards = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH_MAX) {
            for item in self.batch(keys).await? {
                shards.push(StockShard::try_from(read::<StockItem>(item)?)?);
            }
        }
        Ok(shards)
    }
}

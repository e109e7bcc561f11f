//! The table `stock`, read.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{Get, KeysAndAttributes, TransactGetItem};
use kernel::Sku;
use lambda::{Runtime, StartError};

use super::{
    database::{Database, Item, failure, incomplete, number, read, refused_by_others, text},
    items::StockItem,
};
use crate::{
    Error,
    domain::{ShardKey, StockShard},
    ports::{FindSharded, ReadAvailability, ReadStock, ShardedPage},
};

/// Times that the rest of a batch is asked for: DynamoDB may answer a part of it only.
const ATTEMPTS: u32 = 5;

/// Items that are read in one request, at most. Source: Amazon DynamoDB API, `BatchGetItem`.
const BATCH_MAX: usize = 100;

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

    /// All shards of the sku, as they were a moment ago: some perhaps as they were before others. Cheap, and in nobody's
    /// way.
    pub(super) async fn recent(&self, sku: &Sku) -> Result<Vec<StockShard>, Error> {
        let Some(first) = self.first(sku, false).await? else { return Ok(Vec::new()) };
        if first.shards == 1 {
            return Ok(vec![first]);
        }
        shards(self.batch(keys(sku, first.shards).collect()).await?)
    }

    /// Shard 0, if it exists.
    async fn first(&self, sku: &Sku, consistent: bool) -> Result<Option<StockShard>, Error> {
        let get = self.database.client.get_item().table_name(&self.name).set_key(keys(sku, 1).next());
        let answer = get.consistent_read(consistent).send().await.map_err(|error| failure(&error))?;
        answer.item.map(shard).transpose()
    }

    async fn batch(&self, mut wanted: Vec<Item>) -> Result<Vec<Item>, Error> {
        let mut found = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).build().map_err(incomplete)?;
            let get = self.database.client.batch_get_item().request_items(&self.name, keys);
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

    /// These items as they were at one moment.
    async fn snapshot(&self, keys: impl Iterator<Item = Item>) -> Result<Vec<Item>, Error> {
        let mut gets = Vec::new();
        for key in keys {
            let get = Get::builder().table_name(&self.name).set_key(Some(key)).build().map_err(incomplete)?;
            gets.push(TransactGetItem::builder().get(get).build());
        }
        let request = self.database.client.transact_get_items().set_transact_items(Some(gets));
        let answer = self.database.send(|| request.clone().send(), refused_by_others).await;
        let answer =
            answer.map_err(|error| if refused_by_others(&error) { Error::Contended } else { failure(&error) })?;
        Ok(answer.responses.unwrap_or_default().into_iter().filter_map(|response| response.item).collect())
    }
}

#[async_trait]
impl ReadStock for StockTable {
    /// A sku that has one shard costs one read. With more, they are read again in one transaction: units move between
    /// them, and would be seen twice, or not at all, if the shards were read one after the other.
    async fn stock(&self, sku: &Sku) -> Result<Vec<StockShard>, Error> {
        let Some(mut first) = self.first(sku, true).await? else { return Ok(Vec::new()) };
        // Shards are never taken away, and there are 64 at most, so this comes to an end.
        while first.shards > 1 {
            let shards = shards(self.snapshot(keys(sku, first.shards)).await?)?;
            let Some(now) = shards.iter().find(|shard| shard.key.shard == 0) else {
                return Err(Error::Unreadable(format!("shard 0 of {sku} is not there any more")));
            };
            if now.shards == first.shards {
                return Ok(shards);
            }
            first = now.clone();
        }
        Ok(vec![first])
    }
}

#[async_trait]
impl ReadAvailability for StockTable {
    /// One request, and others for the shards of skus that have several.
    async fn available(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, i64>, Error> {
        let firsts = skus.iter().flat_map(|sku| keys(sku, 1)).collect();
        let mut found = shards(self.batch(firsts).await?)?;
        let others: Vec<Item> = found.iter().flat_map(|first| keys(&first.key.sku, first.shards).skip(1)).collect();
        for some in others.chunks(BATCH_MAX) {
            found.extend(shards(self.batch(some.to_vec()).await?)?);
        }
        let mut units = BTreeMap::new();
        for shard in found {
            let sum = units.entry(shard.key.sku).or_insert(0_i64);
            *sum = sum.saturating_add(shard.available);
        }
        Ok(units)
    }
}

/// By a scan of the whole table, which is read whole, whatever the filter keeps: an item per sku, of about 120 bytes.
/// Ten thousand skus cost 150 read units a run, or 17 cents a month when it runs every five minutes.
///
/// Price: DynamoDB on demand, us-east-1: $0.125 per million read units.
#[async_trait]
impl FindSharded for StockTable {
    async fn sharded(&self, after: Option<String>) -> Result<ShardedPage, Error> {
        let key = |after: String| Item::from([("sku_shard".to_owned(), text(after))]);
        let scan = self.database.client.scan().table_name(&self.name).set_exclusive_start_key(after.map(key));
        let scan = scan
            .filter_expression("#shard = :first AND shards > :one")
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_values(":first", number(0))
            .expression_attribute_values(":one", number(1));
        let answer = scan.send().await.map_err(|error| failure(&error))?;
        let skus = answer.items.unwrap_or_default().into_iter().map(|item| Ok(shard(item)?.key.sku));
        let next = answer.last_evaluated_key.and_then(|key| key.get("sku_shard")?.as_s().ok().cloned());
        Ok(ShardedPage { skus: skus.collect::<Result<_, Error>>()?, next })
    }
}

fn keys(sku: &Sku, count: u32) -> impl Iterator<Item = Item> {
    let key = |shard| ShardKey { sku: sku.clone(), shard }.to_string();
    (0..count).map(move |shard| Item::from([("sku_shard".to_owned(), text(key(shard)))]))
}

fn shard(item: Item) -> Result<StockShard, Error> {
    StockShard::try_from(read::<StockItem>(item)?)
}

fn shards(items: Vec<Item>) -> Result<Vec<StockShard>, Error> {
    let mut shards = items.into_iter().map(shard).collect::<Result<Vec<_>, _>>()?;
    shards.sort_by_key(|shard| shard.key.shard);
    Ok(shards)
}

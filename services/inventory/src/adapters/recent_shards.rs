//! How skus are spread, remembered for a moment.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use kernel::{Clock, SignedDuration, Sku, Timestamp};
use lambda::{Runtime, StartError};

use super::StockTable;
use crate::{
    Error,
    domain::Shards,
    ports::{FindShards, ReadStock},
};

/// How long what was read is good enough to choose a shard by: the write's condition finds out when it is not.
const LIFETIME: SignedDuration = SignedDuration::from_secs(1);

/// Remembers, per environment, which skus have several shards, and for a second what those have. So orders are steered past
/// empty shards without a write, and a sku with one shard costs no read.
pub(crate) struct RecentShards {
    stock: StockTable,
    clock: Arc<dyn Clock>,
    known: Mutex<BTreeMap<Sku, (Timestamp, Shards)>>,
}

impl RecentShards {
    /// Of the table that the setting `STOCK_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { stock: StockTable::new(runtime)?, clock: Arc::clone(&runtime.clock), known: Mutex::default() })
    }

    /// What is known of the sku, and since when.
    fn known(&self, sku: &Sku) -> Option<(Timestamp, Shards)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(sku).cloned()
    }

    /// Remembers what was asked for at `asked`.
    fn remember(&self, sku: &Sku, asked: Timestamp, shards: Option<Shards>) -> Option<Shards> {
        if let Some(several) = shards.as_ref().filter(|shards| shards.count() > 1) {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(sku.clone(), (asked, several.clone()));
        }
        shards
    }
}

#[async_trait]
impl FindShards for RecentShards {
    async fn recent(&self, sku: &Sku) -> Result<Option<Shards>, Error> {
        let now = self.clock.now();
        match self.known(sku) {
            Some((since, shards)) if now.duration_since(since) < LIFETIME => Ok(Some(shards)),
            Some(_) => Ok(self.remember(sku, now, Shards::of(&self.stock.recent(sku).await?))),
            None => Ok(None),
        }
    }

    async fn exact(&self, sku: &Sku) -> Result<Option<Shards>, Error> {
        let now = self.clock.now();
        Ok(self.remember(sku, now, Shards::of(&self.stock.stock(sku).await?)))
    }
}

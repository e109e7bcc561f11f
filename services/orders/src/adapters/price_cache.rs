//! Prices, remembered for a while.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use kernel::{Clock, SignedDuration, Sku, Timestamp};

use crate::{Error, domain::Price, ports::FindPrices};

/// A product in a sale is remembered for so long, at most: a sale that is closed is closed.
const IN_SALE: SignedDuration = SignedDuration::from_secs(1);

/// Remembers prices in memory for `lifetime`, per environment: most orders then cost no read, and a changed price is in force
/// everywhere that much later at most, and so is a sale that was announced. Skus that are not on sale are not remembered, so
/// that a new product sells at once.
#[derive(Clone)]
pub(crate) struct PriceCache<P> {
    source: P,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<BTreeMap<Sku, (Timestamp, Price)>>>,
}

impl<P> PriceCache<P> {
    pub fn new(source: P, lifetime: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { source, lifetime, clock, known: Arc::default() }
    }

    fn fresh(&self, skus: &[Sku]) -> BTreeMap<Sku, Price> {
        let now = self.clock.now();
        let lifetime = SignedDuration::try_from(self.lifetime).unwrap_or(SignedDuration::MAX);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, price)| {
            let lifetime = if price.sale.is_some() { lifetime.min(IN_SALE) } else { lifetime };
            now.duration_since(*since) < lifetime
        });
        let price = |sku: &Sku| known.get(sku).map(|(_, price)| (sku.clone(), price.clone()));
        skus.iter().filter_map(price).collect()
    }
}

#[async_trait]
impl<P: FindPrices> FindPrices for PriceCache<P> {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Price>, Error> {
        let mut prices = self.fresh(skus);
        let missing: Vec<Sku> = skus.iter().filter(|sku| !prices.contains_key(*sku)).cloned().collect();
        if !missing.is_empty() {
            let now = self.clock.now();
            let found = self.source.prices(&missing).await?;
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.extend(found.iter().map(|(sku, price)| (sku.clone(), (now, price.clone()))));
            prices.extend(found);
        }
        Ok(prices)
    }
}

//! This context's copy of the prices, in DynamoDB.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};
use contracts::events::ProductEvent;
use kernel::{Sku, Timestamp};
use lambda::{Runtime, StartError};
use serde::Deserialize;

use super::conditional::made;
use crate::{
    Error,
    domain::{Price, Sale},
    ports::{FindPrices, KeepPrice, KeepSales, ListSales, MarkSoldOut},
};

/// The table of prices.
#[derive(Debug, Clone)]
pub(crate) struct PricesTable {
    dynamodb: Client,
    table: String,
}

impl PricesTable {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { dynamodb: Client::new(&runtime.sdk), table: runtime.settings.text("PRICES_TABLE")?.to_owned() })
    }
}

#[derive(Deserialize)]
struct Stored {
    sku: Sku,
    removed: bool,
    #[serde(flatten)]
    price: Price,
}

fn key(sku: &Sku) -> HashMap<String, AttributeValue> {
    HashMap::from([("sku".to_owned(), AttributeValue::S(sku.as_str().to_owned()))])
}

#[async_trait]
impl FindPrices for PricesTable {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Price>, Error> {
        if skus.is_empty() {
            return Ok(BTreeMap::new());
        }
        let wanted = KeysAndAttributes::builder().set_keys(Some(skus.iter().map(key).collect())).build();
        let wanted = wanted.map_err(|why| Error::broken("a batch of prices", why))?;
        let get = self.dynamodb.batch_get_item().request_items(&self.table, wanted);
        let mut found = get.send().await.map_err(|error| Error::aws("BatchGetItem", &error))?;
        if found.unprocessed_keys.is_some_and(|left| !left.is_empty()) {
            return Err(Error::Transient("DynamoDB left prices out of a batch".to_owned()));
        }
        let items = found.responses.as_mut().and_then(|tables| tables.remove(&self.table)).unwrap_or_default();
        let mut prices = BTreeMap::new();
        for item in items {
            let stored: Stored =
                serde_dynamo::from_item(item).map_err(|why| Error::broken("a price cannot be read", why))?;
            if !stored.removed {
                prices.insert(stored.sku, stored.price);
            }
        }
        Ok(prices)
    }
}

#[async_trait]
impl KeepPrice for PricesTable {
    async fn keep(&self, product: &ProductEvent, removed: bool) -> Result<(), Error> {
        let price = serde_dynamo::to_attribute_value(product.price);
        let price: AttributeValue = price.map_err(|why| Error::broken("a price cannot be written", why))?;
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(&product.sku)));
        let update =
            update.update_expression("SET version = :version, #name = :name, price = :price, removed = :removed");
        // Events come in any order, and more than once: the highest version wins. Removals stay, or an older change that
        // arrives late would bring the product back.
        let update = update.condition_expression("attribute_not_exists(version) OR version < :version");
        let update = update.expression_attribute_names("#name", "name");
        let update = update.expression_attribute_values(":version", AttributeValue::N(product.version.to_string()));
        let update = update.expression_attribute_values(":name", AttributeValue::S(product.name.clone()));
        let update = update.expression_attribute_values(":price", price);
        let update = update.expression_attribute_values(":removed", AttributeValue::Bool(removed));
        made(update).await.map(drop)
    }
}

/// A product's sale is a part of its price, so that it costs an order no read of its own.
#[async_trait]
impl KeepSales for PricesTable {
    async fn set_sale(&self, sku: &Sku, sale: Option<&Sale>) -> Result<bool, Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(sku)));
        let update = update.condition_expression("removed = :no");
        let update = update.expression_attribute_values(":no", AttributeValue::Bool(false));
        let update = match sale {
            None => update.update_expression("REMOVE sale"),
            Some(sale) => {
                let sale = serde_dynamo::to_attribute_value(sale);
                let sale: AttributeValue = sale.map_err(|why| Error::broken("a sale cannot be written", why))?;
                update.update_expression("SET sale = :sale").expression_attribute_values(":sale", sale)
            }
        };
        Ok(made(update).await?.is_some())
    }
}

#[async_trait]
impl ListSales for PricesTable {
    /// Reads every price: a shop has few sales, and an index would cost every change of a price a write.
    async fn sales(&self) -> Result<BTreeMap<Sku, Sale>, Error> {
        let mut sales = BTreeMap::new();
        let mut start = None;
        loop {
            let scan = self.dynamodb.scan().table_name(&self.table).set_exclusive_start_key(start);
            let scan = scan.filter_expression("attribute_exists(sale) AND removed = :no");
            let scan = scan.expression_attribute_values(":no", AttributeValue::Bool(false));
            let page = scan.send().await.map_err(|error| Error::aws("Scan", &error))?;
            for item in page.items.unwrap_or_default() {
                let stored: Stored =
                    serde_dynamo::from_item(item).map_err(|why| Error::broken("a price cannot be read", why))?;
                sales.extend(stored.price.sale.map(|sale| (stored.sku, sale)));
            }
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(sales);
            }
        }
    }
}

#[async_trait]
impl MarkSoldOut for PricesTable {
    async fn mark_sold_out(&self, sku: &Sku, at: Timestamp) -> Result<(), Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(sku)));
        let update = update.update_expression("SET sale.sold_out_at = :at");
        // News may come late, and more than once.
        let update = update.condition_expression(
            "attribute_exists(sale) AND (attribute_not_exists(sale.sold_out_at) OR sale.sold_out_at < :at)",
        );
        let at = AttributeValue::N(at.as_millisecond().to_string());
        made(update.expression_attribute_values(":at", at)).await.map(drop)
    }
}

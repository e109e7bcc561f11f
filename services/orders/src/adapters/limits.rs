//! Limits per customer, in DynamoDB.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
    },
};
use kernel::{CustomerId, OrderId, SignedDuration, Sku};
use lambda::{Runtime, StartError, UniqueIds};

use super::conditional::made;
use crate::{
    Error,
    domain::{Bid, Order},
    ports::{Limited, PutLimited},
};

/// What a customer bought counts for so long after their last order of it.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24 * 90);

type Item = HashMap<String, AttributeValue>;

/// The tables of orders and admissions. For each customer and product of a sale with a limit there is an item with the units
/// and the orders that count.
#[derive(Clone)]
pub(crate) struct Limits {
    dynamodb: Client,
    orders: String,
    admissions: String,
    ids: Arc<dyn UniqueIds>,
}

impl Limits {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self {
            dynamodb: Client::new(&runtime.sdk),
            orders: runtime.settings.text("ORDERS_TABLE")?.to_owned(),
            admissions: runtime.settings.text("ADMISSIONS_TABLE")?.to_owned(),
            ids: Arc::clone(&runtime.ids),
        })
    }

    fn put(&self, order: &Order) -> Result<TransactWriteItem, Error> {
        let item: Item =
            serde_dynamo::to_item(order).map_err(|why| Error::broken("an order cannot be written", why))?;
        let put = Put::builder().table_name(&self.orders).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(order_id)");
        let put = put.return_values_on_condition_check_failure(AllOld).build();
        Ok(TransactWriteItem::builder().put(put.map_err(incomplete)?).build())
    }

    fn count(&self, order: &Order, bid: &Bid, most: u32) -> Result<TransactWriteItem, Error> {
        let units = bid.quantity.get();
        let forget_at = order.created_at.checked_add(FORGET_AFTER).map_err(|why| Error::broken("a date", why))?;
        let update = Update::builder().table_name(&self.admissions).set_key(Some(key(&order.customer_id, &bid.sku)));
        let update = update.update_expression("ADD units :units, orders :order SET forget_at = :forget_at");
        let update = update.condition_expression("attribute_not_exists(units) OR units <= :room");
        let update = update.expression_attribute_values(":units", number(units));
        let update = update.expression_attribute_values(":room", number(most.saturating_sub(units)));
        let update = update.expression_attribute_values(":order", AttributeValue::Ss(vec![order.order_id.to_string()]));
        let update = update.expression_attribute_values(":forget_at", number(forget_at.as_second()));
        let update = update.return_values_on_condition_check_failure(AllOld).build();
        Ok(TransactWriteItem::builder().update(update.map_err(incomplete)?).build())
    }
}

fn key(customer: &CustomerId, sku: &Sku) -> Item {
    // A sku has no slash, so no two customers and skus have the same key.
    HashMap::from([("admission".to_owned(), AttributeValue::S(format!("limit/{sku}/{customer}")))])
}

fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn incomplete(why: impl std::fmt::Display) -> Error {
    Error::broken("a transaction", why)
}

/// The item that a condition failed on, if it did.
fn in_the_way(reason: &CancellationReason) -> Option<&Item> {
    reason.item().filter(|_| reason.code() == Some("ConditionalCheckFailed"))
}

fn counted(item: &Item) -> Vec<OrderId> {
    let ids = item.get("orders").and_then(|orders| orders.as_ss().ok()).map(Vec::as_slice).unwrap_or_default();
    let mut ids: Vec<OrderId> = ids.iter().filter_map(|id| OrderId::parse(id.as_str()).ok()).collect();
    ids.sort();
    ids
}

#[async_trait]
impl PutLimited for Limits {
    async fn put_limited(&self, order: &Order, bid: &Bid, most: u32) -> Result<Limited, Error> {
        let write = self.dynamodb.transact_write_items();
        let write = write.transact_items(self.put(order)?).transact_items(self.count(order, bid, most)?);
        let write = write.client_request_token(self.ids.unique().to_string());
        let Err(error) = write.send().await else { return Ok(Limited::Put) };
        if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() {
            match canceled.cancellation_reasons() {
                [put, _] if in_the_way(put).is_some() => {
                    let earlier = serde_dynamo::from_item(in_the_way(put).cloned().unwrap_or_default());
                    let earlier = earlier.map_err(|why| Error::broken("an order cannot be read", why))?;
                    return Ok(Limited::Exists(Box::new(earlier)));
                }
                [_, count] => {
                    if let Some(item) = in_the_way(count) {
                        return Ok(Limited::Reached(counted(item)));
                    }
                }
                _ => {}
            }
        }
        Err(Error::aws("TransactWriteItems", &error))
    }

    async fn discount(&self, customer: &CustomerId, sku: &Sku, orders: &[OrderId], units: u32) -> Result<(), Error> {
        let update = self.dynamodb.update_item().table_name(&self.admissions).set_key(Some(key(customer, sku)));
        let update = update.update_expression("ADD units :units DELETE orders :orders");
        let ids = orders.iter().map(ToString::to_string).collect();
        let mut update = update.expression_attribute_values(":orders", AttributeValue::Ss(ids));
        update = update.expression_attribute_values(":units", number(-i64::from(units)));
        let mut conditions = Vec::with_capacity(orders.len());
        for (place, order) in orders.iter().enumerate() {
            let name = format!(":order{place}");
            conditions.push(format!("contains(orders, {name})"));
            update = update.expression_attribute_values(name, AttributeValue::S(order.to_string()));
        }
        // Somebody else may have done it: units are given back once.
        made(update.condition_expression(conditions.join(" AND "))).await.map(drop)
    }
}

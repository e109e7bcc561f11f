//! Orders in DynamoDB.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    operation::{
        put_item::PutItemError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::{AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use kernel::{CustomerId, OrderId, Timestamp};
use lambda::{Runtime, StartError};

use super::conditional::made;
use crate::{
    Error,
    domain::{By, Entry, LOOKS_KEPT, Order, Position, Status, What},
    ports::{
        FindOrder, FindOrders, GiveTurn, ListOrders, MarkOrder, PutOrder, RecordEntry, RecordRound, Step, StepOrder,
        Stepped,
    },
};

/// DynamoDB reads at most so many items in one batch. Source: `BatchGetItem`.
const BATCH_MAX: usize = 100;

/// How often a batch is asked again for what DynamoDB left out.
const BATCH_ATTEMPTS: usize = 4;

/// The partition of the index of those orders that need an operator. They are few.
const ATTENTION: &str = "operator";

/// Remembers `:entry` in an update.
const APPEND: &str = "history = list_append(if_not_exists(history, :none), :entry)";

/// Admins are not asked to stop, but after so many entries theirs are not remembered any more.
const HISTORY_MAX: usize = 200;

type Item = HashMap<String, AttributeValue>;

/// The table of orders.
#[derive(Debug, Clone)]
pub(crate) struct OrdersTable {
    dynamodb: Client,
    table: String,
}

impl OrdersTable {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { dynamodb: Client::new(&runtime.sdk), table: runtime.settings.text("ORDERS_TABLE")?.to_owned() })
    }
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn key(id: &OrderId) -> Item {
    HashMap::from([("order_id".to_owned(), text(id.as_str()))])
}

fn read(item: Item) -> Result<Order, Error> {
    serde_dynamo::from_item(item).map_err(|why| Error::broken("an order cannot be read", why))
}

#[async_trait]
impl PutOrder for OrdersTable {
    async fn put(&self, order: &Order) -> Result<Option<Order>, Error> {
        let item: Item =
            serde_dynamo::to_item(order).map_err(|why| Error::broken("an order cannot be written", why))?;
        let put = self.dynamodb.put_item().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(order_id)");
        // The order that is there already comes with the refusal: no second call is needed to answer a repetition.
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let item = failed.item().cloned();
                    let item =
                        item.ok_or_else(|| Error::Broken("DynamoDB did not say which order there is".to_owned()))?;
                    read(item).map(Some)
                }
                _ => Err(Error::aws("PutItem", &error)),
            },
        }
    }
}

#[async_trait]
impl FindOrder for OrdersTable {
    async fn find(&self, id: &OrderId) -> Result<Option<Order>, Error> {
        let get = self.dynamodb.get_item().table_name(&self.table).set_key(Some(key(id))).consistent_read(true);
        let found = get.send().await.map_err(|error| Error::aws("GetItem", &error))?;
        found.item.map(read).transpose()
    }
}

#[async_trait]
impl FindOrders for OrdersTable {
    async fn find_all(&self, ids: &[OrderId]) -> Result<Vec<Order>, Error> {
        let mut orders = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH_MAX) {
            let mut keys: Vec<Item> = batch.iter().map(key).collect();
            for attempt in 1.. {
                let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                let wanted = wanted.map_err(|why| Error::broken("a batch of orders", why))?;
                let get = self.dynamodb.batch_get_item().request_items(&self.table, wanted);
                let mut found = get.send().await.map_err(|error| Error::aws("BatchGetItem", &error))?;
                let items = found.responses.as_mut().and_then(|tables| tables.remove(&self.table)).unwrap_or_default();
                for item in items {
                    orders.push(read(item)?);
                }
                let left = found.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
                keys = left.map(|left| left.keys).unwrap_or_default();
                if keys.is_empty() {
                    break;
                }
                if attempt == BATCH_ATTEMPTS {
                    return Err(Error::Transient("DynamoDB left orders out of a batch".to_owned()));
                }
            }
        }
        Ok(orders)
    }
}

#[async_trait]
impl ListOrders for OrdersTable {
    async fn list(
        &self,
        customer: &CustomerId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<(Vec<Order>, bool), Error> {
        let index = Index { name: "by-customer", hash: "customer_id", value: customer.as_str(), range: "created_at" };
        let (mut orders, more) = self.query(index, false, after, limit).await?;
        orders.sort_by(|a, b| (b.created_at, &b.order_id).cmp(&(a.created_at, &a.order_id)));
        Ok((orders, more))
    }

    async fn list_marked(&self, after: Option<&Position>, limit: usize) -> Result<(Vec<Order>, bool), Error> {
        let index = Index { name: "by-attention", hash: "attention", value: ATTENTION, range: "needs_operator_since" };
        let (mut orders, more) = self.query(index, true, after, limit).await?;
        // It may have come to its end while the index lagged behind.
        orders.retain(Order::needs_operator);
        orders.sort_by(|a, b| (a.needs_operator_since, &a.order_id).cmp(&(b.needs_operator_since, &b.order_id)));
        Ok((orders, more))
    }

    async fn list_all(&self, after: Option<&Position>, limit: usize) -> Result<(Vec<Order>, bool), Error> {
        let scan = self.dynamodb.scan().table_name(&self.table).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let scan = scan.set_exclusive_start_key(after.map(|position| key(&position.order_id)));
        let page = scan.send().await.map_err(|error| Error::aws("Scan", &error))?;
        let more = page.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let orders = page.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((orders, more))
    }
}

/// An index, and what is wanted of it.
struct Index<'a> {
    name: &'static str,
    hash: &'static str,
    value: &'a str,
    range: &'static str,
}

impl OrdersTable {
    /// Up to `limit` orders of an index after a position, and whether there are more.
    async fn query(
        &self,
        index: Index<'_>,
        forward: bool,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<(Vec<Order>, bool), Error> {
        let start = after.map(|position| {
            let mut start = key(&position.order_id);
            start.insert(index.hash.to_owned(), text(index.value));
            start.insert(index.range.to_owned(), text(position.at.to_string()));
            start
        });
        let query = self.dynamodb.query().table_name(&self.table).index_name(index.name);
        let query = query.key_condition_expression(format!("{} = :value", index.hash));
        let query = query.expression_attribute_values(":value", text(index.value)).scan_index_forward(forward);
        let query = query.limit(i32::try_from(limit).unwrap_or(i32::MAX)).set_exclusive_start_key(start);
        let page = query.send().await.map_err(|error| Error::aws("Query", &error))?;
        let id = |item: &Item| item.get("order_id")?.as_s().ok()?.parse::<OrderId>().ok();
        let ids: Vec<OrderId> = page.items().iter().filter_map(id).collect();
        // An index holds keys only, so that a change of status is not written twice; and it may lag a moment behind.
        Ok((self.find_all(&ids).await?, page.last_evaluated_key.is_some_and(|key| !key.is_empty())))
    }
}

/// What is appended to a list when there may be none.
fn append(update: UpdateItemFluentBuilder, entry: &Entry) -> Result<UpdateItemFluentBuilder, Error> {
    let entry = serde_dynamo::to_attribute_value(entry);
    let entry: AttributeValue = entry.map_err(|why| Error::broken("an order's history cannot be written", why))?;
    Ok(update
        .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
        .expression_attribute_values(":entry", AttributeValue::L(vec![entry])))
}

#[async_trait]
impl StepOrder for OrdersTable {
    async fn step(&self, step: Step) -> Result<Stepped, Error> {
        let mut sets = vec!["#status = :to", "updated_at = :at", "version = version + :one", APPEND];
        let mut update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(&step.order_id)));
        update = update.expression_attribute_names("#status", "status");
        update = update.expression_attribute_values(":to", text(step.to.as_str()));
        update = update.expression_attribute_values(":at", text(step.entry.at.to_string()));
        update = update.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        if let Some(reason) = step.reason {
            sets.push("reason = if_not_exists(reason, :reason)");
            update = update.expression_attribute_values(":reason", text(reason.as_str()));
        }
        if let Some(secret) = step.client_secret {
            sets.push("client_secret = :secret");
            update = update.expression_attribute_values(":secret", text(secret));
        }
        let mut from = Vec::new();
        for (number, status) in step.to.predecessors().enumerate() {
            let name = format!(":from{number}");
            update = update.expression_attribute_values(&name, text(status.as_str()));
            from.push(name);
        }
        let mut condition = format!("#status IN ({})", from.join(", "));
        if let Some(owner) = step.owner {
            condition.push_str(" AND customer_id = :owner");
            update = update.expression_attribute_values(":owner", text(owner.as_str()));
        }
        // Whoever is settled needs no operator any more.
        let remove = if step.to.is_settled() { " REMOVE attention" } else { "" };
        let update = append(update, &step.entry)?;
        let update = update.update_expression(format!("SET {}{remove}", sets.join(", ")));
        let update = update.condition_expression(condition);
        let update = update.return_values(ReturnValue::AllNew);
        let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(made) => Ok(Stepped::Made(Box::new(read(made.attributes.unwrap_or_default())?))),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => match failed.item() {
                    Some(item) => Ok(Stepped::NotAllowed(Box::new(read(item.clone())?))),
                    None => Ok(Stepped::Missing),
                },
                _ => Err(Error::aws("UpdateItem", &error)),
            },
        }
    }
}

/// The values of a condition that an order is not settled.
fn unsettled(update: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
    let unsettled =
        [(":pending", Status::Pending), (":waiting", Status::ActionRequired), (":cancelling", Status::Cancelling)];
    unsettled.into_iter().fold(update.expression_attribute_names("#status", "status"), |update, (name, status)| {
        update.expression_attribute_values(name, text(status.as_str()))
    })
}

#[async_trait]
impl MarkOrder for OrdersTable {
    async fn mark(&self, id: &OrderId, at: Timestamp) -> Result<bool, Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(id)));
        let update = update.update_expression(format!(
            "SET needs_operator_since = :at, attention = :attention, updated_at = :at, version = version + :one, {APPEND}"
        ));
        let update = update.expression_attribute_values(":attention", text(ATTENTION));
        let update = append(update, &Entry::new(at, What::Operator, By::Watchdog))?;
        // It may have come to its end since it was read.
        let update = update.condition_expression(
            "#status IN (:pending, :waiting, :cancelling) AND attribute_not_exists(needs_operator_since)",
        );
        let update = unsettled(update);
        let update = update.expression_attribute_values(":at", text(at.to_string()));
        let update = update.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        Ok(made(update).await?.is_some())
    }
}

#[async_trait]
impl RecordRound for OrdersTable {
    /// Nothing that anybody is told changes, and so neither do version and time.
    async fn record_round(&self, id: &OrderId, round: u32, looked: &Entry) -> Result<(), Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(id)));
        let update = if round <= LOOKS_KEPT {
            append(update, looked)?.update_expression(format!("SET watch_round = :round, {APPEND}"))
        } else {
            update.update_expression("SET watch_round = :round")
        };
        let update = update.condition_expression(
            "attribute_exists(order_id) AND (attribute_not_exists(watch_round) OR watch_round < :round)",
        );
        let update = update.expression_attribute_values(":round", AttributeValue::N(round.to_string()));
        made(update).await.map(drop)
    }
}

#[async_trait]
impl RecordEntry for OrdersTable {
    async fn record(&self, id: &OrderId, entry: &Entry) -> Result<bool, Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(id)));
        let update = append(update, entry)?.update_expression(format!("SET {APPEND}"));
        // An item has 400 kB at most, and this must not be what fills it.
        let update = update.condition_expression(
            "#status IN (:pending, :waiting, :cancelling) AND (attribute_not_exists(history) OR size(history) < :most)",
        );
        let update = unsettled(update).expression_attribute_values(":most", AttributeValue::N(HISTORY_MAX.to_string()));
        Ok(made(update).await?.is_some())
    }
}

#[async_trait]
impl GiveTurn for OrdersTable {
    /// Nothing that anybody is told changes, as when a round is recorded.
    async fn give(&self, id: &OrderId, starts_at: Timestamp) -> Result<Option<Timestamp>, Error> {
        let update = self.dynamodb.update_item().table_name(&self.table).set_key(Some(key(id)));
        let update = update.update_expression("SET starts_at = if_not_exists(starts_at, :at)");
        let update = update.condition_expression("#status = :pending");
        let update = update.expression_attribute_names("#status", "status");
        let update = update.expression_attribute_values(":pending", text(Status::Pending.as_str()));
        let update = update.expression_attribute_values(":at", text(starts_at.to_string()));
        match made(update.return_values(ReturnValue::AllNew)).await? {
            Some(given) => Ok(read(given.attributes.unwrap_or_default())?.starts_at),
            None => Ok(None),
        }
    }
}

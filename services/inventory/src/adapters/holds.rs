//! The table `holds`, by itself: reading holds, committing them, and finding those that have expired.

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};
use kernel::{OrderId, Sku, Timestamp};
use lambda::{Runtime, StartError};
use serde::Deserialize;

use super::{
    database::{Database, Item, conflicts, failure, number, read, text},
    items::{HoldItem, StoredState},
};
use crate::{
    Error,
    domain::Hold,
    ports::{CommitHold, Committing, ExpiredPage, FindExpired, HoldKey, ReadHolds},
};

/// The table `holds`.
pub(crate) struct HoldsTable {
    pub(super) database: Database,
    pub(super) name: String,
}

impl HoldsTable {
    /// The table that the setting `HOLDS_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { database: Database::new(runtime), name: runtime.settings.text("HOLDS_TABLE")?.to_owned() })
    }
}

#[async_trait]
impl ReadHolds for HoldsTable {
    /// An order has at most 50 holds of a quarter of a kilobyte, far from the megabyte that one query answers with.
    async fn holds(&self, order_id: &OrderId) -> Result<Vec<Hold>, Error> {
        let query = self.database.client.query().table_name(&self.name).consistent_read(true);
        let query = query.key_condition_expression("order_id = :order_id");
        let answer = query.expression_attribute_values(":order_id", text(order_id.as_str())).send().await;
        let items = answer.map_err(|error| failure(&error))?.items.unwrap_or_default();
        items.into_iter().map(hold).collect()
    }
}

#[async_trait]
impl CommitHold for HoldsTable {
    async fn commit(&self, order_id: &OrderId, sku: &Sku, now: Timestamp) -> Result<Committing, Error> {
        let update = self.database.client.update_item().table_name(&self.name);
        let update = update
            .key("order_id", text(order_id.as_str()))
            .key("sku", text(sku.as_str()))
            .update_expression("SET #state = :committed")
            .condition_expression("#state = :held AND expires_at > :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":held", text(StoredState::Held.name()))
            .expression_attribute_values(":committed", text(StoredState::Committed.name()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = self.database.send(|| update.clone().send(), conflicts).await else {
            return Ok(Committing::Committed);
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => match failed.item() {
                Some(item) => Ok(Committing::Unchanged(hold(item.clone())?)),
                None => Ok(Committing::Missing),
            },
            _ => Err(failure(&error)),
        }
    }
}

/// By a scan of the whole table, which is read whole, whatever the filter keeps.
///
/// The alternative, an index of the held ones, would be written when a hold begins and again when it is committed: 2
/// write units for each line of each order, $1.25 per million lines, beside the write that a customer waits for. A scan
/// costs an order nothing. It costs half a read unit per 4 KB instead, and a hold has about 110 bytes: 13,500 read
/// units a run for a million stored holds, or $15 a month when it runs every five minutes. Committed holds stay for
/// good, so this grows with all orders ever confirmed. That is left as it is: when it is too much, the run becomes rarer,
/// which is one line of `service.yaml`. An order that is watched gives its holds back at its deadline without it, and
/// commit refuses a hold that has expired, so nothing but a hold that nobody watches waits for the next run.
///
/// Prices: DynamoDB on demand, us-east-1: $0.625 per million write units, $0.125 per million read units.
#[async_trait]
impl FindExpired for HoldsTable {
    async fn expired(&self, now: Timestamp, after: Option<HoldKey>) -> Result<ExpiredPage, Error> {
        let scan = self.database.client.scan().table_name(&self.name);
        let scan = scan
            .filter_expression("#state = :held AND expires_at <= :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":held", text(StoredState::Held.name()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .set_exclusive_start_key(after.as_ref().map(key));
        let answer = scan.send().await.map_err(|error| failure(&error))?;
        let next = answer.last_evaluated_key.map(read::<StoredKey>).transpose()?;
        Ok(ExpiredPage {
            holds: answer.items.unwrap_or_default().into_iter().map(hold).collect(),
            next: next.map(|StoredKey { order_id, sku }| HoldKey { order_id, sku }),
        })
    }
}

/// The key of an item of this table.
#[derive(Deserialize)]
struct StoredKey {
    order_id: OrderId,
    sku: Sku,
}

fn key(hold: &HoldKey) -> Item {
    let of = |name: &str, value: &str| -> (String, AttributeValue) { (name.to_owned(), text(value)) };
    Item::from([of("order_id", hold.order_id.as_str()), of("sku", hold.sku.as_str())])
}

fn hold(item: Item) -> Result<Hold, Error> {
    Hold::try_from(read::<HoldItem>(item)?)
}

//! The table of payments. Its items are [`Payment`]s, with two more attributes: `rank`, which is the status as a number
//! to compare, and `events`, the ids of the webhook events that moved the row (at most one per step forward, so it
//! stays short).

use async_trait::async_trait;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use kernel::OrderId;
use lambda::{Runtime, StartError, chain};
use serde::Serialize;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value};

use crate::{
    Error,
    domain::{Kind, Payment},
    ports::{FindPayment, RecordPayment},
};

/// The table of payments.
#[derive(Debug, Clone)]
pub(crate) struct Payments {
    dynamodb: Client,
    table: String,
}

impl Payments {
    /// The table whose name is the value of `PAYMENTS_TABLE`.
    ///
    /// # Errors
    /// The setting is missing.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let table = runtime.settings.text("PAYMENTS_TABLE")?.to_owned();
        Ok(Self { dynamodb: Client::new(&runtime.sdk), table })
    }
}

#[async_trait]
impl RecordPayment for Payments {
    /// One conditional write, which is [`Payment::then`] in DynamoDB's words: nothing happens unless the rank rises,
    /// and a ledger entry that is there already stays as it is.
    async fn record(&self, payment: &Payment, event_id: Option<&str>) -> Result<bool, Error> {
        let mut changes = Changes::default();
        changes.set("intent_id", &payment.intent_id)?;
        changes.set("status", &payment.status)?;
        changes.set("rank", &payment.status.rank())?;
        changes.set("amount", &payment.amount)?;
        changes.set("updated_at", &payment.updated_at)?;
        for (kind, entry) in payment.ledger() {
            changes.set_once(attribute(kind), &entry)?;
        }
        if let Some(event_id) = event_id {
            changes.append("events", event_id);
        }
        match &payment.reason {
            Some(reason) => changes.set("reason", reason)?,
            None => changes.remove("reason"),
        }
        let mut update = self.dynamodb.update_item().table_name(&self.table);
        update = update.key("order_id", AttributeValue::S(payment.order_id.to_string()));
        update = update.update_expression(changes.expression());
        update = update.condition_expression("attribute_not_exists(#rank) OR #rank < :rank");
        for name in changes.names {
            update = update.expression_attribute_names(format!("#{name}"), name);
        }
        for (name, value) in changes.values {
            update = update.expression_attribute_values(format!(":{name}"), value);
        }
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(Error::Unavailable(chain(&error))),
        }
    }
}

#[async_trait]
impl FindPayment for Payments {
    async fn find(&self, order_id: &OrderId) -> Result<Option<Payment>, Error> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.key("order_id", AttributeValue::S(order_id.to_string())).consistent_read(true);
        let answer = get.send().await.map_err(|error| Error::Unavailable(chain(&error)))?;
        answer.item.map(from_item).transpose().map_err(|why| Error::Broken(format!("the row of {order_id}: {why}")))
    }
}

fn attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::Authorized => "authorized",
        Kind::Captured => "captured",
        Kind::Voided => "voided",
        Kind::Refunded => "refunded",
    }
}

/// An update expression in the making. Every attribute is named by a placeholder, because several of the names are
/// reserved words. Source: DynamoDB, "Reserved words".
#[derive(Default)]
struct Changes {
    set: Vec<String>,
    remove: Vec<String>,
    names: Vec<&'static str>,
    values: Vec<(&'static str, AttributeValue)>,
}

impl Changes {
    fn set(&mut self, name: &'static str, value: &impl Serialize) -> Result<(), Error> {
        self.set.push(format!("#{name} = :{name}"));
        self.name(name, value)
    }

    fn set_once(&mut self, name: &'static str, value: &impl Serialize) -> Result<(), Error> {
        self.set.push(format!("#{name} = if_not_exists(#{name}, :{name})"));
        self.name(name, value)
    }

    fn append(&mut self, name: &'static str, value: &str) {
        self.set.push(format!("#{name} = list_append(if_not_exists(#{name}, :none), :{name})"));
        self.names.push(name);
        self.values.push((name, AttributeValue::L(vec![AttributeValue::S(value.to_owned())])));
        self.values.push(("none", AttributeValue::L(Vec::new())));
    }

    fn remove(&mut self, name: &'static str) {
        self.remove.push(format!("#{name}"));
        self.names.push(name);
    }

    fn name(&mut self, name: &'static str, value: &impl Serialize) -> Result<(), Error> {
        let value =
            to_attribute_value(value).map_err(|why| Error::Broken(format!("{name} cannot be written: {why}")))?;
        self.names.push(name);
        self.values.push((name, value));
        Ok(())
    }

    fn expression(&self) -> String {
        let set = format!("SET {}", self.set.join(", "));
        if self.remove.is_empty() { set } else { format!("{set} REMOVE {}", self.remove.join(", ")) }
    }
}

//! The mails table, read.

use async_trait::async_trait;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use kernel::OrderId;
use lambda::{Runtime, StartError, chain};

use crate::{Error, domain::MailRecord, ports::ListMails};

/// The mails table, read.
pub(crate) struct SentMails {
    client: Client,
    table: String,
}

impl SentMails {
    /// The table that the setting `MAILS_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { client: Client::new(&runtime.sdk), table: runtime.settings.text("MAILS_TABLE")?.to_owned() })
    }
}

#[async_trait]
impl ListMails for SentMails {
    /// An order has at most one mail per template, far from the megabyte that one query answers with.
    async fn mails(&self, order_id: &OrderId) -> Result<Vec<MailRecord>, Error> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query.key_condition_expression("order_id = :order_id");
        let query = query.expression_attribute_values(":order_id", AttributeValue::S(order_id.as_str().to_owned()));
        let answer = query.send().await.map_err(|error| Error::Database(chain(&error)))?;
        let items = answer.items.unwrap_or_default().into_iter();
        items.map(|item| serde_dynamo::from_item(item).map_err(|why| Error::Unreadable(why.to_string()))).collect()
    }
}

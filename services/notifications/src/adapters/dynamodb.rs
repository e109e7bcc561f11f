//! The mails table: one item per (order, template).
//!
//! An item is `sending`, by `claim` and until `claimed_until`, then `sent`, or `failed` when SES rejected it. After
//! `forget_at` DynamoDB may throw it away: by then no message that could cause the mail is left in any queue (SQS keeps
//! them 14 days at most).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use kernel::Timestamp;
use lambda::{Runtime, StartError, UniqueIds, chain};

use crate::{
    Error,
    domain::MailKey,
    ports::{Claim, ClaimMail, Claimed, RecordMail},
};

const CLAIM: &str =
    "SET #state = :sending, claim = :claim, claimed_at = :at, claimed_until = :until, forget_at = :forget_at";
/// That the claim is ours already means that the SDK asks again because the first answer was lost.
const MAY_BE_CLAIMED: &str = "attribute_not_exists(order_id) OR #state = :failed \
                              OR (#state = :sending AND (claimed_until < :now OR claim = :claim))";
const SENT: &str = "SET #state = :sent, message_id = :message_id, sent_at = :now";
const REJECTED: &str = "SET #state = :failed";
const IS_OURS: &str = "#state = :sending AND claim = :claim";

/// The mails table.
#[derive(Clone)]
pub(crate) struct Mails {
    client: Client,
    table: String,
    claimed_for: Duration,
    kept_days: u32,
    ids: Arc<dyn UniqueIds>,
}

impl Mails {
    /// The table that the settings name.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self {
            client: Client::new(&runtime.sdk),
            table: runtime.settings.text("MAILS_TABLE")?.to_owned(),
            claimed_for: runtime.settings.seconds("CLAIM_SECONDS")?,
            kept_days: runtime.settings.parse("MAILS_KEPT_DAYS")?,
            ids: Arc::clone(&runtime.ids),
        })
    }

    fn update(&self, key: &MailKey, update: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("order_id", text(key.order_id.as_str()))
            .key("template", text(key.template.as_str()))
            .update_expression(update)
            .expression_attribute_names("#state", "state")
    }
}

#[async_trait]
impl ClaimMail for Mails {
    async fn claim(&self, key: &MailKey, now: Timestamp) -> Result<Claimed, Error> {
        const DAY_SECONDS: i64 = 86_400;
        let claimed_for = i64::try_from(self.claimed_for.as_millis()).unwrap_or(i64::MAX);
        let claim = Claim { id: self.ids.unique().to_string() };
        let until_millis = now.as_millisecond().saturating_add(claimed_for);
        let forget_at = now.as_second().saturating_add(i64::from(self.kept_days).saturating_mul(DAY_SECONDS));
        let update = self
            .update(key, CLAIM)
            .condition_expression(MAY_BE_CLAIMED)
            .expression_attribute_values(":sending", text("sending"))
            .expression_attribute_values(":failed", text("failed"))
            .expression_attribute_values(":claim", text(claim.id.as_str()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":at", text(now.to_string()))
            .expression_attribute_values(":until", number(until_millis))
            .expression_attribute_values(":forget_at", number(forget_at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = update.send().await else { return Ok(Claimed::Ours(claim)) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                let item = refused.item.as_ref();
                let state = item.and_then(|item| item.get("state")).and_then(|state| state.as_s().ok());
                Ok(if state.is_some_and(|state| state == "sent") { Claimed::Sent } else { Claimed::Theirs })
            }
            _ => Err(failure(&error)),
        }
    }
}

#[async_trait]
impl RecordMail for Mails {
    async fn record_sent(&self, key: &MailKey, message_id: &str, now: Timestamp) -> Result<(), Error> {
        // Whoever holds the claim by now, the mail was sent.
        let sent = self
            .update(key, SENT)
            .expression_attribute_values(":sent", text("sent"))
            .expression_attribute_values(":message_id", text(message_id))
            .expression_attribute_values(":now", text(now.to_string()));
        sent.send().await.map(drop).map_err(|error| failure(&error))
    }

    async fn record_rejected(&self, key: &MailKey, claim: &Claim) -> Result<(), Error> {
        let rejected = self
            .update(key, REJECTED)
            .condition_expression(IS_OURS)
            .expression_attribute_values(":failed", text("failed"))
            .expression_attribute_values(":sending", text("sending"))
            .expression_attribute_values(":claim", text(claim.id.as_str()));
        let Err(error) = rejected.send().await else { return Ok(()) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
            _ => Err(failure(&error)),
        }
    }
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn failure(error: &SdkError<UpdateItemError>) -> Error {
    Error::Database(chain(error))
}

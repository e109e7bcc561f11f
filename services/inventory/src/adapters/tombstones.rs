//! The end of holds, written down.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use kernel::Timestamp;
use lambda::{Runtime, StartError};

use super::{
    database::{conflicts, failure, item},
    holds::HoldsTable,
    items::HoldItem,
};
use crate::{Error, domain::Hold, ports::RecordRefusal};

/// How long a tombstone is kept: longer than any call for its order can still be on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retention {
    days: u16,
}

impl Retention {
    /// So many days as the setting `TOMBSTONE_DAYS` says.
    pub(super) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { days: runtime.settings.parse("TOMBSTONE_DAYS")? })
    }

    /// When a tombstone of `now` may be forgotten, in seconds since 1970.
    pub(super) fn forget_at(self, now: Timestamp) -> i64 {
        const DAY: i64 = 86_400;
        now.as_second().saturating_add(i64::from(self.days) * DAY)
    }
}

/// Refusals, in the table `holds`.
pub(crate) struct Refusals {
    holds: HoldsTable,
    retention: Retention,
}

impl Refusals {
    /// Those of the table that the setting `HOLDS_TABLE` names.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { holds: HoldsTable::new(runtime)?, retention: Retention::new(runtime)? })
    }
}

#[async_trait]
impl RecordRefusal for Refusals {
    async fn record_refusal(&self, tombstone: &Hold, now: Timestamp) -> Result<bool, Error> {
        let stored = item(&HoldItem::new(tombstone, Some(self.retention.forget_at(now))))?;
        let database = &self.holds.database;
        let put = database.client.put_item().table_name(&self.holds.name).set_item(Some(stored));
        let put = put.condition_expression("attribute_not_exists(order_id)");
        match database.send(|| put.clone().send(), conflicts).await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failure(&error)),
            },
        }
    }
}

//! The table `holds`, by itself.

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use kernel::{OrderId, Sku, Timestamp};
use lambda::{Runtime, StartError};

use super::{
    database::{Database, Item, conflicts, failure, item, number, read, text},
    items::HoldItem,
};
use crate::{
    Error,
    domain::Hold,
    ports::{CommitHold, Committing, ExpiredPage, FindExpired, HoldKey, ReadHolds, RecordRefusal},
};

/// The table `holds`.
#[derive(Clone)]
pub(crate) struct HoldsTable {
    pub(super) database: Database,
    pub(super) name: String,
}

impl HoldsTable {
    /// The table of the setting `HOLDS_TABLE`.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Ok(Self { database: Database::new(runtime), name: runtime.settings.text("HOLDS_TABLE")?.to_owned() })
    }
}

/// The table `holds`, where it is also written down that an order was refused.
#[derive(Clone)]
pub(crate) struct Tombstones {
    holds: HoldsTable,
    keep: Keep,
}

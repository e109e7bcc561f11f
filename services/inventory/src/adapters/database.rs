//! Sending writes to DynamoDB.
//!
//! DynamoDB does not queue writes of the same item behind a transaction: it rejects them at once, so whoever writes
//! tries again a moment later. Throttling is tried again by the SDK, except where a transaction reports it as the
//! reason for its cancellation.
//!
//! Source: Amazon DynamoDB Developer Guide, "Managing complex workflows with DynamoDB transactions".

use std::{collections::HashMap, error::Error as StdError, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{transact_get_items::TransactGetItemsError, transact_write_items::TransactWriteItemsError},
    types::{AttributeValue, CancellationReason, TransactWriteItem, builders::UpdateBuilder},
};
use lambda::{Runtime, UniqueIds, chain, jitter};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;
use tracing::debug;

use crate::Error;

/// Times that a write is sent before others have been in the way too often.
const ATTEMPTS: u32 = 5;
/// The longest wait before the second attempt; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(20);

pub(super) type Item = HashMap<String, AttributeValue>;

/// A connection to DynamoDB.
#[derive(Clone)]
pub(super) struct Database {
    pub(super) client: Client,
    ids: Arc<dyn UniqueIds>,
}

impl Database {
    pub(super) fn new(runtime: &Runtime) -> Self {
        Self { client: Client::new(&runtime.sdk), ids: runtime.ids.clone() }
    }

    /// Sends until the outcome is something else than others having been in the way, or has been that too often.
    pub(super) async fn send<T, E, F>(
        &self,
        send: impl Fn() -> F + Send + Sync,
        contended: impl Fn(&SdkError<E>) -> bool + Send + Sync,
    ) -> Result<T, SdkError<E>>
    where
        F: Future<Output = Result<T, SdkError<E>>> + Send,
        T: Send,
        E: Send,
    {
        for attempt in 1..ATTEMPTS {
            match send().await {
                Err(error) if contended(&error) => {
                    debug!(attempt, "others are in the way");
                    self.wait(attempt).await;
                }
                outcome => return outcome,
            }
        }
        send().await
    }

    /// Waits before the attempt after this one.
    pub(super) async fn wait(&self, attempt: u32) {
        sleep(jitter(&*self.ids, FIRST_WAIT, attempt)).await;
    }

    /// Writes all of `writes` or nothing. When DynamoDB cancels them, `verdict` says what that means, given the reason
    /// for each write; while it says nothing and others were in the way, it is tried again.
    ///
    /// Each attempt has a token of its own, so that the SDK's repetition of a call whose answer was lost is answered by
    /// its success, and not by conditions that it made fail itself.
    pub(super) async fn transact<T: Send>(
        &self,
        writes: Vec<TransactWriteItem>,
        done: T,
        verdict: impl Fn(&[CancellationReason]) -> Option<T> + Send + Sync,
    ) -> Result<T, Error> {
        let request = self.client.transact_write_items().set_transact_items(Some(writes));
        let attempt = || request.clone().client_request_token(self.ids.unique().to_string()).send();
        let contended = |error: &SdkError<TransactWriteItemsError>| {
            reasons(error).is_some_and(|reasons| verdict(reasons).is_none() && in_the_way(reasons))
        };
        let Err(error) = self.send(attempt, contended).await else { return Ok(done) };
        match reasons(&error) {
            Some(reasons) => match verdict(reasons) {
                Some(verdict) => Ok(verdict),
                None if in_the_way(reasons) => Err(Error::Contended),
                None => Err(failure(&error)),
            },
            None => Err(failure(&error)),
        }
    }
}

/// Why DynamoDB canceled a transaction, in the order of its writes, if it did.
fn reasons(error: &SdkError<TransactWriteItemsError>) -> Option<&[CancellationReason]> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => Some(canceled.cancellation_reasons()),
        _ => None,
    }
}

/// Whether a write of a canceled transaction had its condition fail.
pub(super) fn condition_failed(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

/// Whether others were in the way of any of these writes, or the table was too busy for it.
pub(super) fn in_the_way(reasons: &[CancellationReason]) -> bool {
    let codes = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    reasons.iter().filter_map(CancellationReason::code).any(|code| codes.contains(&code))
}

/// Whether a transaction was in the way of this write.
pub(super) fn conflicts<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("TransactionConflictException")
}

/// Whether a transaction was in the way of this transaction of reads, or the table was too busy for it.
pub(super) fn refused_by_others(error: &SdkError<TransactGetItemsError>) -> bool {
    match error.as_service_error() {
        Some(TransactGetItemsError::TransactionCanceledException(canceled)) => {
            in_the_way(canceled.cancellation_reasons())
        }
        _ => false,
    }
}

/// What a failed call means to us.
pub(super) fn failure<E>(error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error.code() {
        Some("TransactionConflictException") => Error::Contended,
        Some(
            "AccessDeniedException"
            | "ResourceNotFoundException"
            | "ValidationException"
            | "TransactionCanceledException",
        ) => Error::Rejected(chain(error)),
        _ => Error::Unavailable(chain(error)),
    }
}

/// Reads an item.
pub(super) fn read<I: DeserializeOwned>(item: Item) -> Result<I, Error> {
    serde_dynamo::from_item(item).map_err(|why| Error::Unreadable(why.to_string()))
}

/// Writes an item.
pub(super) fn item(value: &impl Serialize) -> Result<Item, Error> {
    serde_dynamo::to_item(value).map_err(|why| Error::Rejected(why.to_string()))
}

/// An update as a part of a transaction.
pub(super) fn updating(update: UpdateBuilder) -> Result<TransactWriteItem, Error> {
    let update = update.build().map_err(incomplete)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// A request that lacks a part.
pub(super) fn incomplete(why: impl std::fmt::Display) -> Error {
    Error::Rejected(why.to_string())
}

/// A number.
pub(super) fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// Text.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

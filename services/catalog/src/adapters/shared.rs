//! What all adapters share: values of items, and what a failed call means.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::AttributeValue,
};
use lambda::chain;
use serde::Serialize;

use crate::Error;

/// An item of a table.
pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A value of ours, as an item has it.
pub(super) fn attribute(value: impl Serialize) -> Result<AttributeValue, Error> {
    serde_dynamo::to_attribute_value(value).map_err(unreadable)
}

pub(super) fn unreadable(why: impl std::fmt::Display) -> Error {
    Error::Unreadable(why.to_string())
}

/// AWS answers 4xx to what it will not do, and with these codes to what it cannot do now; everything else, no answer
/// included, may go away by itself.
///
/// Sources: DynamoDB, "Error handling"; S3 and SQS, "Error responses" and "Common errors": which are worth a retry.
pub(super) fn failure<E>(error: SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    const BUSY: [&str; 6] = [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "RequestThrottled",
        "RequestTimeout",
    ];
    let busy = error.code().is_some_and(|code| BUSY.contains(&code));
    let refused = error.raw_response().is_some_and(|answer| answer.status().is_client_error());
    let text = chain(&error);
    if refused && !busy { Error::Rejected(text) } else { Error::Unavailable(text) }
}

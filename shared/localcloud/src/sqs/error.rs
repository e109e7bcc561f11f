//! SQS's errors, by the names that its JSON protocol gives them.

use crate::aws::AwsError;

/// The name that an error has in the older query protocol, which SDKs read from the header `x-amzn-query-error`
/// (`<name>;Sender`) in preference to the JSON body.
///
/// Source: the SQS API model's `awsQueryError` traits; AWS SDK for Rust, `aws-sdk-sqs`, `protocol_serde`.
pub fn query_code(code: &str) -> String {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
        "BatchEntryIdsNotDistinct"
        | "BatchRequestTooLong"
        | "EmptyBatchRequest"
        | "InvalidBatchEntryId"
        | "MessageNotInflight"
        | "TooManyEntriesInBatchRequest"
        | "UnsupportedOperation" => format!("AWS.SimpleQueueService.{code}"),
        other => other.to_owned(),
    }
}

pub(super) fn no_such_queue() -> AwsError {
    AwsError::client("QueueDoesNotExist", "The specified queue does not exist.")
}

pub(super) fn no_such_resource() -> AwsError {
    AwsError::client("ResourceNotFoundException", "One or more of the specified resources do not exist.")
}

pub(super) fn wrong_value(why: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterValue", why)
}

pub(super) fn wrong_receipt() -> AwsError {
    AwsError::client("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
}

pub(super) fn not_in_flight() -> AwsError {
    AwsError::client("MessageNotInflight", "The message referred to is not in flight.")
}

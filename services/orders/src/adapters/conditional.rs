//! Updates that may find that their condition does not hold.

use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder};

use crate::Error;

/// Makes the update. Nothing, when its condition does not hold.
pub(super) async fn made(update: UpdateItemFluentBuilder) -> Result<Option<UpdateItemOutput>, Error> {
    match update.send().await {
        Ok(made) => Ok(Some(made)),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
            _ => Err(Error::aws("UpdateItem", &error)),
        },
    }
}

//! The only place that knows DynamoDB and SES.

mod dynamodb;
mod ses;

pub(crate) use dynamodb::Mails;
pub(crate) use ses::Mailer;

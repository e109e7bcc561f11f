//! The only place that knows DynamoDB and SES.

mod dynamodb;
mod sent;
mod ses;

pub(crate) use dynamodb::Mails;
pub(crate) use sent::SentMails;
pub(crate) use ses::Mailer;

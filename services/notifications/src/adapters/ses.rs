//! SES.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message, MessageTag},
};
use lambda::{Runtime, StartError};

use crate::{Error, domain::Mail, ports::SendMail};

/// How long to wait for SES's answer. Longer than for other calls: an answer that comes too late is a mail sent twice.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends mails through SES.
#[derive(Debug, Clone)]
pub(crate) struct Mailer {
    client: Client,
    from: String,
}

impl Mailer {
    /// The sender that the settings name.
    ///
    /// The SDK's own retries are off. `SendEmail` has no idempotency token, so that a retry after a lost answer sends a
    /// second mail, within milliseconds and for every answer that is late; here the claim has to end first, and a mail
    /// that SES did throttle comes again with its message.
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, StartError> {
        let config = Builder::from(&runtime.sdk)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build())
            .build();
        Ok(Self { client: Client::from_conf(config), from: runtime.settings.text("MAIL_FROM")?.to_owned() })
    }
}

#[async_trait]
impl SendMail for Mailer {
    async fn send(&self, mail: &Mail) -> Result<String, Error> {
        let request = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(content(mail).map_err(incomplete)?)
            .email_tags(tag("order_id", mail.key.order_id.as_str()).map_err(incomplete)?)
            .email_tags(tag("template", mail.key.template.as_str()).map_err(incomplete)?);
        request.send().await.map(|answer| answer.message_id.unwrap_or_default()).map_err(failure)
    }
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let utf8 = |data: &str| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let message = Message::builder().subject(utf8(&mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Tags come back in SES's own events: which mail it was that bounced.
fn tag(name: &str, value: &str) -> Result<MessageTag, BuildError> {
    MessageTag::builder().name(name).value(value).build()
}

fn incomplete(why: BuildError) -> Error {
    Error::Rejected(why.to_string())
}

/// Only these answers mean that SES has not taken the mail, and will not by itself. The message is left out, as it
/// names the address ("Email address is not verified. The following identities failed the check: …").
fn failure(error: SdkError<SendEmailError>) -> Error {
    let rejected = error.as_service_error().is_some_and(|answer| {
        answer.is_message_rejected()
            || answer.is_bad_request_exception()
            || answer.is_not_found_exception()
            || answer.is_mail_from_domain_not_verified_exception()
            || answer.is_account_suspended_exception()
    });
    let what = match (&error, error.code()) {
        (_, Some(code)) => code.to_owned(),
        (SdkError::TimeoutError(_), None) => "no answer in time".to_owned(),
        _ => "no answer that can be read".to_owned(),
    };
    if rejected { Error::Rejected(what) } else { Error::Unsent(what) }
}

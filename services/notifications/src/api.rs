//! What travels on HTTP, and its description in OpenAPI.

use kernel::Timestamp;
use lambda::{FieldError, Problem};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{
    domain::{MailRecord, MailState},
    functions::list_mails,
};

/// This context's part of the API.
#[derive(Debug, OpenApi)]
#[openapi(paths(list_mails::answer), components(schemas(MailsBody, MailBody, Problem, FieldError)))]
pub struct Api;

/// Which mails an order's customer was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Mails)]
pub struct MailsBody {
    /// The order.
    #[schema(example = "ord_0f8fad5bd9cb469fa16570867728950e")]
    pub order_id: String,
    /// One for each template.
    pub mails: Vec<MailBody>,
}

/// A mail. What it says is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Mail)]
pub struct MailBody {
    /// The template.
    #[schema(example = "order_confirmed")]
    pub template: String,
    /// `sending`, `sent`, or `failed` when SES rejected it.
    #[schema(example = "sent")]
    pub state: &'static str,
    /// When somebody last began to send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub claimed_at: Option<Timestamp>,
    /// When SES took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// SES's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

impl From<MailRecord> for MailBody {
    fn from(mail: MailRecord) -> Self {
        let state = match mail.state {
            MailState::Sending => "sending",
            MailState::Sent => "sent",
            MailState::Failed => "failed",
        };
        let MailRecord { template, claimed_at, sent_at, message_id, .. } = mail;
        Self { template, state, claimed_at, sent_at, message_id }
    }
}

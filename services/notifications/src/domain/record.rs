//! What is remembered of a mail.

use kernel::Timestamp;
use serde::Deserialize;

/// What is remembered of a mail: not what it says, nor whom it went to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MailRecord {
    /// The template that it was written from.
    pub template: String,
    /// Where it stands.
    pub state: MailState,
    /// When somebody last began to send it.
    #[serde(default)]
    pub claimed_at: Option<Timestamp>,
    /// When SES took it.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// SES's id of it.
    #[serde(default)]
    pub message_id: Option<String>,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Somebody sends it, or died while sending it.
    Sending,
    /// SES took it.
    Sent,
    /// SES rejected it.
    Failed,
}

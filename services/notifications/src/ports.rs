//! What sending a mail needs.

use async_trait::async_trait;
use kernel::{OrderId, Timestamp};

use crate::{
    Error,
    domain::{Mail, MailKey, MailRecord},
};

/// A sender's right to send a mail, for a while. Its id says whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Unique to this claim.
    pub id: String,
}

/// What became of an attempt to claim a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It is ours to send.
    Ours(Claim),
    /// Another sender has it.
    Theirs,
    /// It has been sent.
    Sent,
}

/// Claims mails.
#[async_trait]
pub trait ClaimMail: Send + Sync {
    /// Claims the mail, unless it was sent, or is claimed and the claim has not ended.
    async fn claim(&self, key: &MailKey, now: Timestamp) -> Result<Claimed, Error>;
}

/// Writes down what became of mails.
#[async_trait]
pub trait RecordMail: Send + Sync {
    /// The mail was sent.
    async fn record_sent(&self, key: &MailKey, message_id: &str, now: Timestamp) -> Result<(), Error>;

    /// The mail was definitely not sent: whoever tries next may do so at once. Does nothing when the claim is not ours
    /// any more.
    async fn record_rejected(&self, key: &MailKey, claim: &Claim) -> Result<(), Error>;
}

/// Lists mails.
#[async_trait]
pub trait ListMails: Send + Sync {
    /// What is remembered of the mails about this order.
    async fn mails(&self, order_id: &OrderId) -> Result<Vec<MailRecord>, Error>;
}

/// Sends mails.
#[async_trait]
pub trait SendMail: Send + Sync {
    /// Sends the mail, in one attempt, and answers the message id.
    async fn send(&self, mail: &Mail) -> Result<String, Error>;
}

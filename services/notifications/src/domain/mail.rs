//! A mail, ready to be sent.

use std::fmt;

use kernel::{EmailAddress, OrderId};

use super::Template;

/// What a mail is about. There is one mail per key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MailKey {
    /// The order.
    pub order_id: OrderId,
    /// Which mail.
    pub template: Template,
}

/// A mail, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// What it is about.
    pub key: MailKey,
    /// To whom.
    pub to: EmailAddress,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Says what the mail is about, not to whom it goes: so that no log ever tells.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("key", &self.key).finish_non_exhaustive()
    }
}

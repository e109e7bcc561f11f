//! Mails: which there are, and what stands in them.

mod mail;
mod record;
mod template;
mod writer;

pub use mail::{Mail, MailKey};
pub use record::{MailRecord, MailState};
pub use template::Template;
pub use writer::{CannotWrite, Writer};

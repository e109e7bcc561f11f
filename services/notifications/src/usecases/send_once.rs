//! Sends a mail once per (order, template), as nearly as that can be had.
//!
//! A mail is sent at least once per (order, template), and a second time only when SES's answer was lost or the sender
//! died before recording it: SES has no idempotency token.
//!
//! The same event can come several times, also at the same time. So a sender first *claims* the mail, for longer than
//! it can live itself; then it sends; then it *records* that it has sent. Whoever finds a record is done. Whoever finds
//! a claim cannot know whether the mail went out: it leaves its message in the queue, which brings it again after the
//! claim has ended, and then sends. A claim that was never recorded is thus sent again, rather than perhaps never.

use kernel::Clock;
use tracing::{info, warn};

use crate::{
    Error,
    domain::Mail,
    ports::{ClaimMail, Claimed, RecordMail, SendMail},
};

/// Sends `mail` unless it has been sent.
///
/// # Errors
/// [`Error::Claimed`] when another sender may be sending it. [`Error::Rejected`] when SES will not take it.
/// Anything else when it is not known to be sent and recorded.
pub async fn send_once(
    mail: &Mail,
    mails: &(impl ClaimMail + RecordMail),
    mailer: &impl SendMail,
    clock: &dyn Clock,
) -> Result<(), Error> {
    let (order_id, template) = (&mail.key.order_id, mail.key.template.as_str());
    let claim = match mails.claim(&mail.key, clock.now()).await? {
        Claimed::Ours(claim) => claim,
        Claimed::Theirs => return Err(Error::Claimed),
        Claimed::Sent => {
            info!(%order_id, template, "mail was sent before");
            return Ok(());
        }
    };
    match mailer.send(mail).await {
        Ok(message_id) => {
            mails.record_sent(&mail.key, &message_id, clock.now()).await?;
            info!(%order_id, template, message_id, "mail sent");
            Ok(())
        }
        Err(rejected @ Error::Rejected(_)) => {
            // The claim ends by itself; without this, only later.
            if let Err(error) = mails.record_rejected(&mail.key, &claim).await {
                warn!(%order_id, template, %error, "a rejected mail stays claimed");
            }
            Err(rejected)
        }
        // The claim stays: SES may have taken the mail, and nobody should send it again before it had to.
        Err(error) => Err(error),
    }
}

//! What this context does, step by step, in terms of its ports.
//!
//! Two rules run through all of it. **An unknown outcome is asked for again, under the same key**: it ends the
//! invocation as a transient error, and the saga comes back. **An answer that is an error is not believed before the
//! intent was looked at**: Stripe saves answers, errors included, and others may have captured or canceled the intent
//! in the meantime.

mod authorize;
mod cancel;
mod capture;
mod settle;
#[cfg(test)]
mod testing;

pub use authorize::authorize;
pub use cancel::cancel;
pub use capture::capture;
pub use settle::settle;

use contracts::saga::OrderFacts;
use kernel::Timestamp;

use crate::{
    Error,
    domain::{Intent, Payment},
    ports::{CreateIntent, FindIntents, RecordPayment},
};

/// Creates the order's intent, or learns of the one that was created before.
///
/// Stripe saves the first answer to a key even if it is a 500, behind which an intent may or may not have come into
/// being: then the search decides, and as long as it finds nothing, nothing is known.
async fn create_or_find(stripe: &(impl CreateIntent + FindIntents), order: &OrderFacts) -> Result<Intent, Error> {
    let intent = match stripe.create(order).await {
        Err(Error::StripeFailed(why)) => find_one(stripe, order).await?.ok_or(Error::StripeFailed(why))?,
        answer => answer?,
    };
    if intent.amount != order.total {
        return Err(Error::Broken(format!("intent {} is not about {}", intent.id, order.total)));
    }
    Ok(intent)
}

/// The order's intent, by search.
async fn find_one(stripe: &impl FindIntents, order: &OrderFacts) -> Result<Option<Intent>, Error> {
    let mut found = stripe.find(&order.order_id).await?;
    match found.len() {
        0 | 1 => Ok(found.pop()),
        n => Err(Error::Broken(format!("{} has {n} intents; one has to be ended by hand", order.order_id))),
    }
}

/// Writes down what an intent has come to.
async fn record(
    payments: &impl RecordPayment,
    order: &OrderFacts,
    intent: &Intent,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(payment) = Payment::of(&order.order_id, intent, now) {
        payments.record(&payment, None).await?;
    }
    Ok(())
}

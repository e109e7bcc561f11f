//! What the use cases need of the world: one trait per capability, as narrow as the grant behind it.

use async_trait::async_trait;
use contracts::saga::OrderFacts;
use kernel::OrderId;

use crate::{
    Error,
    domain::{Intent, Key, Payment, StripeEvent},
};

/// Creates an order's intent and confirms it, with manual capture.
#[async_trait]
pub trait CreateIntent: Send + Sync {
    /// Always under the order's authorize key and with the same parameters, so that asking again creates nothing: it
    /// answers what it answered first, which may be out of date.
    ///
    /// # Errors
    /// [`Error::Declined`] and [`Error::StripeRefused`] are definite; after the others the intent may exist.
    async fn create(&self, order: &OrderFacts) -> Result<Intent, Error>;
}

/// Looks at an intent as it is now.
#[async_trait]
pub trait LookAtIntent: Send + Sync {
    /// The intent, with whether money was ever set aside on it and how much was given back.
    ///
    /// # Errors
    /// It is not there, or Stripe does not say.
    async fn look(&self, intent_id: &str) -> Result<Intent, Error>;
}

/// Finds intents by the order in their metadata.
#[async_trait]
pub trait FindIntents: Send + Sync {
    /// All that Stripe's search knows of. It trails by up to a minute, so finding none proves nothing.
    ///
    /// # Errors
    /// Stripe does not say.
    async fn find(&self, order_id: &OrderId) -> Result<Vec<Intent>, Error>;
}

/// Takes the money that was set aside.
#[async_trait]
pub trait CaptureIntent: Send + Sync {
    /// With a key, the first answer is given again; without one, Stripe goes by the intent, which can be captured once.
    ///
    /// # Errors
    /// After [`Error::Unknown`] and [`Error::StripeFailed`] it may have been captured.
    async fn capture(&self, intent_id: &str, key: Option<&Key>) -> Result<Intent, Error>;
}

/// Ends an intent without taking money.
#[async_trait]
pub trait CancelIntent: Send + Sync {
    /// With a key, the first answer is given again; without one, Stripe goes by the intent.
    ///
    /// # Errors
    /// After [`Error::Unknown`] and [`Error::StripeFailed`] it may have been canceled.
    async fn cancel(&self, intent_id: &str, key: Option<&Key>) -> Result<Intent, Error>;
}

/// Gives back all that was captured on an intent.
#[async_trait]
pub trait Refund: Send + Sync {
    /// With a key, the first answer is given again; without one, Stripe goes by the charge, which can be refunded in
    /// full once.
    ///
    /// # Errors
    /// After [`Error::Unknown`] and [`Error::StripeFailed`] it may have been refunded.
    async fn refund(&self, intent_id: &str, key: Option<&Key>) -> Result<(), Error>;
}

/// Writes a payment down.
#[async_trait]
pub trait RecordPayment: Send + Sync {
    /// Writes the row if that moves it forward, and with it the id of the event that told, if one did. Answers whether
    /// it was news.
    ///
    /// # Errors
    /// The database did not say.
    async fn record(&self, payment: &Payment, event_id: Option<&str>) -> Result<bool, Error>;
}

/// Reads a payment.
#[async_trait]
pub trait FindPayment: Send + Sync {
    /// The row of this order.
    ///
    /// # Errors
    /// The database did not say.
    async fn find(&self, order_id: &OrderId) -> Result<Option<Payment>, Error>;
}

/// Queues an event for later.
#[async_trait]
pub trait QueueEvent: Send + Sync {
    /// Queues it.
    ///
    /// # Errors
    /// The queue did not take it.
    async fn queue(&self, event: &StripeEvent) -> Result<(), Error>;
}

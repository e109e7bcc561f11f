//! The events that are published at once, and not by the table's stream.

use async_trait::async_trait;
use lambda::{Outbox, Runtime, StartError};

use crate::{Error, domain::Order, ports::Queue};

/// The topic of this context's events.
#[derive(Debug, Clone)]
pub(crate) struct OrderTopic(Outbox);

impl OrderTopic {
    pub fn new(runtime: &Runtime) -> Result<Self, StartError> {
        Outbox::new(runtime, "ORDER_EVENTS_TOPIC").map(Self)
    }
}

#[async_trait]
impl Queue for OrderTopic {
    /// At once, because a stream is read four times a second, and a sale is over in a few. What is lost here is found by
    /// the watchdog.
    async fn queue(&self, order: &Order) -> Result<(), Error> {
        self.0.publish(&[order.queued()]).await.map_err(|(_, error)| Error::Transient(error.to_string()))
    }
}

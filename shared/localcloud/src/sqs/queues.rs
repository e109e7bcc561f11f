//! All queues, with the clock and waiting: what the local cloud's own parts call.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Clock, Timestamp};
use lambda::UniqueIds;

use super::{
    broker::Broker,
    courier::{Courier, Prompt},
    message::{Depth, NewMessage, Peeked, Received},
    queue::QueueConfig,
};
use crate::{LocalClock, Store, aws::AwsError};

/// All queues. Every method answers `QueueDoesNotExist` for a name that was not created.
pub struct Queues {
    broker: Mutex<Broker>,
    clock: Arc<LocalClock>,
}

impl Queues {
    /// No queues yet. Each has the messages that `store` kept for it as soon as it is created.
    pub fn new(clock: Arc<LocalClock>, store: Arc<Store>, ids: Arc<dyn UniqueIds>) -> Self {
        Self { broker: Mutex::new(Broker::new(store, ids, Arc::new(Prompt))), clock }
    }

    /// Lets `courier` decide what AWS leaves open.
    pub fn set_courier(&self, courier: Arc<dyn Courier>) {
        self.broker().courier = courier;
    }

    /// Adds a queue.
    ///
    /// # Errors
    /// There is one of that name already, or the dead-letter queue is not there yet.
    pub fn create(&self, config: QueueConfig) -> Result<(), AwsError> {
        self.broker().create(config)
    }

    /// Sends a message and answers its id.
    ///
    /// # Errors
    /// The message breaks one of SQS's rules.
    pub fn send(&self, queue: &str, message: NewMessage) -> Result<String, AwsError> {
        message.check()?;
        self.broker().send(queue, message, Duration::ZERO, self.now())
    }

    /// Brings a topic's message to a queue, as the courier will have it.
    ///
    /// # Errors
    /// The message breaks one of SQS's rules.
    pub(crate) fn deliver(&self, queue: &str, message: NewMessage) -> Result<(), AwsError> {
        message.check()?;
        let (now, mut broker) = (self.now(), self.broker());
        let delivery = broker.courier.delivery(queue);
        if let Some(again) = delivery.again {
            broker.send(queue, message.clone(), again, now)?;
        }
        broker.send(queue, message, delivery.after, now)?;
        Ok(())
    }

    /// Fails an entry of a batch that is sent to a queue or a topic, if the courier will have it.
    pub(crate) fn fail_entry(&self, target: &str) -> Result<(), AwsError> {
        if !self.broker().courier.fails_entry(target) {
            return Ok(());
        }
        Err(AwsError {
            status: 500,
            code: "InternalError".to_owned(),
            message: "An internal error occurred.".to_owned(),
        })
    }

    /// Tells the courier of a message that a topic has taken.
    pub(crate) fn published(&self, topic_arn: &str, message: &str) {
        self.broker().courier.published(topic_arn, message);
    }

    /// Receives at most `most` messages, without waiting, and hides them for the queue's visibility timeout.
    ///
    /// # Errors
    /// There is no such queue.
    pub fn receive(&self, queue: &str, most: usize) -> Result<Vec<Received>, AwsError> {
        self.receive_for(queue, most, None)
    }

    /// As [`Queues::receive`], with a visibility timeout of its own.
    pub(super) fn receive_for(
        &self,
        queue: &str,
        most: usize,
        visibility: Option<Duration>,
    ) -> Result<Vec<Received>, AwsError> {
        self.broker().receive(queue, most, visibility, self.now())
    }

    /// Deletes the message whose newest receive `receipt` stands for. An older handle of it does nothing.
    ///
    /// # Errors
    /// The handle is not one of this queue's.
    pub fn delete(&self, queue: &str, receipt: &str) -> Result<(), AwsError> {
        self.broker().delete(queue, receipt)
    }

    /// Hides a message that is in flight for so long from now; no time at all shows it at once.
    ///
    /// # Errors
    /// The handle is not one of this queue's, or its receive is over.
    pub fn change_visibility(&self, queue: &str, receipt: &str, visibility: Duration) -> Result<(), AwsError> {
        self.broker().change_visibility(queue, receipt, visibility, self.now())
    }

    /// Waits until there is a visible message. Somebody else may receive it first.
    ///
    /// # Errors
    /// There is no such queue.
    pub async fn available(&self, queue: &str) -> Result<(), AwsError> {
        let arrivals = Arc::clone(&self.broker().queue(queue)?.arrivals);
        loop {
            // Made before the queue is looked at, so that it sees every arrival from here on.
            let arrival = arrivals.notified();
            let earliest = self.broker().queue(queue)?.earliest();
            match earliest {
                Some(moment) if moment <= self.now() => return Ok(()),
                Some(moment) => tokio::select! {
                    biased;
                    () = arrival => {}
                    () = self.clock.sleep_until(moment) => {}
                },
                None => arrival.await,
            }
        }
    }

    /// Waits until there are so many visible messages, or that long.
    ///
    /// # Errors
    /// There is no such queue.
    pub async fn gather(&self, queue: &str, most: usize, window: Duration) -> Result<(), AwsError> {
        let arrivals = Arc::clone(&self.broker().queue(queue)?.arrivals);
        let end = super::queue::after(self.now(), window);
        while self.now() < end {
            let arrival = arrivals.notified();
            if self.broker().queue(queue)?.has_visible(most, self.now()) {
                return Ok(());
            }
            tokio::select! {
                biased;
                () = arrival => {}
                () = self.clock.sleep_until(end) => {}
            }
        }
        Ok(())
    }

    /// How many messages the queue has.
    ///
    /// # Errors
    /// There is no such queue.
    pub fn depth(&self, queue: &str) -> Result<Depth, AwsError> {
        Ok(self.broker().queue(queue)?.depth(self.now()))
    }

    /// The first messages of the queue, by arrival, without receiving them.
    ///
    /// # Errors
    /// There is no such queue.
    pub fn peek(&self, queue: &str, limit: usize) -> Result<Vec<Peeked>, AwsError> {
        Ok(self.broker().queue(queue)?.peek(self.now(), limit))
    }

    /// Deletes every message of the queue.
    ///
    /// # Errors
    /// There is no such queue.
    pub fn purge(&self, queue: &str) -> Result<(), AwsError> {
        self.broker().purge(queue)
    }

    /// Moves the visible messages of a dead-letter queue back to the queues that they came from, and says how many.
    ///
    /// # Errors
    /// There is no such queue, or it is nobody's dead-letter queue.
    pub fn redrive(&self, dead_letter_queue: &str) -> Result<usize, AwsError> {
        self.broker().redrive(dead_letter_queue, None, self.now())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits until the clock shows `moment`.
    pub(super) async fn sleep_until(&self, moment: Timestamp) {
        self.clock.sleep_until(moment).await;
    }

    /// The queues, locked. Never held while waiting.
    pub(super) fn broker(&self) -> MutexGuard<'_, Broker> {
        self.broker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The rules over all queues. Time is passed in.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use kernel::Timestamp;
use lambda::UniqueIds;
use tracing::{info, warn};

use super::{
    courier::Courier,
    error::{no_such_queue, no_such_resource, not_in_flight, wrong_receipt, wrong_value},
    message::{NewMessage, Received},
    queue::{Message, Queue, QueueConfig, Receipt, after},
};
use crate::{Store, aws::AwsError};

/// Where messages are in the store.
const SPACE: &str = "sqs";

/// All queues.
pub(super) struct Broker {
    pub courier: Arc<dyn Courier>,
    ids: Arc<dyn UniqueIds>,
    store: Arc<Store>,
    queues: BTreeMap<String, Queue>,
    /// Messages of an earlier run whose queues have not been created yet.
    waiting: BTreeMap<String, Vec<Message>>,
    next_sequence: u64,
}

impl Broker {
    /// The queues of an earlier run with this store: each has its messages again once it is created.
    pub fn new(store: Arc<Store>, ids: Arc<dyn UniqueIds>, courier: Arc<dyn Courier>) -> Self {
        let (mut waiting, mut next_sequence) = (BTreeMap::<_, Vec<_>>::new(), 0_u64);
        for (key, message) in store.load::<Message>(SPACE) {
            next_sequence = next_sequence.max(message.sequence.saturating_add(1));
            let queue = key.rsplit_once('/').map(|(queue, _)| queue.to_owned()).unwrap_or_default();
            waiting.entry(queue).or_default().push(message);
        }
        Self { courier, ids, store, queues: BTreeMap::new(), waiting, next_sequence }
    }

    /// Adds a queue. Its dead-letter queue must be there already, so that every message always has a place to go.
    pub fn create(&mut self, config: QueueConfig) -> Result<(), AwsError> {
        if config.redrive.as_ref().is_some_and(|redrive| self.name_of(&redrive.dead_letter_arn).is_none()) {
            return Err(wrong_value(
                "Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
            ));
        }
        if config.redrive.as_ref().is_some_and(|redrive| redrive.max_receives == 0) {
            return Err(wrong_value(
                "Value for parameter RedrivePolicy is invalid. Reason: maxReceiveCount must be at least 1.",
            ));
        }
        let Entry::Vacant(place) = self.queues.entry(config.name.clone()) else {
            return Err(AwsError::client("QueueNameExists", "A queue already exists with the same name."));
        };
        let mut queue = Queue::new(config);
        let earlier = self.waiting.remove(&queue.config.name).unwrap_or_default();
        earlier.into_iter().for_each(|message| queue.insert(message));
        place.insert(queue);
        Ok(())
    }

    pub fn queue(&self, name: &str) -> Result<&Queue, AwsError> {
        self.queues.get(name).ok_or_else(no_such_queue)
    }

    /// The name of the queue at this URL.
    pub fn at_url(&self, url: &str) -> Result<String, AwsError> {
        let queue = self.queues.values().find(|queue| queue.config.url == url);
        queue.map(|queue| queue.config.name.clone()).ok_or_else(no_such_queue)
    }

    /// The name of the queue with this ARN.
    pub fn name_of(&self, arn: &str) -> Option<String> {
        let queue = self.queues.values().find(|queue| queue.config.arn == arn);
        queue.map(|queue| queue.config.name.clone())
    }

    /// Puts a checked message in a queue, hidden for the time that it says, or else the queue, and `extra`. Answers its
    /// id.
    pub fn send(
        &mut self,
        name: &str,
        message: NewMessage,
        extra: Duration,
        now: Timestamp,
    ) -> Result<String, AwsError> {
        let delay = message.delay.unwrap_or(self.queue(name)?.config.default_delay);
        let id = self.ids.unique().to_string();
        let arrived = Message {
            id: id.clone(),
            sequence: 0,
            body: message.body,
            attributes: message.attributes,
            sent_at: now,
            visible_at: after(now, delay.saturating_add(extra)),
            first_received_at: None,
            receives: 0,
            receives_before: 0,
            source_arn: None,
        };
        self.arrive(name, arrived)?;
        Ok(id)
    }

    /// Receives at most `most` visible messages and hides them. One that has been received as often as the queue allows
    /// goes to the dead-letter queue instead.
    ///
    /// Source: SQS, "Using dead-letter queues in Amazon SQS".
    pub fn receive(
        &mut self,
        name: &str,
        most: usize,
        visibility: Option<Duration>,
        now: Timestamp,
    ) -> Result<Vec<Received>, AwsError> {
        let queue = self.queues.get_mut(name).ok_or_else(no_such_queue)?;
        let visible_again = after(now, visibility.unwrap_or(queue.config.visibility));
        let most_receives = queue.config.redrive.as_ref().map_or(u32::MAX, |redrive| redrive.max_receives);
        let (mut received, mut held, mut dead) = (Vec::new(), Vec::new(), Vec::new());
        while received.len() < most {
            let Some(mut message) = queue.take_visible(now, self.courier.passed_over(name)) else { break };
            if queue.has_expired(&message, now) {
                warn!(queue = name, message_id = message.id, "a message was kept too long and is deleted");
                self.store.delete(SPACE, &key(name, &message.id));
                continue;
            }
            if message.receives >= most_receives {
                dead.push(message);
                continue;
            }
            message.receives = message.receives.saturating_add(1);
            message.first_received_at.get_or_insert(now);
            message.visible_at = if self.courier.repeats(name) { now } else { visible_again };
            self.store.put(SPACE, &key(name, &message.id), &message);
            received.push(message.received(name));
            held.push(message);
        }
        // Only now, so that one receive has no message twice.
        held.into_iter().for_each(|message| queue.insert(message));
        dead.into_iter().try_for_each(|message| self.bury(name, message, now))?;
        Ok(received)
    }

    /// Moves a message to the dead-letter queue of its queue. It keeps its id and its age.
    fn bury(&mut self, name: &str, message: Message, now: Timestamp) -> Result<(), AwsError> {
        let config = &self.queue(name)?.config;
        let target = config.redrive.as_ref().and_then(|redrive| self.name_of(&redrive.dead_letter_arn));
        let (target, source_arn) = (target.ok_or_else(no_such_queue)?, config.arn.clone());
        warn!(
            queue = name,
            message_id = message.id,
            receives = message.receives,
            "a message goes to the dead-letter queue"
        );
        let key = key(name, &message.id);
        let receives_before = message.receive_count();
        let moved = Message { visible_at: now, receives: 0, receives_before, source_arn: Some(source_arn), ..message };
        // Stored there before it is deleted here: a crash in between repeats the message, and does not lose it.
        self.arrive(&target, moved)?;
        self.store.delete(SPACE, &key);
        Ok(())
    }

    /// Deletes the message whose newest receive the handle stands for; any other handle that this queue gave out is
    /// accepted and does nothing.
    ///
    /// Source: SQS `DeleteMessage`.
    pub fn delete(&mut self, name: &str, handle: &str) -> Result<(), AwsError> {
        let queue = self.queues.get_mut(name).ok_or_else(no_such_queue)?;
        let receipt = Receipt::parse(handle, name).ok_or_else(wrong_receipt)?;
        if let Some(message) = queue.take_received(receipt) {
            self.store.delete(SPACE, &key(name, &message.id));
        }
        Ok(())
    }

    /// Hides a message that is in flight for so long from now, or shows it at once.
    pub fn change_visibility(
        &mut self,
        name: &str,
        handle: &str,
        visibility: Duration,
        now: Timestamp,
    ) -> Result<(), AwsError> {
        let queue = self.queues.get_mut(name).ok_or_else(no_such_queue)?;
        let receipt = Receipt::parse(handle, name).ok_or_else(wrong_receipt)?;
        let mut message = queue.take_received(receipt).ok_or_else(not_in_flight)?;
        let in_flight = message.visible_at > now;
        if in_flight {
            message.visible_at = after(now, visibility);
            self.store.put(SPACE, &key(name, &message.id), &message);
        }
        queue.insert(message);
        queue.arrivals.notify_waiters();
        if in_flight { Ok(()) } else { Err(not_in_flight()) }
    }

    /// Deletes every message.
    pub fn purge(&mut self, name: &str) -> Result<(), AwsError> {
        let queue = self.queues.get_mut(name).ok_or_else(no_such_queue)?;
        queue.drain().for_each(|message| self.store.delete(SPACE, &key(name, &message.id)));
        Ok(())
    }

    /// Moves the visible messages of a dead-letter queue to `destination`, or back to where each came from, and says
    /// how many. They are new messages then, with new ids. One that was sent to the dead-letter queue itself came from
    /// nowhere and stays.
    ///
    /// Source: SQS, "Configure a dead-letter queue redrive".
    pub fn redrive(&mut self, name: &str, destination: Option<&str>, now: Timestamp) -> Result<usize, AwsError> {
        let arn = self.queue(name)?.config.arn.clone();
        let mut policies = self.queues.values().filter_map(|queue| queue.config.redrive.as_ref());
        if !policies.any(|redrive| redrive.dead_letter_arn == arn) {
            return Err(wrong_value("Source queue must be configured as a Dead Letter Queue."));
        }
        let destination = destination.map(|arn| self.name_of(arn).ok_or_else(no_such_resource)).transpose()?;
        if destination.as_deref() == Some(name) {
            return Err(wrong_value("Source and destination queues must be different."));
        }
        let (mut moved, mut stay) = (0, Vec::new());
        while let Some(message) = self.queues.get_mut(name).and_then(|queue| queue.take_visible(now, 0)) {
            if self.queue(name)?.has_expired(&message, now) {
                self.store.delete(SPACE, &key(name, &message.id));
                continue;
            }
            let source = || message.source_arn.as_ref().and_then(|arn| self.name_of(arn));
            let Some(target) = destination.clone().or_else(source) else {
                stay.push(message);
                continue;
            };
            let key = key(name, &message.id);
            let again = NewMessage { body: message.body, attributes: message.attributes, delay: Some(Duration::ZERO) };
            self.send(&target, again, Duration::ZERO, now)?;
            self.store.delete(SPACE, &key);
            moved += 1;
        }
        if let Some(queue) = self.queues.get_mut(name) {
            stay.into_iter().for_each(|message| queue.insert(message));
        }
        info!(queue = name, moved, "dead letters are tried again");
        Ok(moved)
    }

    /// Puts a message in a queue, as its newest.
    fn arrive(&mut self, name: &str, mut message: Message) -> Result<(), AwsError> {
        let queue = self.queues.get_mut(name).ok_or_else(no_such_queue)?;
        message.sequence = self.next_sequence;
        self.next_sequence = self.next_sequence.saturating_add(1);
        self.store.put(SPACE, &key(name, &message.id), &message);
        queue.insert(message);
        queue.arrivals.notify_waiters();
        Ok(())
    }
}

fn key(queue: &str, message_id: &str) -> String {
    format!("{queue}/{message_id}")
}

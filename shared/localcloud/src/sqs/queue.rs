//! One queue: its settings and its messages, by the time at which they become visible.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use kernel::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::message::{Depth, MessageAttribute, Peeked, Received, Standing};

/// How long a queue keeps a message that nobody deletes.
///
/// Source: SQS, "Queue attributes": four days unless set otherwise.
pub const RETENTION: Duration = Duration::from_secs(4 * 24 * 3_600);

/// How long a dead-letter queue keeps one: the longest that SQS allows, because time already spent in the first queue
/// counts.
pub const RETENTION_DEAD: Duration = Duration::from_secs(14 * 24 * 3_600);

/// A queue's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueConfig {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its URL.
    pub url: String,
    /// How long a received message stays hidden.
    pub visibility: Duration,
    /// Where messages go that have been received too often. Without it they stay.
    pub redrive: Option<Redrive>,
    /// How long a new message stays hidden, unless it says so itself.
    pub default_delay: Duration,
    /// How long a message is kept, from when it was sent.
    pub retention: Duration,
}

/// SQS's `RedrivePolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The ARN of the dead-letter queue.
    pub dead_letter_arn: String,
    /// How often a message may be received.
    pub max_receives: u32,
}

/// A message in a queue, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub id: String,
    /// Its place among all messages of all queues, by arrival in this one. No two arrivals have the same.
    pub sequence: u64,
    pub body: String,
    pub attributes: BTreeMap<String, MessageAttribute>,
    pub sent_at: Timestamp,
    pub visible_at: Timestamp,
    pub first_received_at: Option<Timestamp>,
    /// Receives from this queue, which its redrive policy goes by.
    pub receives: u32,
    /// Receives from other queues before, which `ApproximateReceiveCount` includes.
    pub receives_before: u32,
    /// The queue from which it was moved here.
    pub source_arn: Option<String>,
}

impl Message {
    /// How often it has been received, in all queues.
    pub fn receive_count(&self) -> u32 {
        self.receives.saturating_add(self.receives_before)
    }

    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.visible_at <= now, self.receives) {
            (true, _) => Standing::Visible,
            (false, 0) => Standing::Delayed,
            (false, _) => Standing::InFlight,
        }
    }

    /// The handle of its newest receive. Each is different, because it counts the receives.
    pub fn receipt(&self, queue: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{queue}/{}/{}", self.sequence, self.receives))
    }

    /// What a receiver is given.
    pub fn received(&self, queue: &str) -> Received {
        let millis = |moment: Timestamp| moment.as_millisecond().to_string();
        let mut attributes = BTreeMap::from([
            ("SentTimestamp".to_owned(), millis(self.sent_at)),
            ("ApproximateReceiveCount".to_owned(), self.receive_count().to_string()),
        ]);
        let first = self.first_received_at.map(|first| ("ApproximateFirstReceiveTimestamp".to_owned(), millis(first)));
        let source = self.source_arn.clone().map(|arn| ("DeadLetterQueueSourceArn".to_owned(), arn));
        attributes.extend(first.into_iter().chain(source));
        Received {
            id: self.id.clone(),
            receipt: self.receipt(queue),
            body: self.body.clone(),
            attributes,
            message_attributes: self.attributes.clone(),
            receive_count: self.receive_count(),
        }
    }
}

/// Which receive a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    pub sequence: u64,
    pub receives: u32,
}

impl Receipt {
    /// Reads a handle that `queue` gave out.
    pub fn parse(handle: &str, queue: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
        let (sequence, receives) = text.strip_prefix(queue)?.strip_prefix('/')?.split_once('/')?;
        Some(Self { sequence: sequence.parse().ok()?, receives: receives.parse().ok()? })
    }
}

/// A queue.
#[derive(Debug)]
pub(super) struct Queue {
    pub config: QueueConfig,
    /// Wakes those who wait for a message, whenever one may be visible earlier than was known.
    pub arrivals: Arc<Notify>,
    messages: BTreeMap<u64, Message>,
    by_time: BTreeSet<(Timestamp, u64)>,
}

impl Queue {
    pub fn new(config: QueueConfig) -> Self {
        Self { config, arrivals: Arc::new(Notify::new()), messages: BTreeMap::new(), by_time: BTreeSet::new() }
    }

    pub fn insert(&mut self, message: Message) {
        self.by_time.insert((message.visible_at, message.sequence));
        self.messages.insert(message.sequence, message);
    }

    pub fn take(&mut self, sequence: u64) -> Option<Message> {
        let message = self.messages.remove(&sequence)?;
        self.by_time.remove(&(message.visible_at, sequence));
        Some(message)
    }

    /// Takes a visible message: the one that has been visible longest, or, if there are enough, one that comes so many
    /// later.
    pub fn take_visible(&mut self, now: Timestamp, passed_over: usize) -> Option<Message> {
        let visible = || self.by_time.range(..=(now, u64::MAX));
        let &(_, sequence) = visible().nth(passed_over).or_else(|| visible().next())?;
        self.take(sequence)
    }

    /// Takes the message whose newest receive `receipt` stands for. After a later receive, an older handle does
    /// nothing.
    ///
    /// Source: SQS `DeleteMessage`.
    pub fn take_received(&mut self, receipt: Receipt) -> Option<Message> {
        let newest = self.messages.get(&receipt.sequence)?.receives;
        if newest == receipt.receives { self.take(receipt.sequence) } else { None }
    }

    /// Takes every message.
    pub fn drain(&mut self) -> impl Iterator<Item = Message> + use<> {
        self.by_time.clear();
        mem::take(&mut self.messages).into_values()
    }

    /// When the next message is visible, or has been since.
    pub fn earliest(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(visible_at, _)| *visible_at)
    }

    /// Whether there are at least so many visible messages.
    pub fn has_visible(&self, most: usize, now: Timestamp) -> bool {
        self.by_time.iter().take_while(|(visible_at, _)| *visible_at <= now).take(most).count() == most
    }

    pub fn has_expired(&self, message: &Message, now: Timestamp) -> bool {
        after(message.sent_at, self.config.retention) <= now
    }

    pub fn depth(&self, now: Timestamp) -> Depth {
        let mut depth = Depth::default();
        for message in self.kept(now) {
            match message.standing(now) {
                Standing::Visible => depth.visible += 1,
                Standing::InFlight => depth.in_flight += 1,
                Standing::Delayed => depth.delayed += 1,
            }
        }
        depth
    }

    pub fn peek(&self, now: Timestamp, limit: usize) -> Vec<Peeked> {
        let peeked = |message: &Message| Peeked {
            id: message.id.clone(),
            body: message.body.clone(),
            receive_count: message.receive_count(),
            sent_at: message.sent_at,
            standing: message.standing(now),
        };
        self.kept(now).take(limit).map(peeked).collect()
    }

    /// Messages that retention has not ended, in the order in which they arrived.
    fn kept(&self, now: Timestamp) -> impl Iterator<Item = &Message> {
        self.messages.values().filter(move |message| !self.has_expired(message, now))
    }
}

/// So long after a moment.
pub(super) fn after(moment: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

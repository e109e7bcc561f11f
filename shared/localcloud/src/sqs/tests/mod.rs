//! Tests of the queues, over the calls that the local cloud itself makes (`rules`, `waiting`, `properties`) and over
//! the API.

mod api;
mod properties;
mod rules;
mod waiting;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lambda::UniqueIds;
use uuid::Uuid;

use super::{NewMessage, QueueConfig, Queues, RETENTION, RETENTION_DEAD, Received, Redrive};
use crate::{LocalClock, Store};

const MAIN: &str = "orders";
const DEAD: &str = "orders-dead";
const VISIBILITY: u64 = 30;
const MAX_RECEIVES: u32 = 3;

/// Ids that count up.
#[derive(Default)]
struct Counted(AtomicU64);

impl UniqueIds for Counted {
    fn unique(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)))
    }
}

/// A queue and its dead-letter queue.
struct Bench {
    clock: Arc<LocalClock>,
    store: Arc<Store>,
    queues: Arc<Queues>,
}

impl Bench {
    fn new() -> Self {
        let clock = LocalClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
        Self::over(clock, Arc::new(Store::forgetful()))
    }

    fn over(clock: Arc<LocalClock>, store: Arc<Store>) -> Self {
        let queues = Queues::new(Arc::clone(&clock), Arc::clone(&store), Arc::new(Counted::default()));
        queues.create(QueueConfig { retention: RETENTION_DEAD, ..config(DEAD) }).unwrap();
        let redrive = Some(Redrive { dead_letter_arn: config(DEAD).arn, max_receives: MAX_RECEIVES });
        queues.create(QueueConfig { redrive, ..config(MAIN) }).unwrap();
        Self { clock, store, queues: Arc::new(queues) }
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn send(&self, body: &str) -> String {
        self.queues.send(MAIN, NewMessage::text(body)).unwrap()
    }

    /// Receives one message, if there is one.
    fn one(&self, queue: &str) -> Option<Received> {
        self.queues.receive(queue, 1).unwrap().pop()
    }

    fn bodies(&self, queue: &str, most: usize) -> Vec<String> {
        self.queues.receive(queue, most).unwrap().into_iter().map(|message| message.body).collect()
    }
}

fn config(name: &str) -> QueueConfig {
    QueueConfig {
        name: name.to_owned(),
        arn: format!("arn:aws:sqs:eu-central-1:000000000000:{name}"),
        url: format!("https://sqs.eu-central-1.amazonaws.com/000000000000/{name}"),
        visibility: Duration::from_secs(VISIBILITY),
        redrive: None,
        default_delay: Duration::ZERO,
        retention: RETENTION,
    }
}

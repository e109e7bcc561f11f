//! Whatever anybody does in whatever order, no message is lost, and none is received too often.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Clock, Timestamp};
use proptest::prelude::*;

use super::{super::Courier, *};

#[derive(Debug, Clone)]
enum Step {
    Send {
        delay: u64,
    },
    Receive {
        most: usize,
    },
    /// With one of the handles that any receive so far gave out.
    Delete {
        receive: prop::sample::Index,
    },
    Change {
        receive: prop::sample::Index,
        seconds: u64,
    },
    Advance {
        seconds: u64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_u64..40).prop_map(|delay| Step::Send { delay }),
        4 => (1_usize..=10).prop_map(|most| Step::Receive { most }),
        2 => any::<prop::sample::Index>().prop_map(|receive| Step::Delete { receive }),
        1 => (any::<prop::sample::Index>(), 0_u64..60).prop_map(|(receive, seconds)| Step::Change { receive, seconds }),
        3 => (0_u64..60).prop_map(|seconds| Step::Advance { seconds }),
    ];
    prop::collection::vec(step, 1..80)
}

/// Reorders and repeats, by a fixed sequence of numbers.
struct Erratic(AtomicU64);

impl Erratic {
    fn roll(&self, sides: u64) -> u64 {
        let last = self.0.load(Ordering::SeqCst);
        let next = last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.store(next, Ordering::SeqCst);
        (next >> 33) % sides
    }
}

impl Courier for Erratic {
    fn passed_over(&self, _: &str) -> usize {
        usize::try_from(self.roll(4)).unwrap()
    }

    fn repeats(&self, _: &str) -> bool {
        self.roll(3) == 0
    }
}

/// What must be so, kept beside the queues.
struct Model {
    bench: Bench,
    repeats: bool,
    sent: BTreeSet<String>,
    deleted: BTreeSet<String>,
    received: Vec<Received>,
    hidden_until: BTreeMap<String, Timestamp>,
}

impl Model {
    fn new(courier: Option<Erratic>) -> Self {
        let (bench, repeats) = (Bench::new(), courier.is_some());
        if let Some(courier) = courier {
            bench.queues.set_courier(Arc::new(courier));
        }
        let (sent, deleted, received) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        Self { bench, repeats, sent, deleted, received, hidden_until: BTreeMap::new() }
    }

    fn ids(&self, queue: &str) -> BTreeSet<String> {
        self.bench.queues.peek(queue, usize::MAX).unwrap().into_iter().map(|message| message.id).collect()
    }

    fn in_seconds(&self, seconds: u64) -> Timestamp {
        self.bench.clock.now() + Duration::from_secs(seconds)
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Send { delay } => {
                let hidden_until = self.in_seconds(delay);
                let message = NewMessage { delay: Some(Duration::from_secs(delay)), ..NewMessage::text("a") };
                let id = self.bench.queues.send(MAIN, message).unwrap();
                self.hidden_until.insert(id.clone(), hidden_until);
                assert!(self.sent.insert(id), "an id was given twice");
            }
            Step::Receive { most } => self.receive(most),
            Step::Delete { receive } if !self.received.is_empty() => self.delete(receive.index(self.received.len())),
            Step::Change { receive, seconds } if !self.received.is_empty() => {
                let receive = &self.received[receive.index(self.received.len())];
                let (id, hidden_until) = (receive.id.clone(), self.in_seconds(seconds));
                let timeout = Duration::from_secs(seconds);
                if self.bench.queues.change_visibility(MAIN, &receive.receipt, timeout).is_ok() {
                    assert_eq!(self.newest(&id), Some(receive.receipt.clone()), "an old handle changed a message");
                    self.hidden_until.insert(id, hidden_until);
                }
            }
            Step::Advance { seconds } => self.bench.advance(seconds),
            Step::Delete { .. } | Step::Change { .. } => {}
        }
        self.check();
    }

    fn newest(&self, id: &str) -> Option<String> {
        self.received.iter().rfind(|receive| receive.id == id).map(|receive| receive.receipt.clone())
    }

    fn receive(&mut self, most: usize) {
        let hidden_until = self.in_seconds(VISIBILITY);
        let received = self.bench.queues.receive(MAIN, most).unwrap();
        assert!(received.len() <= most);
        let different: BTreeSet<&str> = received.iter().map(|message| message.id.as_str()).collect();
        assert_eq!(different.len(), received.len(), "one receive had a message twice");
        for message in received {
            let earlier = self.received.iter().filter(|receive| receive.id == message.id).count();
            assert_eq!(message.receive_count as usize, earlier + 1);
            assert!(message.receive_count <= MAX_RECEIVES, "received too often");
            assert!(self.repeats || self.hidden_until[&message.id] <= self.bench.clock.now(), "received while hidden");
            assert!(!self.deleted.contains(&message.id), "received after it was deleted");
            self.hidden_until.insert(message.id.clone(), hidden_until);
            self.received.push(message);
        }
    }

    fn delete(&mut self, receive: usize) {
        let receive = &self.received[receive];
        let (id, receipt) = (receive.id.clone(), receive.receipt.clone());
        let must_go = self.newest(&id).as_ref() == Some(&receipt) && self.ids(MAIN).contains(&id);
        self.bench.queues.delete(MAIN, &receipt).unwrap();
        if must_go {
            self.deleted.insert(id);
        }
    }

    /// Every message is in exactly one place.
    fn check(&self) {
        let (main, dead) = (self.ids(MAIN), self.ids(DEAD));
        let mut everywhere: Vec<&String> = main.iter().chain(&dead).chain(&self.deleted).collect();
        everywhere.sort();
        assert_eq!(everywhere, self.sent.iter().collect::<Vec<_>>());
        let depth = self.bench.queues.depth(MAIN).unwrap();
        assert_eq!(depth.visible + depth.in_flight + depth.delayed, main.len());
    }

    /// Whoever goes on receiving gets every message, until each is dead or deleted.
    fn drain(&mut self) {
        for _ in 0..=MAX_RECEIVES {
            self.take(Step::Advance { seconds: 60 });
            while !self.bench.queues.peek(MAIN, 1).unwrap().is_empty() {
                let before = self.received.len();
                self.take(Step::Receive { most: 10 });
                if self.received.len() == before {
                    break;
                }
            }
        }
        assert_eq!(self.ids(MAIN), BTreeSet::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_message_is_lost(steps in steps()) {
        let mut model = Model::new(None);
        steps.into_iter().for_each(|step| model.take(step));
        model.drain();
    }

    #[test]
    fn no_message_is_lost_by_an_erratic_courier(seed: u64, steps in steps()) {
        let mut model = Model::new(Some(Erratic(AtomicU64::new(seed))));
        steps.into_iter().for_each(|step| model.take(step));
        model.drain();
    }
}

//! Faults that somebody switches on and off while the cloud runs, to see it heal. The simulator has its own, from a seed.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    driver::{Call, Driver, Fate, InvocationFate, InvocationOutcome, Outcome},
    sqs::{Courier, Delivery},
};

/// How long a call to Stripe takes when it is slow: long enough to be seen, and shorter than the functions wait.
const SLOW: Duration = Duration::from_secs(4);

/// How much later the second copy of something comes.
const AGAIN: Duration = Duration::from_millis(700);

/// What is switched on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// How Stripe is.
    pub stripe: Stripe,
    /// What becomes of Stripe's webhooks.
    pub webhooks: Webhooks,
    /// How often a queue's messages arrive.
    pub messages: Messages,
    /// Functions, as `context/name`, whose environments die in the middle of their work.
    pub killed: BTreeSet<String>,
}

/// How Stripe is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stripe {
    /// Well.
    #[default]
    Up,
    /// Every call takes four seconds.
    Slow,
    /// No connection comes about.
    Down,
}

/// What becomes of webhooks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Webhooks {
    /// Each arrives.
    #[default]
    Once,
    /// Each arrives, and again a moment later.
    Twice,
    /// None arrives.
    Lost,
}

/// How often a queue's messages arrive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Messages {
    /// Once.
    #[default]
    Once,
    /// Twice.
    Twice,
}

/// A driver that is AWS on its best day, but for what is switched on.
#[derive(Debug, Default)]
pub struct Switches {
    faults: Mutex<Faults>,
    /// Whether the message that is received next stays visible. Every other one does, or it would be received for ever.
    stays: AtomicBool,
}

impl Switches {
    /// What is switched on.
    pub fn faults(&self) -> Faults {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Switches these on, and all others off.
    pub fn set(&self, faults: Faults) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    fn kills(&self, function: &str) -> bool {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).killed.contains(function)
    }
}

impl Courier for Switches {
    fn delivery(&self, _queue: &str) -> Delivery {
        let again = (self.faults().messages == Messages::Twice).then_some(AGAIN);
        Delivery { again, ..Delivery::default() }
    }

    fn repeats(&self, _queue: &str) -> bool {
        self.faults().messages == Messages::Twice && self.stays.fetch_xor(true, Ordering::SeqCst)
    }
}

impl Driver for Switches {
    fn call(&self, call: &Call<'_>) -> Fate {
        // What it has asked for happens, and nobody is left to hear of it: the hardest moment to die in.
        if self.kills(call.function) {
            return Fate { outcome: Outcome::KilledAfter, ..Fate::default() };
        }
        match self.faults().stripe {
            Stripe::Slow if call.service == "stripe" => Fate { there: SLOW, ..Fate::default() },
            Stripe::Down if call.service == "stripe" => Fate { outcome: Outcome::Unreachable, ..Fate::default() },
            _ => Fate::default(),
        }
    }

    fn invocation(&self, function: &str) -> InvocationFate {
        // One that calls nobody does not die of a call.
        let outcome = if self.kills(function) { InvocationOutcome::AnswerLost } else { InvocationOutcome::Run };
        InvocationFate { outcome, ..InvocationFate::default() }
    }

    fn webhook(&self, _event_id: &str) -> Vec<Duration> {
        match self.faults().webhooks {
            Webhooks::Once => vec![Duration::ZERO],
            Webhooks::Twice => vec![Duration::ZERO, AGAIN],
            Webhooks::Lost => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(function: &'static str, service: &'static str) -> Call<'static> {
        Call { function, request_id: "1", number: 1, service, action: "Do", body: b"" }
    }

    #[test]
    fn what_is_switched_on_happens_and_nothing_else() {
        let switches = Switches::default();
        let (stripe, dynamodb) = (call("payments/capture-payment", "stripe"), call("orders/get-order", "dynamodb"));
        assert_eq!((switches.call(&stripe), switches.call(&dynamodb)), (Fate::default(), Fate::default()));
        switches.set(Faults { stripe: Stripe::Down, ..Faults::default() });
        assert_eq!(switches.call(&stripe).outcome, Outcome::Unreachable);
        assert_eq!(switches.call(&dynamodb), Fate::default());
        switches.set(Faults { killed: BTreeSet::from(["orders/get-order".to_owned()]), ..Faults::default() });
        assert_eq!(switches.call(&stripe), Fate::default());
        assert_eq!(switches.call(&dynamodb).outcome, Outcome::KilledAfter);
        assert_eq!(switches.invocation("orders/get-order").outcome, InvocationOutcome::AnswerLost);
        switches.set(Faults { webhooks: Webhooks::Lost, stripe: Stripe::Slow, ..Faults::default() });
        assert!(switches.webhook("evt_1").is_empty());
        assert_eq!(switches.call(&stripe).there, SLOW);
    }

    #[test]
    fn messages_that_come_twice_do_not_come_for_ever() {
        let switches = Switches::default();
        assert!(!(0..10).any(|_| switches.repeats("queue")));
        switches.set(Faults { messages: Messages::Twice, ..Faults::default() });
        assert_eq!((0..10).filter(|_| switches.repeats("queue")).count(), 5);
        assert!(switches.delivery("queue").again.is_some());
    }
}

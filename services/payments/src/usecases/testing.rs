//! A Stripe and a table in memory, for the use cases' tests.
//!
//! This Stripe saves the first answer to each key and repeats it, as the real one does, and can lose requests, lose
//! answers, fail, and have something else happen just before a call.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use contracts::saga::{OrderFacts, Refusal};
use kernel::{Currency, Money, OrderId, SignedDuration, Timestamp};

use crate::{
    Error, Rejection,
    domain::{ClientSecret, Intent, Key, Operation, Payment, State, Status},
    ports::{CancelIntent, CaptureIntent, CreateIntent, FindIntents, LookAtIntent, RecordPayment, Refund},
};

pub(super) const TAKEN: State = State::Succeeded { received_minor: 1980, refunded_minor: 0 };
pub(super) const GIVEN_BACK: State = State::Succeeded { received_minor: 1980, refunded_minor: 1980 };
pub(super) const VOIDED: State = State::Canceled { was_authorized: true };

pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

pub(super) fn after_deadline(by: SignedDuration) -> Timestamp {
    order("pm_card_visa").deadline + by
}

pub(super) fn order(payment_method: &str) -> OrderFacts {
    OrderFacts {
        order_id: OrderId::from_bytes([7; 16]),
        customer_id: "customer".parse().unwrap(),
        lines: Vec::new(),
        total: Money::minor(1980, Currency::EUR),
        payment_method: payment_method.parse().unwrap(),
        deadline: now() + SignedDuration::from_mins(30),
        allocated: false,
    }
}

/// What goes wrong with a call.
pub(super) enum Fault {
    /// It never arrives.
    RequestLost,
    /// It is done, and nobody hears of it.
    AnswerLost,
    /// Stripe fails without having done it, and saves that answer.
    Fails,
    /// Stripe does it, and then fails, and saves that answer.
    FailsAfter,
    /// Just before it, the intent comes into this state.
    Meanwhile(State),
}

type Answer = Arc<dyn Fn() -> Result<Intent, Error> + Send + Sync>;

#[derive(Default)]
struct Inner {
    intents: Vec<Intent>,
    saved: BTreeMap<String, Answer>,
    faults: BTreeMap<&'static str, VecDeque<Fault>>,
    calls: Vec<&'static str>,
}

#[derive(Default)]
pub(super) struct FakeStripe(Mutex<Inner>);

impl FakeStripe {
    /// Has faults happen to the next calls of this operation, one each.
    pub fn with(self, operation: &'static str, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.0.lock().unwrap().faults.entry(operation).or_default().extend(faults);
        self
    }

    pub fn set(&self, state: State) {
        self.0.lock().unwrap().intents[0].state = state;
    }

    pub fn state(&self) -> Option<State> {
        let inner = self.0.lock().unwrap();
        assert!(inner.intents.len() <= 1, "one intent per order");
        inner.intents.first().map(|intent| intent.state)
    }

    pub fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    /// Forgets all keys, as Stripe may after 24 hours.
    pub fn forget_keys(&self) {
        self.0.lock().unwrap().saved.clear();
    }

    fn call(
        &self,
        name: &'static str,
        key: Option<&str>,
        effect: impl Fn(&mut Vec<Intent>) -> Answer,
    ) -> Result<Intent, Error> {
        let mut inner = self.0.lock().unwrap();
        inner.calls.push(name);
        let fault = inner.faults.get_mut(name).and_then(VecDeque::pop_front);
        match fault {
            Some(Fault::RequestLost) => return Err(Error::Unknown("request lost".to_owned())),
            Some(Fault::Meanwhile(state)) => inner.intents[0].state = state,
            _ => {}
        }
        if let Some(saved) = key.and_then(|key| inner.saved.get(key)) {
            return saved();
        }
        let failed: Answer = Arc::new(|| Err(Error::StripeFailed("500".to_owned())));
        let answer = match fault {
            Some(Fault::Fails) => failed,
            Some(Fault::FailsAfter) => {
                effect(&mut inner.intents);
                failed
            }
            _ => effect(&mut inner.intents),
        };
        if let Some(key) = key {
            inner.saved.insert(key.to_owned(), Arc::clone(&answer));
        }
        if matches!(fault, Some(Fault::AnswerLost)) { Err(Error::Unknown("answer lost".to_owned())) } else { answer() }
    }
}

fn refused(code: &'static str, param: Option<&'static str>) -> Answer {
    Arc::new(move || {
        let (code, param) = (Some(code.to_owned()), param.map(str::to_owned));
        Err(Error::StripeRefused(Rejection { code, param, message: String::new() }))
    })
}

fn said(intent: &Intent) -> Answer {
    let intent = intent.clone();
    Arc::new(move || Ok(intent.clone()))
}

#[async_trait]
impl CreateIntent for FakeStripe {
    async fn create(&self, order: &OrderFacts) -> Result<Intent, Error> {
        let key = Key::new(&order.order_id, Operation::Authorize);
        self.call("create", Some(key.as_str()), |intents| {
            let state = match order.payment_method.as_str() {
                "pm_missing" => return refused("resource_missing", Some("payment_method")),
                "pm_misconfigured" => return refused("parameter_unknown", None),
                "pm_3ds" => State::RequiresAction,
                "pm_slow" => State::Pending,
                "pm_declined" => State::RequiresPaymentMethod { failure: Some(Refusal::InsufficientFunds) },
                _ => State::RequiresCapture,
            };
            let intent = Intent {
                id: format!("pi_{}", intents.len() + 1),
                order_id: Some(order.order_id.clone()),
                amount: order.total,
                state,
                client_secret: Some(ClientSecret::new("secret")),
            };
            intents.push(intent.clone());
            match state {
                State::RequiresPaymentMethod { failure: Some(reason) } => {
                    Arc::new(move || Err(Error::Declined { reason, intent_id: Some(intent.id.clone()) }))
                }
                _ => said(&intent),
            }
        })
    }
}

#[async_trait]
impl LookAtIntent for FakeStripe {
    async fn look(&self, intent_id: &str) -> Result<Intent, Error> {
        self.call("look", None, |intents| match intents.iter().find(|intent| intent.id == intent_id) {
            Some(intent) => said(intent),
            None => refused("resource_missing", Some("intent")),
        })
    }
}

#[async_trait]
impl FindIntents for FakeStripe {
    async fn find(&self, order_id: &OrderId) -> Result<Vec<Intent>, Error> {
        let mut inner = self.0.lock().unwrap();
        inner.calls.push("find");
        Ok(inner.intents.iter().filter(|intent| intent.order_id.as_ref() == Some(order_id)).cloned().collect())
    }
}

#[async_trait]
impl CaptureIntent for FakeStripe {
    async fn capture(&self, _: &str, key: Option<&Key>) -> Result<Intent, Error> {
        self.call("capture", key.map(Key::as_str), |intents| match intents[0].state {
            State::RequiresCapture => {
                intents[0].state = TAKEN;
                said(&intents[0])
            }
            _ => refused("payment_intent_unexpected_state", None),
        })
    }
}

#[async_trait]
impl CancelIntent for FakeStripe {
    async fn cancel(&self, _: &str, key: Option<&Key>) -> Result<Intent, Error> {
        self.call("cancel", key.map(Key::as_str), |intents| match intents[0].state {
            state if state.is_open() && state != State::Pending => {
                intents[0].state = State::Canceled { was_authorized: state == State::RequiresCapture };
                said(&intents[0])
            }
            _ => refused("payment_intent_unexpected_state", None),
        })
    }
}

#[async_trait]
impl Refund for FakeStripe {
    async fn refund(&self, _: &str, key: Option<&Key>) -> Result<(), Error> {
        let answer = self.call("refund", key.map(Key::as_str), |intents| match intents[0].state {
            TAKEN => {
                intents[0].state = GIVEN_BACK;
                said(&intents[0])
            }
            _ => refused("charge_already_refunded", None),
        });
        answer.map(|_| ())
    }
}

/// The table's row of the one order there is.
#[derive(Default)]
pub(super) struct FakePayments {
    row: Mutex<Option<Payment>>,
    events: Mutex<Vec<String>>,
    down: Mutex<bool>,
}

impl FakePayments {
    pub fn row(&self) -> Option<Payment> {
        self.row.lock().unwrap().clone()
    }

    pub fn status(&self) -> Option<Status> {
        self.row().map(|row| row.status)
    }

    pub fn events(&self) -> Vec<String> {
        self.events.lock().unwrap().clone()
    }

    /// Has the next write fail.
    pub fn fail_once(&self) {
        *self.down.lock().unwrap() = true;
    }
}

#[async_trait]
impl RecordPayment for FakePayments {
    async fn record(&self, payment: &Payment, event_id: Option<&str>) -> Result<bool, Error> {
        if std::mem::take(&mut *self.down.lock().unwrap()) {
            return Err(Error::Unavailable("throttled".to_owned()));
        }
        let mut row = self.row.lock().unwrap();
        let before = row.clone();
        let after = match before.clone() {
            Some(row) => row.then(payment.clone()),
            None => payment.clone(),
        };
        assert!(after.open_minor().is_some(), "the ledger balances: {after:?}");
        let news = before.as_ref() != Some(&after);
        *row = Some(after);
        self.events.lock().unwrap().extend(event_id.filter(|_| news).map(str::to_owned));
        Ok(news)
    }
}

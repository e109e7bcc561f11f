//! A stand-in for the part of Stripe that a shop with manual capture uses: PaymentIntents, refunds, idempotency keys and
//! webhooks, in process.
//!
//! It exists so that the shop can be run and simulated whole. It is therefore faithful where money can be lost (what a key
//! replays, what a decline leaves behind, when an authorization lapses, what a search cannot see yet, which events are
//! sent) and leaves out the rest; `README.md` lists both. The core is synchronous, does no I/O, takes the time from a
//! [`Clock`] and makes ids by counting, so that a simulator can drive it and replay it. Losing requests or answers,
//! delaying them, and delivering webhooks late, twice or out of order is the caller's part.
//!
//! `http` reads a request and answers it, `requests` and `params` check it, `idempotency` remembers it, `operations`
//! carries it out on the `account`, `intents` and `refunds` are the rules, `objects` is how things look in JSON.

// A Charge has more fields than `json!` can nest by default.
#![recursion_limit = "256"]

mod account;
mod amounts;
mod cards;
mod error;
mod events;
mod http;
mod idempotency;
mod intents;
mod objects;
mod operations;
mod params;
mod rate_limit;
mod refunds;
mod requests;
mod search;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ::http::{Request, Response};
use kernel::{Clock, SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Notify;

use account::{Account, Cause};
use operations::Call;
use rate_limit::Bucket;

pub use events::{API_VERSION, EventType, Webhook};
pub use intents::Authentication;

/// How a [`FakeStripe`] is set up.
#[derive(Clone)]
pub struct Options {
    /// The secret key that requests must carry, `sk_…`.
    pub api_key: String,
    /// The signing secret of the webhook endpoint, `whsec_…`.
    pub webhook_secret: String,
    /// Told apart by this, two accounts never give out the same id.
    pub id_seed: u64,
    /// Which events the webhook endpoint is subscribed to.
    pub events: BTreeSet<EventType>,
    /// Requests per second before Stripe answers 429. `None`, the default, never does.
    ///
    /// Source: docs.stripe.com/rate-limits: 100 a second in live mode, 25 in a sandbox.
    pub requests_per_second: Option<u32>,
    /// How long a new intent stays invisible to search. Zero by default; Stripe's documentation says up to a minute, more in
    /// an outage, and not to search right after writing.
    ///
    /// Source: docs.stripe.com/search#data-freshness.
    pub search_lag: SignedDuration,
}

impl Options {
    /// Subscribed to what a shop has to know, without rate limit or search lag.
    pub fn new(api_key: impl Into<String>, webhook_secret: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            webhook_secret: webhook_secret.into(),
            id_seed: 0,
            events: EventType::OUTCOMES.into_iter().collect(),
            requests_per_second: None,
            search_lag: SignedDuration::ZERO,
        }
    }
}

/// Without the secrets.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("events", &self.events).finish_non_exhaustive()
    }
}

/// What may go wrong inside Stripe. What goes wrong on the way there or back is up to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// 429, before the request is looked at, and not saved under its key.
    RateLimited,
    /// 409 `idempotency_key_in_use`, as though an earlier request with the key were still running. Without a key: no fault.
    KeyInUse,
    /// 500 with no effect. It is saved under the key, so that a repetition gets the 500 again.
    ServerErrorBefore,
    /// 500 although everything was done. It is saved under the key, so that the key never tells.
    ServerErrorAfter,
}

/// Why [`FakeStripe::authenticate`] did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// There is no such intent.
    #[error("there is no such payment intent")]
    NoSuchIntent,
    /// The intent does not wait for the customer. Its status is given.
    #[error("the payment intent does not wait for the customer: it is {0}")]
    NotWaiting(&'static str),
}

/// One Stripe account in test mode.
pub struct FakeStripe {
    clock: Arc<dyn Clock>,
    options: Options,
    state: Mutex<State>,
    news: Notify,
}

pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) bucket: Bucket,
}

impl FakeStripe {
    /// An account in which nothing has happened yet.
    pub fn new(clock: Arc<dyn Clock>, options: Options) -> Self {
        let state = State { account: Account::new(options.id_seed), bucket: Bucket::default() };
        Self { clock, options, state: Mutex::new(state), news: Notify::new() }
    }

    /// Answers an API request.
    pub fn handle<B: AsRef<[u8]>>(&self, request: Request<B>) -> Response<Vec<u8>> {
        self.handle_with(request, Fault::None)
    }

    /// Answers an API request, with something going wrong inside Stripe.
    pub fn handle_with<B: AsRef<[u8]>>(&self, request: Request<B>, fault: Fault) -> Response<Vec<u8>> {
        let (parts, body) = request.into_parts();
        self.with_state(|state, now| http::answer(&self.options, state, now, &parts, body.as_ref(), fault))
    }

    /// The customer takes the bank's 3-D Secure step, well or badly. Answers the intent as it is afterwards.
    ///
    /// # Errors
    /// There is no such intent, or it does not wait for that.
    pub fn authenticate(&self, intent_id: &str, outcome: Authentication) -> Result<Value, AuthenticateError> {
        self.with_state(|state, now| self.call(state, now).authenticate(intent_id, outcome))
    }

    /// Takes all events that are to be delivered, oldest first. Delivering them is the caller's part, as is repeating that:
    /// Stripe tries for three days, and promises no order.
    pub fn drain_webhooks(&self) -> Vec<Webhook> {
        self.with_state(|state, _| std::mem::take(&mut state.account.outbox))
    }

    /// Gives back events that were taken and could not be delivered, so that a snapshot has them.
    pub fn return_webhooks(&self, webhooks: Vec<Webhook>) {
        self.with_state(|state, _| {
            state.account.outbox.splice(..0, webhooks);
        });
    }

    /// Tells when there are events to drain. Only one waiter is told, and one that comes too late is told at once.
    pub fn new_webhooks(&self) -> &Notify {
        &self.news
    }

    /// The value of the `Stripe-Signature` header for a webhook's body, sent at this moment.
    pub fn sign(&self, body: impl AsRef<[u8]>, at: Timestamp) -> String {
        events::signature(&self.options.webhook_secret, body.as_ref(), at)
    }

    /// All intents, oldest first, each with what Stripe would not say in one place: `_local.amount_refunded`, how much of
    /// the captured money was given back, and `_local.charges_captured`, how many of its charges were captured.
    pub fn intents(&self) -> Vec<Value> {
        self.with_state(|state, _| state.account.intents.values().map(objects::intent_with_books).collect())
    }

    /// Everything there is, for [`FakeStripe::restore`].
    ///
    /// # Errors
    /// It cannot be put into JSON, which does not happen.
    pub fn snapshot(&self) -> Result<Value, serde_json::Error> {
        self.with_state(|state, _| serde_json::to_value(&state.account))
    }

    /// Puts a snapshot in the place of everything there is.
    ///
    /// # Errors
    /// It is not a snapshot; then nothing has changed.
    pub fn restore(&self, snapshot: Value) -> Result<(), serde_json::Error> {
        let mut account: Account = serde_json::from_value(snapshot)?;
        account.ids.seed = self.options.id_seed;
        self.with_state(|state, _| state.account = account);
        Ok(())
    }

    /// Runs `f` on the state after all authorizations that are due have lapsed, and tells of events that are new.
    fn with_state<T>(&self, f: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let now = self.clock.now();
        let mut state = self.lock();
        self.call(&mut state, now).lapse_due();
        let answer = f(&mut state, now);
        if !state.account.outbox.is_empty() {
            self.news.notify_one();
        }
        answer
    }

    fn call<'a>(&'a self, state: &'a mut State, now: Timestamp) -> Call<'a> {
        Call { account: &mut state.account, options: &self.options, now: now.as_second(), cause: Cause::default() }
    }

    /// A panic elsewhere does not make the books unreadable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

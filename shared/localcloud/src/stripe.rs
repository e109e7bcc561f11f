//! The Stripe stand-in, as functions reach it.

use std::sync::Arc;

use fakestripe::{AuthenticateError, Authentication, FakeStripe, Fault};
use kernel::Clock;
use serde_json::Value;
use tracing::error;

use crate::{
    clock::LocalClock,
    cloud::{Inner, Options},
    connector::{Incoming, Outgoing},
    store::Store,
};

const SPACE: &str = "stripe";
const ACCOUNT: &str = "account";

/// The headers of Stripe's answers that clients look at.
const ANSWER_HEADERS: [&str; 4] = ["content-type", "idempotent-replayed", "request-id", "stripe-should-retry"];

/// The account, with what the store remembers.
pub(crate) fn open(options: &Options, clock: &Arc<LocalClock>, store: &Store) -> Arc<FakeStripe> {
    let secret = |name: &str| options.secrets.get(name).cloned().unwrap_or_default();
    let clock: Arc<dyn Clock> = clock.clone();
    let account = fakestripe::Options::new(secret("payments/stripe-api-key"), secret("payments/stripe-webhook-secret"));
    let stripe = FakeStripe::new(clock, account);
    for (_, snapshot) in store.load::<Value>(SPACE) {
        if let Err(why) = stripe.restore(snapshot) {
            error!(%why, "the Stripe stand-in's account cannot be read");
        }
    }
    Arc::new(stripe)
}

impl Inner {
    /// Answers a request to Stripe's API, with something going wrong inside Stripe.
    pub(crate) fn ask_stripe(&self, request: Outgoing, fault: Fault) -> Incoming {
        self.meter.note(|readings| readings.stripe_calls += 1);
        let path = request.uri.strip_prefix(&self.stripe_base).unwrap_or_default();
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(path);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let request = match builder.body(request.body) {
            Ok(request) => request,
            Err(why) => return Incoming { status: 400, headers: Vec::new(), body: why.to_string().into_bytes() },
        };
        let response = self.stripe.handle_with(request, fault);
        self.keep_stripe();
        let text = |name: &'static str| Some((name, response.headers().get(name)?.to_str().ok()?.to_owned()));
        let headers = ANSWER_HEADERS.into_iter().filter_map(text).collect();
        Incoming { status: response.status().as_u16(), headers, body: response.into_body() }
    }

    /// Plays the customer's 3-D Secure step.
    pub(crate) fn authenticate(&self, intent: &str, outcome: Authentication) -> Result<Value, AuthenticateError> {
        let intent = self.stripe.authenticate(intent, outcome)?;
        self.keep_stripe();
        Ok(intent)
    }

    /// Writes the account down, unless it outlives the cloud anyway. It is written whole: fine for the few thousand intents of a laptop.
    pub(crate) fn keep_stripe(&self) {
        if !self.store.is_durable() {
            return;
        }
        match self.stripe.snapshot() {
            Ok(snapshot) => self.store.put(SPACE, ACCOUNT, &snapshot),
            Err(why) => error!(%why, "the Stripe stand-in's account cannot be written"),
        }
    }
}

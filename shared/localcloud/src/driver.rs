//! Who decides what AWS leaves open: when things arrive, and what goes wrong.
//!
//! [`RealTime`], the default, is AWS on its best day. The simulator's driver (`scripts/shop/src/simulator`) draws every
//! decision from a seed. [`Enforced`](crate::limits::Enforced) adds AWS's limits to another one. A driver only
//! decides; the cloud carries it out (`carrier.rs`, `functions.rs`, `sources/`), so that what can go wrong is modelled once,
//! beside what goes right.

use std::{fmt, time::Duration};

use kernel::SignedDuration;

use crate::{gateway::Throttle, sqs::Courier};

/// A call that an invocation makes, to AWS or to Stripe. The SDK's own retries are calls too.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// `context/function` of the caller.
    pub function: &'a str,
    /// The invocation's request id.
    pub request_id: &'a str,
    /// Which of the invocation's calls it is, from 1.
    pub number: u32,
    /// `dynamodb`, `sqs`, `sns`, `states`, `ses`, `secretsmanager` or `stripe`.
    pub service: &'a str,
    /// The action, as in `PutItem`; for Stripe, method and path, as in `POST /v1/payment_intents`.
    pub action: &'a str,
    /// What is sent.
    pub body: &'a [u8],
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fate {
    /// How long the request is under way.
    pub there: Duration,
    /// What happens when it arrives.
    pub outcome: Outcome,
    /// How long the answer is under way.
    pub back: Duration,
}

/// What happens to a call when it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Outcome {
    /// It is performed and answered.
    #[default]
    Performed,
    /// It is refused because there are too many; nothing happens.
    Throttled,
    /// The connection breaks on the way there; nothing happens.
    Unreachable,
    /// The service answers with a fault of its own; nothing happens. Stripe saves the answer under the idempotency key.
    FailedBefore,
    /// Everything happens, and the service answers with a fault of its own. Stripe saves the answer under the idempotency key.
    FailedAfter,
    /// Everything happens, and the connection breaks on the way back.
    AnswerLost,
    /// It is performed twice, as when the network repeats it, and the second answer arrives.
    Twice,
    /// It is performed so much later, whatever the caller thinks of it by then; no answer arrives.
    Late(Duration),
    /// DynamoDB refuses a write because another transaction has the item. Another service performs the call.
    Conflict,
    /// Stripe refuses because a request with the same idempotency key is running. Another service performs the call.
    KeyInUse,
    /// The environment dies before the call.
    KilledBefore,
    /// Everything happens, and the environment dies before the answer arrives.
    KilledAfter,
}

/// What becomes of an invocation, apart from what becomes of its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InvocationFate {
    /// How long it waits for an environment.
    pub wait: Duration,
    /// What happens then.
    pub outcome: InvocationOutcome,
}

/// What happens to an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum InvocationOutcome {
    /// The function runs and its answer arrives.
    #[default]
    Run,
    /// It is refused because there are too many; nothing runs.
    Throttled,
    /// The function runs, and its answer is lost.
    AnswerLost,
    /// The function runs twice at the same time, in two environments; one answer arrives.
    Twice,
}

/// What becomes of a batch of stream records that was handled well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamFate {
    /// How long the next read waits, beyond what it always does.
    pub wait: Duration,
    /// Whether the batch is handed over once more.
    pub again: bool,
}

/// Decides. Every default is the best that AWS does.
pub trait Driver: Courier {
    /// What becomes of a call.
    fn call(&self, call: &Call<'_>) -> Fate {
        let _ = call;
        Fate::default()
    }

    /// Is told when a call is performed, which may be more than once.
    fn performed(&self, call: &Call<'_>) {
        let _ = call;
    }

    /// Is told when the answer reaches the caller: an HTTP status, or zero when the connection broke.
    fn answered(&self, call: &Call<'_>, status: u16) {
        let _ = (call, status);
    }

    /// Changes what a function sends, as a mistake in its adapter would. For tests that plant bugs.
    fn rewrite(&self, call: &Call<'_>) -> Option<Vec<u8>> {
        let _ = call;
        None
    }

    /// Headers that take the place of those that a function sends, by name in small letters. For tests that plant bugs.
    fn headers(&self, call: &Call<'_>) -> Vec<(&'static str, String)> {
        let _ = call;
        Vec::new()
    }

    /// What becomes of an invocation of `function`.
    fn invocation(&self, function: &str) -> InvocationFate {
        let _ = function;
        InvocationFate::default()
    }

    /// Is told when an invocation is over that `invocation` did not refuse: once for each, however it ends.
    fn invoked(&self, function: &str) {
        let _ = function;
    }

    /// Whether every invocation has its environment to itself, as in Lambda. Otherwise all of a function share one, which
    /// starts faster and remembers more.
    fn isolates(&self) -> bool {
        false
    }

    /// How far the clock of a new environment is ahead of the cloud's.
    fn skew(&self, function: &str) -> SignedDuration {
        let _ = function;
        SignedDuration::ZERO
    }

    /// How many invocations may have messages of `queue` at once by now, when there are messages for `wanted`, which is never
    /// more than its trigger's concurrency.
    fn pollers(&self, queue: &str, wanted: usize) -> usize {
        let _ = queue;
        wanted
    }

    /// Whether the messages that were just received from `queue` are lost on their way to a function, until they are visible
    /// again.
    fn drops(&self, queue: &str) -> bool {
        let _ = queue;
        false
    }

    /// What becomes of a batch of stream records that `function` has handled.
    fn stream(&self, function: &str) -> StreamFate {
        let _ = function;
        StreamFate::default()
    }

    /// How late a schedule invokes `function` this time.
    fn lateness(&self, function: &str) -> Duration {
        let _ = function;
        Duration::ZERO
    }

    /// After how long each copy of a webhook is sent; none, when Stripe never sends it.
    fn webhook(&self, event_id: &str) -> Vec<Duration> {
        let _ = event_id;
        vec![Duration::ZERO]
    }

    /// How often an execution of a state machine runs, at the same time: an Express workflow runs at least once.
    ///
    /// Source: Step Functions, "Choosing workflow type".
    fn runs(&self, execution: &str) -> u32 {
        let _ = execution;
        1
    }

    /// Is told when a run of an execution begins.
    fn execution_begun(&self, execution: &str) {
        let _ = execution;
    }

    /// Is told when a run of an execution is over, however it ends.
    fn execution_ended(&self, execution: &str) {
        let _ = execution;
    }

    /// How long an execution waits before it enters its next state, or tries one again.
    fn transition(&self, execution: &str) -> Duration {
        let _ = execution;
        Duration::ZERO
    }

    /// How many requests the API takes.
    fn throttle(&self) -> Throttle {
        Throttle::ACCOUNT_DEFAULT
    }

    /// Is told what happens, in the order in which it happens.
    fn note(&self, what: fmt::Arguments<'_>) {
        let _ = what;
    }
}

/// AWS on its best day, at the speed of the machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealTime;

impl Courier for RealTime {}
impl Driver for RealTime {}

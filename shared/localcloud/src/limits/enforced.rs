//! The driver that enforces the limits.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Clock, SignedDuration, Timestamp};
use topology::Shop;

use super::{
    Limits, Peak, Wall, Workflow,
    capacity::Capacity,
    conflicts::Conflicts,
    latency::Latency,
    rate::{Buckets, Need, Rate, TOKEN},
    scaling::{Environment, Functions, Pollers},
    usage::{Span, Usage},
};
use crate::{
    clock::LocalClock,
    cloud,
    driver::{Call, Driver, Fate, InvocationFate, InvocationOutcome, Outcome, StreamFate},
    gateway::Throttle,
    sqs::{Courier, Delivery},
};

const CONFLICTS: &str = "dynamodb-item-transactions";

/// What account-wide limits limit.
const ACCOUNT: &str = "account";

/// Another driver, within the limits. What that one lets fail before it reaches a service uses nothing; a refusal takes the
/// place of whatever else it had in mind for a call.
pub struct Enforced {
    inner: Arc<dyn Driver>,
    clock: Arc<LocalClock>,
    limits: Limits,
    workflow: Workflow,
    capacity: Capacity,
    /// `context/name` of queues, by what requests call them.
    queues: BTreeMap<String, String>,
    rates: Rates,
    state: Mutex<State>,
}

/// The limits that are an account's.
struct Rates {
    starts: Rate,
    transitions: Rate,
    publishes: Rate,
    mails: Rate,
    stripe: Rate,
}

struct State {
    latency: Latency,
    buckets: Buckets,
    conflicts: Conflicts,
    functions: Functions,
    pollers: Pollers,
    executions: Span,
    transitions: u64,
    usage: Usage,
}

impl Enforced {
    /// `inner` within `limits`, in a cloud that runs `shop` by `clock`. `seed` decides how long things take.
    pub fn new(
        inner: Arc<dyn Driver>,
        shop: &Shop,
        clock: Arc<LocalClock>,
        limits: Limits,
        workflow: Workflow,
        seed: u64,
    ) -> Self {
        let names = &cloud::names();
        let queues = shop.services.iter().flat_map(|service| {
            let context = &service.context;
            service.queues.keys().map(move |name| (names.resource(context, name), format!("{context}/{name}")))
        });
        let starts = match workflow {
            Workflow::Express => Rate::per_second(&limits, "express-starts"),
            Workflow::Standard => Rate::with_burst(&limits, "standard-starts", "standard-starts-burst"),
        };
        let state = State {
            latency: Latency::new(seed),
            buckets: Buckets::default(),
            conflicts: Conflicts::default(),
            functions: Functions::new(&limits),
            pollers: Pollers::new(&limits),
            executions: Span::default(),
            transitions: 0,
            usage: Usage::default(),
        };
        Self {
            capacity: Capacity::new(shop, names, &limits),
            queues: queues.collect(),
            rates: Rates {
                starts,
                transitions: Rate::with_burst(&limits, "standard-transitions", "standard-transitions-burst"),
                publishes: Rate::per_second(&limits, "sns-publishes"),
                mails: Rate::per_second(&limits, "ses-mails"),
                stripe: Rate::per_second(&limits, "stripe-requests"),
            },
            state: Mutex::new(state),
            inner,
            clock,
            limits,
            workflow,
        }
    }

    /// Forgets what was used so far, as after the shop's set-up. What is under way, and what is left of every limit, stays.
    pub fn reset(&self) {
        let now = self.clock.now();
        let mut state = self.state();
        state.usage = Usage::default();
        state.buckets.forget_taken();
        state.functions.forget(now);
        state.executions.forget(now);
        state.transitions = 0;
    }

    /// The limits that bound, most often first.
    pub fn walls(&self) -> Vec<Wall> {
        self.state().usage.walls()
    }

    /// The most that was used of each limit and by whom, highest share of the limit first. Of partitions, the hottest twenty
    /// or so.
    pub fn peaks(&self) -> Vec<Peak> {
        self.state().usage.peaks(&self.limits)
    }

    /// The transitions of executions: states entered, and tries of one that failed.
    pub fn transitions(&self) -> u64 {
        self.state().transitions
    }

    /// How long invocations ran, in seconds, by `context/function`: the starts of environments included, Lambda's own part
    /// not, as it is billed.
    pub fn invocation_seconds(&self) -> BTreeMap<String, f64> {
        self.state().functions.seconds(self.clock.now())
    }

    /// How long executions ran, in seconds.
    pub fn execution_seconds(&self) -> f64 {
        self.state().executions.seconds(self.clock.now())
    }

    /// How many token buckets there are.
    #[cfg(test)]
    pub(super) fn buckets(&self) -> usize {
        self.state().buckets.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call is refused, and how. One that is not has used what it needs, and holds its items `until` then.
    fn refusal(&self, state: &mut State, call: &Call<'_>, now: Timestamp, until: Timestamp) -> Option<Outcome> {
        let State { buckets, usage, conflicts, .. } = state;
        let mut take = |rate, count: i128| {
            let need = Need { rate, of: ACCOUNT, parts: count * TOKEN };
            (!buckets.take(&[need], now, usage)).then_some(Outcome::Throttled)
        };
        match (call.service, call.action) {
            ("states", "StartExecution") => take(self.rates.starts, 1),
            ("sns", "Publish") => take(self.rates.publishes, 1),
            ("sns", "PublishBatch") => take(self.rates.publishes, messages(call.body)),
            ("ses", _) => take(self.rates.mails, 1),
            ("stripe", _) => take(self.rates.stripe, 1),
            ("dynamodb", operation) => {
                let request = self.capacity.request(operation, call.body);
                if !self.capacity.take(&request, buckets, now, usage) {
                    return Some(Outcome::Throttled);
                }
                if self.limits.get(CONFLICTS) > 1 {
                    return None;
                }
                let item = conflicts.meet(&request, now, until)?;
                usage.wall(CONFLICTS, &item, now);
                Some(Outcome::Conflict)
            }
            _ => None,
        }
    }
}

/// Whether a call reaches its service, if this is what becomes of it.
fn arrives(outcome: Outcome) -> bool {
    use Outcome::{Conflict, FailedBefore, KeyInUse, KilledBefore, Throttled, Unreachable};
    !matches!(outcome, Throttled | Unreachable | FailedBefore | Conflict | KeyInUse | KilledBefore)
}

/// How many messages a `PublishBatch` has. Source: SNS API reference, `PublishBatchRequestEntry`.
fn messages(form: &[u8]) -> i128 {
    let messages = form_urlencoded::parse(form).filter(|(name, _)| name.ends_with(".Message")).count();
    i128::try_from(messages).unwrap_or_default()
}

fn after(now: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

impl Courier for Enforced {
    fn delivery(&self, queue: &str) -> Delivery {
        self.inner.delivery(queue)
    }

    fn passed_over(&self, queue: &str) -> usize {
        self.inner.passed_over(queue)
    }

    fn fails_entry(&self, target: &str) -> bool {
        self.inner.fails_entry(target)
    }

    fn published(&self, topic_arn: &str, message: &str) {
        self.inner.published(topic_arn, message);
    }

    fn repeats(&self, queue: &str) -> bool {
        self.inner.repeats(queue)
    }
}

impl Driver for Enforced {
    fn call(&self, call: &Call<'_>) -> Fate {
        let fate = self.inner.call(call);
        let now = self.clock.now();
        let mut state = self.state();
        // Half of it before, half of it after what the call does. A service has it all that time.
        let half = state.latency.call(call) / 2;
        let fate = Fate { there: fate.there + half, back: fate.back + half, ..fate };
        if !arrives(fate.outcome) {
            return fate;
        }
        let until = after(now, fate.there + fate.back);
        let outcome = self.refusal(&mut state, call, now, until).unwrap_or(fate.outcome);
        Fate { outcome, ..fate }
    }

    fn performed(&self, call: &Call<'_>) {
        self.inner.performed(call);
    }

    fn answered(&self, call: &Call<'_>, status: u16) {
        self.inner.answered(call, status);
    }

    fn rewrite(&self, call: &Call<'_>) -> Option<Vec<u8>> {
        self.inner.rewrite(call)
    }

    fn headers(&self, call: &Call<'_>) -> Vec<(&'static str, String)> {
        self.inner.headers(call)
    }

    fn invocation(&self, function: &str) -> InvocationFate {
        let fate = self.inner.invocation(function);
        if fate.outcome == InvocationOutcome::Throttled {
            return fate;
        }
        let now = self.clock.now();
        let mut state = self.state();
        let State { functions, buckets, usage, latency, .. } = &mut *state;
        let Some(environment) = functions.begin(function, now, buckets, usage) else {
            return InvocationFate { outcome: InvocationOutcome::Throttled, ..fate };
        };
        let unbilled = fate.wait + latency.overhead();
        functions.deduct(function, unbilled.as_secs_f64());
        let start = if environment == Environment::New { latency.cold_start() } else { Duration::ZERO };
        InvocationFate { wait: unbilled + start, ..fate }
    }

    fn invoked(&self, function: &str) {
        self.inner.invoked(function);
        self.state().functions.end(function, self.clock.now());
    }

    fn isolates(&self) -> bool {
        self.inner.isolates()
    }

    fn skew(&self, function: &str) -> SignedDuration {
        self.inner.skew(function)
    }

    fn pollers(&self, queue: &str, wanted: usize) -> usize {
        let most = self.inner.pollers(queue, wanted);
        let name = self.queues.get(queue).map_or(queue, String::as_str);
        let State { pollers, usage, .. } = &mut *self.state();
        pollers.ask(name, wanted, self.clock.now(), usage).min(most)
    }

    fn drops(&self, queue: &str) -> bool {
        self.inner.drops(queue)
    }

    fn stream(&self, function: &str) -> StreamFate {
        self.inner.stream(function)
    }

    fn lateness(&self, function: &str) -> Duration {
        self.inner.lateness(function)
    }

    fn webhook(&self, event_id: &str) -> Vec<Duration> {
        self.inner.webhook(event_id)
    }

    fn runs(&self, execution: &str) -> u32 {
        self.inner.runs(execution)
    }

    fn execution_begun(&self, execution: &str) {
        self.inner.execution_begun(execution);
        self.state().executions.begin(self.clock.now());
    }

    fn execution_ended(&self, execution: &str) {
        self.inner.execution_ended(execution);
        self.state().executions.end(self.clock.now());
    }

    fn transition(&self, execution: &str) -> Duration {
        let wait = self.inner.transition(execution);
        let mut state = self.state();
        state.transitions += 1;
        if self.workflow == Workflow::Express {
            return wait;
        }
        let State { buckets, usage, .. } = &mut *state;
        wait + buckets.wait(self.rates.transitions, ACCOUNT, self.clock.now(), usage)
    }

    fn throttle(&self) -> Throttle {
        let number = |name| u32::try_from(self.limits.get(name)).unwrap_or(u32::MAX);
        Throttle { rate: number("api-requests"), burst: number("api-requests-burst") }
    }

    fn note(&self, what: fmt::Arguments<'_>) {
        self.inner.note(what);
    }
}

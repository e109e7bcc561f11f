//! What goes wrong in a test's cloud, exactly where the test says.
//!
//! A fault that is planned and never strikes makes its test vacuous, so [`super::Stage::finish`] fails when there is one.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use localcloud::{
    driver::{Call, Driver, Fate, InvocationFate, InvocationOutcome, Outcome, StreamFate},
    sqs::{Courier, Delivery},
};

/// A driver that does what it is told, and otherwise is AWS on its best day.
#[derive(Default)]
pub struct Faults(Mutex<State>);

#[derive(Default)]
struct State {
    calls: Vec<Planned<Fate>>,
    invocations: Vec<Planned<InvocationFate>>,
    /// How often each function's call has reached its service.
    performed: BTreeMap<String, usize>,
    /// How often an execution runs at the same time, besides the first.
    more_runs: u32,
    /// How many copies of a webhook are sent, besides the first.
    more_webhooks: usize,
    /// Whether streams and topics hand everything over twice.
    repeating: bool,
    /// The functions whose last batch is to be handed over again.
    repeated: Vec<String>,
    /// How many batches and messages came twice.
    repetitions: u64,
}

/// A fault that strikes some calls.
struct Planned<F> {
    function: String,
    action: String,
    fate: F,
    left: u32,
    struck: u32,
}

impl<F: Copy> Planned<F> {
    /// The fate of this call, if it is meant.
    fn strike(&mut self, function: &str, action: &str) -> Option<F> {
        let meant = self.left > 0 && function == self.function && action.ends_with(&self.action);
        meant.then(|| {
            self.left -= 1;
            self.struck += 1;
            self.fate
        })
    }

    fn name(&self) -> String {
        format!("{} {}", self.function, self.action).trim().to_owned()
    }
}

/// How late a message comes a second time, at most.
pub const LATEST: Duration = Duration::from_secs(100);

/// So often the SDK makes a call before it is given up (`lambda::retries`).
pub const ATTEMPTS: u32 = 3;

/// How long a call is under way that never comes anywhere.
const FOR_EVER: Duration = Duration::from_secs(1_000_000);

impl Faults {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan(&self, function: &str, action: &str, fate: Fate, times: u32) {
        let (function, action) = (function.to_owned(), action.to_owned());
        self.state().calls.push(Planned { function, action, fate, left: times, struck: 0 });
    }

    /// This happens to the next call of `function` whose action ends like `action`: `PutItem`, or `/capture` for Stripe.
    pub fn strike(&self, function: &str, action: &str, outcome: Outcome) {
        self.plan(function, action, Fate { outcome, ..Fate::default() }, 1);
    }

    /// This happens to every such call from now on, until [`Faults::mend`].
    pub fn strike_all(&self, function: &str, action: &str, outcome: Outcome) {
        self.plan(function, action, Fate { outcome, ..Fate::default() }, u32::MAX);
    }

    /// No such call comes anywhere from now on, until [`Faults::mend`]; its caller waits as long as it will.
    pub fn stall(&self, function: &str, action: &str) {
        self.delay(function, action, FOR_EVER);
    }

    /// Every such call takes so long from now on, until [`Faults::mend`].
    pub fn delay(&self, function: &str, action: &str, there: Duration) {
        self.plan(function, action, Fate { there, ..Fate::default() }, u32::MAX);
    }

    /// This happens to the next invocations of `function`.
    pub fn strike_invocation(&self, function: &str, outcome: InvocationOutcome, times: u32) {
        let fate = InvocationFate { outcome, ..InvocationFate::default() };
        let function = function.to_owned();
        self.state().invocations.push(Planned { function, action: String::new(), fate, left: times, struck: 0 });
    }

    /// From now on an execution runs so often, at the same time.
    pub fn run_executions(&self, times: u32) {
        self.state().more_runs = times - 1;
    }

    /// From now on so many copies of a webhook are sent, at the same time.
    pub fn send_webhooks(&self, times: usize) {
        self.state().more_webhooks = times - 1;
    }

    /// From now on streams and topics hand everything over twice; topics the second time up to [`LATEST`] later.
    pub fn repeat_everything(&self) {
        self.state().repeating = true;
    }

    /// From now on nothing goes wrong any more.
    pub fn mend(&self) {
        let mut state = self.state();
        state.calls.iter_mut().for_each(|planned| planned.left = 0);
        state.invocations.iter_mut().for_each(|planned| planned.left = 0);
    }

    /// How often a function's call has reached its service.
    pub fn performed(&self, function: &str, action: &str) -> usize {
        let state = self.state();
        let such = |name: &str| name.starts_with(&format!("{function} ")) && name.ends_with(action);
        state.performed.iter().filter(|(name, _)| such(name)).map(|(_, count)| count).sum()
    }

    /// How many batches and messages came twice.
    pub fn repetitions(&self) -> u64 {
        self.state().repetitions
    }

    /// The faults that were to strike once at least, and have not.
    pub fn unused(&self) -> Vec<String> {
        let state = self.state();
        let calls = state.calls.iter().filter(|planned| planned.struck == 0).map(Planned::name);
        let invocations = state.invocations.iter().filter(|planned| planned.struck == 0).map(Planned::name);
        calls.chain(invocations).collect()
    }

    /// How often such a fault has struck.
    pub fn strikes(&self, function: &str, action: &str) -> u32 {
        let such = |planned: &&Planned<Fate>| planned.function == function && planned.action == action;
        self.state().calls.iter().filter(such).map(|planned| planned.struck).sum()
    }
}

impl Courier for Faults {
    fn delivery(&self, _: &str) -> Delivery {
        let mut state = self.state();
        if !state.repeating {
            return Delivery::default();
        }
        // Late, and the newest first.
        let again = LATEST.saturating_sub(Duration::from_millis(state.repetitions));
        state.repetitions += 1;
        Delivery { again: Some(again), ..Delivery::default() }
    }
}

impl Driver for Faults {
    fn call(&self, call: &Call<'_>) -> Fate {
        let mut state = self.state();
        state.calls.iter_mut().find_map(|planned| planned.strike(call.function, call.action)).unwrap_or_default()
    }

    fn performed(&self, call: &Call<'_>) {
        *self.state().performed.entry(format!("{} {}", call.function, call.action)).or_default() += 1;
    }

    fn invocation(&self, function: &str) -> InvocationFate {
        let mut state = self.state();
        state.invocations.iter_mut().find_map(|planned| planned.strike(function, "")).unwrap_or_default()
    }

    /// Every batch is handed over once more, and its repetition is not.
    fn stream(&self, function: &str) -> StreamFate {
        let mut state = self.state();
        if !state.repeating {
            return StreamFate::default();
        }
        let place = state.repeated.iter().position(|repeated| repeated == function);
        match place {
            Some(place) => {
                state.repeated.remove(place);
                StreamFate::default()
            }
            None => {
                state.repeated.push(function.to_owned());
                state.repetitions += 1;
                StreamFate { again: true, ..StreamFate::default() }
            }
        }
    }

    fn webhook(&self, _: &str) -> Vec<Duration> {
        vec![Duration::ZERO; self.state().more_webhooks + 1]
    }

    fn runs(&self, _: &str) -> u32 {
        self.state().more_runs + 1
    }
}

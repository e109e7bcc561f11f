//! Strikes exactly where it is told to, and remembers every call that was made.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Clock, SignedDuration, Timestamp};
use localcloud::{
    LocalClock,
    driver::{Call, Fate, InvocationFate, InvocationOutcome, Outcome},
};

/// How long every request and every answer is under way.
const UNDER_WAY: Duration = Duration::from_millis(2);

/// A call that a function made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Made {
    /// `context/function`.
    pub function: String,
    /// Which of its invocation's calls it was, from 1.
    pub number: u32,
    /// Service and action, as in `dynamodb PutItem`; without the ids of what it was about.
    pub call: String,
}

impl Made {
    fn of(call: &Call<'_>) -> Self {
        let action: Vec<_> = call.action.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
        let call_name = format!("{} {}", call.service, action.join("/"));
        Self { function: call.function.to_owned(), number: call.number, call: call_name }
    }
}

/// Whether a part of a path is one of Stripe's ids, such as `pi_1`.
fn is_id(part: &str) -> bool {
    ["pi_", "re_", "ch_", "evt_"].iter().any(|prefix| part.starts_with(prefix))
}

/// A fault that strikes one call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strike {
    /// Which of all calls, from 0, in the order in which they are made.
    pub place: usize,
    /// The call that is made there: the course of events is repeatable up to the strike.
    pub made: Made,
    /// What happens to it.
    pub outcome: Outcome,
}

/// Something that happens to the invocations of one function.
#[derive(Debug, Clone)]
pub struct Interference {
    /// `context/function`.
    pub function: String,
    /// Which of its invocations, from 1.
    pub which: u32,
    /// What happens to it.
    pub outcome: InvocationOutcome,
    /// For how long the same happens to all further ones.
    pub lasts: Duration,
}

/// What a scenario is made of besides people: how the cloud differs from its best day.
#[derive(Debug, Clone, Copy)]
pub enum Circumstance {
    /// The first so many invocations of a function wait so many seconds for their environment.
    Waits(&'static str, u32, u64),
    /// The first so many invocations of a function are refused: too many.
    Throttled(&'static str, u32),
    /// The first call of a function whose action begins like this comes to that.
    Call(&'static str, &'static str, Outcome),
    /// A service cannot be reached from one second to another, counted from the beginning.
    Outage(&'static str, u64, u64),
}

/// Decides what becomes of calls and invocations, and remembers them. Until it is begun, nothing goes wrong, and nothing counts.
#[derive(Debug)]
pub struct Script {
    circumstances: &'static [Circumstance],
    strikes: Vec<Strike>,
    interference: Option<Interference>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    begun: Option<Timestamp>,
    made: Vec<Made>,
    invoked: Vec<String>,
    /// How many of the strikes have struck.
    struck: usize,
    /// When the interference began.
    interfered: Option<Timestamp>,
    /// Calls that were to be struck, and were others than expected.
    astray: Vec<String>,
    /// Of the circumstances, which calls have been met already.
    met: Vec<usize>,
}

/// What a script has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The calls, in order.
    pub made: Vec<Made>,
    /// The functions that were invoked, in order.
    pub invoked: Vec<String>,
}

impl Script {
    /// A script for these circumstances, in which these faults strike.
    pub fn new(
        circumstances: &'static [Circumstance],
        strikes: Vec<Strike>,
        interference: Option<Interference>,
    ) -> Self {
        Self { circumstances, strikes, interference, state: Mutex::default() }
    }

    /// Begins.
    pub fn begin(&self, clock: &LocalClock) {
        self.state().begun = Some(clock.now());
    }

    /// What has been seen so far.
    pub fn seen(&self) -> Seen {
        let state = self.state();
        Seen { made: state.made.clone(), invoked: state.invoked.clone() }
    }

    /// Faults that have not struck, or not where they were meant to: with them a run says nothing.
    pub fn missed(&self) -> Vec<String> {
        let state = self.state();
        let mut missed = state.astray.clone();
        if state.struck != self.strikes.len() {
            missed.push(format!("{} of {} faults struck", state.struck, self.strikes.len()));
        }
        if let Some(interference) = self.interference.as_ref().filter(|_| state.interfered.is_none()) {
            missed.push(format!("{} was not invoked for the {}th time", interference.function, interference.which));
        }
        missed
    }

    /// What becomes of a call.
    pub fn call(&self, call: &Call<'_>, now: Timestamp) -> Fate {
        let usual = Fate { there: UNDER_WAY, outcome: Outcome::Performed, back: UNDER_WAY };
        let mut state = self.state();
        let Some(begun) = state.begun else { return usual };
        let (place, made) = (state.made.len(), Made::of(call));
        let strike = self.strikes.iter().find(|strike| strike.place == place);
        if let Some(strike) = strike {
            state.struck += 1;
            if strike.made != made {
                state.astray.push(format!("call {place} was to be {:?}, and is {made:?}", strike.made));
            }
        }
        state.made.push(made);
        let outcome = strike.map(|strike| strike.outcome);
        let outcome = outcome.or_else(|| self.circumstances_of(call, &mut state, now.duration_since(begun)));
        Fate { outcome: outcome.unwrap_or_default(), ..usual }
    }

    fn circumstances_of(&self, call: &Call<'_>, state: &mut State, since: SignedDuration) -> Option<Outcome> {
        self.circumstances.iter().enumerate().find_map(|(place, circumstance)| match *circumstance {
            Circumstance::Outage(service, from, until) => {
                let during: Range<u64> = from..until;
                let now = u64::try_from(since.as_secs()).unwrap_or_default();
                (service == call.service && during.contains(&now)).then_some(Outcome::Unreachable)
            }
            Circumstance::Call(function, action, outcome) => {
                let meant = function == call.function && call.action.starts_with(action) && !state.met.contains(&place);
                meant.then(|| {
                    state.met.push(place);
                    outcome
                })
            }
            Circumstance::Waits(..) | Circumstance::Throttled(..) => None,
        })
    }

    /// What becomes of an invocation.
    pub fn invocation(&self, function: &str, now: Timestamp) -> InvocationFate {
        let mut state = self.state();
        let mut fate = InvocationFate { wait: UNDER_WAY, outcome: InvocationOutcome::Run };
        if state.begun.is_none() {
            return fate;
        }
        state.invoked.push(function.to_owned());
        let count = state.invoked.iter().filter(|invoked| *invoked == function).count();
        let which = u32::try_from(count).unwrap_or(u32::MAX);
        for circumstance in self.circumstances {
            match *circumstance {
                Circumstance::Waits(name, first, seconds) if name == function && which <= first => {
                    fate.wait = Duration::from_secs(seconds);
                }
                Circumstance::Throttled(name, first) if name == function && which <= first => {
                    fate.outcome = InvocationOutcome::Throttled;
                }
                _ => {}
            }
        }
        let interference = self.interference.as_ref().filter(|interference| interference.function == function);
        if let Some(Interference { which: nth, outcome, lasts, .. }) = interference {
            if which == *nth {
                state.interfered = Some(now);
            }
            let since = state.interfered.and_then(|began| Duration::try_from(now.duration_since(began)).ok());
            if since.is_some_and(|since| which == *nth || since < *lasts) {
                fate.outcome = *outcome;
            }
        }
        fate
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

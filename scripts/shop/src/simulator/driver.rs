//! The simulated driver of the local cloud: decides from the seed when things arrive and what goes wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Clock, SignedDuration, Timestamp};
use lambda::UniqueIds;
use localcloud::{
    LocalClock,
    driver::{Call, Driver, Fate, InvocationFate, InvocationOutcome, Outcome, StreamFate},
    sqs::{Courier, Delivery},
};
use uuid::{Builder, Uuid};

use super::{
    Bug,
    dice::Dice,
    faults::{Kind, Odds},
    history::History,
    matrix::Script,
    witness::Witness,
};

/// A time during which a service cannot be reached.
#[derive(Debug, Clone)]
pub struct Outage {
    /// The service, as calls name it.
    pub service: &'static str,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Decides everything that AWS leaves open.
pub struct Simulated {
    clock: Arc<LocalClock>,
    bug: Option<Arc<Bug>>,
    only: Option<BTreeSet<u64>>,
    /// What becomes of calls and invocations, where that is not left to the dice.
    script: Option<Arc<Script>>,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    odds: Odds,
    outages: Vec<Outage>,
    /// Nothing goes wrong any more.
    calm: bool,
    drawn: u64,
    counts: BTreeMap<Kind, u64>,
    history: History,
    witness: Witness,
}

/// What can happen to every call.
const CALLS: [Kind; 10] = [
    Kind::CallSlow,
    Kind::CallThrottled,
    Kind::CallUnreachable,
    Kind::CallFailedBefore,
    Kind::CallFailedAfter,
    Kind::CallAnswerLost,
    Kind::CallTwice,
    Kind::CallLate,
    Kind::KilledBefore,
    Kind::KilledAfter,
];

/// What can happen to this call alone.
fn special(call: &Call<'_>) -> Option<Kind> {
    match call.service {
        "stripe" if call.action.starts_with("POST") => Some(Kind::StripeKeyInUse),
        "dynamodb" if call.action.starts_with("Transact") => Some(Kind::TransactionConflict),
        _ => None,
    }
}

impl Simulated {
    /// A driver for this seed. Nothing goes wrong until [`Simulated::set_calm`] says so. Of the faults that it draws, only
    /// those in `only` happen, by their numbers from 1.
    pub fn new(
        seed: u64,
        clock: Arc<LocalClock>,
        bug: Option<Arc<Bug>>,
        only: Option<BTreeSet<u64>>,
        keep_history: bool,
    ) -> Self {
        let mut dice = Dice::named(seed, "faults");
        let odds = Odds::drawn(&mut dice);
        let state = State {
            dice,
            odds,
            outages: Vec::new(),
            calm: true,
            drawn: 0,
            counts: BTreeMap::new(),
            history: History::new(keep_history),
            witness: Witness::default(),
        };
        Self { clock, bug, only, script: None, state: Mutex::new(state) }
    }

    /// This driver, for which `script` decides what becomes of calls and invocations.
    pub fn with_script(mut self, script: Arc<Script>) -> Self {
        self.script = Some(script);
        self
    }

    /// From now on nothing goes wrong, or again as the seed has it.
    pub fn set_calm(&self, calm: bool) {
        self.state().calm = calm;
    }

    /// How often this happens, in ten thousand.
    pub fn odds(&self, kind: Kind) -> u64 {
        self.state().odds.of(kind)
    }

    /// Lets a service be unreachable for a while, if that fault may happen.
    pub fn plan_outage(&self, outage: Outage) {
        if self.happens(Kind::Outage, outage.service) {
            self.state().outages.push(outage);
        }
    }

    /// Whether a fault that somebody else has drawn may happen in this place; it is counted, if so.
    pub fn happens(&self, kind: Kind, place: &str) -> bool {
        self.let_happen(&mut self.state(), kind, place)
    }

    /// Adds a line to the history.
    pub fn tell(&self, what: fmt::Arguments<'_>) {
        let now = self.clock.now();
        self.state().history.note(now, what);
    }

    /// What happened, by kind.
    pub fn counts(&self) -> BTreeMap<Kind, u64> {
        self.state().counts.clone()
    }

    /// How many faults were drawn, whether or not they were let happen.
    pub fn drawn(&self) -> u64 {
        self.state().drawn
    }

    /// Looks at what was seen.
    pub fn with_witness<T>(&self, look: impl FnOnce(&Witness) -> T) -> T {
        look(&self.state().witness)
    }

    /// Looks at the history.
    pub fn with_history<T>(&self, look: impl FnOnce(&mut History) -> T) -> T {
        look(&mut self.state().history)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws one of these kinds, or none.
    fn draw(&self, state: &mut State, kinds: &[Kind], place: &str) -> Option<Kind> {
        if state.calm {
            return None;
        }
        let State { odds, dice, .. } = state;
        let kind = odds.draw(dice, kinds)?;
        self.let_happen(state, kind, place).then_some(kind)
    }

    /// Draws whether this happens.
    fn strikes(&self, state: &mut State, kind: Kind, place: &str) -> bool {
        self.draw(state, &[kind], place).is_some()
    }

    /// Gives a fault its number. Whether it may happen.
    fn let_happen(&self, state: &mut State, kind: Kind, place: &str) -> bool {
        state.drawn += 1;
        let number = state.drawn;
        let happens = self.only.as_ref().is_none_or(|only| only.contains(&number));
        if happens {
            *state.counts.entry(kind).or_default() += 1;
            state.history.note(self.clock.now(), format_args!("fault {number}: {}, {place}", kind.as_str()));
        }
        happens
    }
}

impl Courier for Simulated {
    fn delivery(&self, queue: &str) -> Delivery {
        let mut state = self.state();
        let after = match self.strikes(&mut state, Kind::MessageLate, queue) {
            true => state.dice.seconds(1, 600),
            false => state.dice.millis(1, 20),
        };
        let again = self.strikes(&mut state, Kind::MessageTwice, queue).then(|| state.dice.seconds(0, 300));
        Delivery { after, again }
    }

    fn passed_over(&self, queue: &str) -> usize {
        let mut state = self.state();
        let passed = self.strikes(&mut state, Kind::MessageReordered, queue).then(|| state.dice.between(1, 3));
        passed.and_then(|passed| usize::try_from(passed).ok()).unwrap_or_default()
    }

    fn repeats(&self, queue: &str) -> bool {
        self.strikes(&mut self.state(), Kind::MessageRepeated, queue)
    }

    fn fails_entry(&self, target: &str) -> bool {
        self.strikes(&mut self.state(), Kind::BatchEntryFailed, target)
    }

    fn published(&self, _: &str, message: &str) {
        self.state().witness.published(message);
    }
}

impl Driver for Simulated {
    fn call(&self, call: &Call<'_>) -> Fate {
        let now = self.clock.now();
        let mut state = self.state();
        state.witness.asked(call);
        if let Some(script) = &self.script {
            return script.call(call, now);
        }
        let (there, back) = (state.dice.millis(1, 8), state.dice.millis(0, 8));
        let special = special(call).filter(|kind| self.strikes(&mut state, *kind, call.function));
        let struck = special.or_else(|| self.draw(&mut state, &CALLS, call.function));
        let out = |outage: &Outage| outage.service == call.service && outage.from <= now && now < outage.until;
        let usual = Fate { there, outcome: Outcome::Performed, back };
        let fate = if !state.calm && state.outages.iter().any(out) {
            Fate { outcome: Outcome::Unreachable, ..usual }
        } else {
            struck.map_or(usual, |kind| fate_of(kind, usual, &mut state.dice))
        };
        if fate.outcome != Outcome::Performed {
            let Call { function, request_id, number, service, action, .. } = call;
            let what =
                format_args!("{function} {request_id} call {number} {service} {action} is to be {:?}", fate.outcome);
            state.history.note(now, what);
        }
        fate
    }

    fn performed(&self, call: &Call<'_>) {
        self.state().witness.performed(call);
    }

    fn answered(&self, call: &Call<'_>, status: u16) {
        self.state().witness.answered(call, status);
        let Call { function, request_id, number, service, action, .. } = call;
        self.tell(format_args!("{function} {request_id} call {number} {service} {action}: {status}"));
    }

    fn rewrite(&self, call: &Call<'_>) -> Option<Vec<u8>> {
        self.bug.as_ref().and_then(|bug| (bug.rewrite)(call))
    }

    fn headers(&self, call: &Call<'_>) -> Vec<(&'static str, String)> {
        self.bug.as_ref().map(|bug| (bug.headers)(call)).unwrap_or_default()
    }

    fn invocation(&self, function: &str) -> InvocationFate {
        if let Some(script) = &self.script {
            return script.invocation(function, self.clock.now());
        }
        let mut state = self.state();
        let wait = state.dice.millis(0, 5);
        let kinds =
            [Kind::InvocationLate, Kind::InvocationThrottled, Kind::InvocationAnswerLost, Kind::InvocationTwice];
        let outcome = match self.draw(&mut state, &kinds, function) {
            Some(Kind::InvocationLate) => {
                return InvocationFate { wait: state.dice.seconds(1, 20), outcome: InvocationOutcome::Run };
            }
            Some(Kind::InvocationThrottled) => InvocationOutcome::Throttled,
            Some(Kind::InvocationAnswerLost) => InvocationOutcome::AnswerLost,
            Some(Kind::InvocationTwice) => InvocationOutcome::Twice,
            _ => InvocationOutcome::Run,
        };
        InvocationFate { wait, outcome }
    }

    fn isolates(&self) -> bool {
        true
    }

    fn skew(&self, function: &str) -> SignedDuration {
        let mut state = self.state();
        if !self.strikes(&mut state, Kind::ClockSkewed, function) {
            return SignedDuration::ZERO;
        }
        let ahead = i64::try_from(state.dice.below(4_001)).unwrap_or_default();
        SignedDuration::from_millis(ahead - 2_000)
    }

    fn drops(&self, queue: &str) -> bool {
        self.strikes(&mut self.state(), Kind::MessageDropped, queue)
    }

    fn stream(&self, function: &str) -> StreamFate {
        let mut state = self.state();
        let late = self.strikes(&mut state, Kind::StreamLate, function);
        let wait = if late { state.dice.seconds(1, 60) } else { Duration::ZERO };
        StreamFate { wait, again: self.strikes(&mut state, Kind::StreamRepeated, function) }
    }

    fn lateness(&self, function: &str) -> Duration {
        let mut state = self.state();
        let late = self.strikes(&mut state, Kind::ScheduleLate, function);
        if late { state.dice.seconds(1, 600) } else { Duration::ZERO }
    }

    fn webhook(&self, event_id: &str) -> Vec<Duration> {
        let mut state = self.state();
        let kinds = [Kind::WebhookLate, Kind::WebhookTwice, Kind::WebhookLost];
        let soon = state.dice.millis(5, 500);
        match self.draw(&mut state, &kinds, event_id) {
            Some(Kind::WebhookLate) => vec![state.dice.seconds(1, 3_600)],
            Some(Kind::WebhookTwice) => vec![soon, state.dice.seconds(0, 600)],
            Some(Kind::WebhookLost) => Vec::new(),
            _ => vec![soon],
        }
    }

    fn runs(&self, execution: &str) -> u32 {
        if self.strikes(&mut self.state(), Kind::ExecutionTwice, execution) { 2 } else { 1 }
    }

    fn note(&self, what: fmt::Arguments<'_>) {
        self.tell(what);
    }
}

fn fate_of(kind: Kind, usual: Fate, dice: &mut Dice) -> Fate {
    let outcome = match kind {
        Kind::CallSlow => {
            let slow = dice.millis(200, 6_000);
            let before = dice.percent(50);
            return if before { Fate { there: slow, ..usual } } else { Fate { back: slow, ..usual } };
        }
        Kind::CallThrottled => Outcome::Throttled,
        Kind::CallUnreachable => Outcome::Unreachable,
        Kind::CallFailedBefore => Outcome::FailedBefore,
        Kind::CallFailedAfter => Outcome::FailedAfter,
        Kind::CallAnswerLost => Outcome::AnswerLost,
        Kind::CallTwice => Outcome::Twice,
        Kind::CallLate => Outcome::Late(dice.seconds(1, 120)),
        Kind::TransactionConflict => Outcome::Conflict,
        Kind::StripeKeyInUse => Outcome::KeyInUse,
        Kind::KilledBefore => Outcome::KilledBefore,
        Kind::KilledAfter => Outcome::KilledAfter,
        _ => Outcome::Performed,
    };
    Fate { outcome, ..usual }
}

/// Ids from the seed.
pub struct SeededIds(Mutex<Dice>);

impl SeededIds {
    /// The ids of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Dice::named(seed, "ids")))
    }
}

impl UniqueIds for SeededIds {
    fn unique(&self) -> Uuid {
        let bits = self.0.lock().unwrap_or_else(PoisonError::into_inner).bits();
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

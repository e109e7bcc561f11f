//! One order, and everything that may happen to it at once.
//!
//! - **Executions** of the saga: any number over the order's life, some at once ([`Bounds::executions`]). Each may end
//!   before any call, as an execution does that dies or has used up its retries.
//! - **Late calls** ([`Bounds::late`]): a function whose caller has given up goes on, and its calls land at any time
//!   after, while the execution tries again.
//! - **The clock**: a function may have read it before the deadline, and make its call after.
//! - **The customer**, who may take the order back, and may authenticate a payment, fail to, or use another card.
//! - **The expiry of holds**, line by line; and **other buyers**, who take units as soon as there are any.
//!
//! Left out: Stripe's saved errors and its forgetting of keys (payments' own tests have them), amounts, reasons, and
//! events, of which only the new start matters that they may cause: an execution can start at any time.

mod machine;
mod properties;
mod rules;
mod steps;
mod tell;
mod world;

use stateright::{Model, Property};

pub use machine::{Answer, Next, Step, after};
pub use rules::Rule;
pub(crate) use rules::Rules;
pub use steps::{Call, Worker};
pub use world::{Card, Hold, Intent, Status, World};

use crate::{
    check::{Firsts, Found, search},
    saga::steps::Outcome,
};

/// Executions, and late calls, at once, at most.
const WORKERS_MAX: usize = 3;

/// What can be interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// A step happens at once.
    Step,
    /// Each call of a step happens by itself.
    Call,
}

/// How much may happen at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Executions at once, up to 3.
    pub executions: usize,
    /// Late calls at once, up to 3.
    pub late: usize,
    /// Lines of the order, 1 or 2. There is one unit of each line's sku.
    pub lines: usize,
    /// What can be interrupted.
    pub grain: Grain,
}

/// The saga, within bounds, perhaps without one of its rules.
#[derive(Debug)]
pub struct Saga {
    bounds: Bounds,
    rules: Rules,
    /// Executions that are at the same point are the same, so states are told apart by their sorted executions only.
    /// Not where a trace is wanted, in which each has a name.
    sorted: bool,
    firsts: Firsts,
}

impl Saga {
    /// Visits every state of the shipped saga.
    pub fn explore(bounds: Bounds) -> Found {
        Self::find(bounds, Rules::ALL, true)
    }

    /// Visits the states of the saga without `rule`, until a property breaks.
    pub fn explore_without(rule: Rule, bounds: Bounds) -> Found {
        Self::find(bounds, Rules::without(rule), rule.kept_for().is_some())
    }

    fn find(bounds: Bounds, rules: Rules, sorted: bool) -> Found {
        let found = search(Self { bounds, rules, sorted, firsts: Firsts::default() });
        // What was not expected to break: again, for a trace that can be read.
        if sorted && found.broken.is_some() { Self::find(bounds, rules, false) } else { found }
    }
}

/// The world, and who is at work in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// What is written down.
    pub world: World,
    /// Executions.
    pub executions: [Option<Worker>; WORKERS_MAX],
    /// Functions whose execution has given up on them.
    pub late: [Option<Worker>; WORKERS_MAX],
}

impl State {
    /// Whether nothing is under way.
    fn is_quiet(&self) -> bool {
        self.executions.iter().chain(&self.late).all(Option::is_none)
    }
}

/// Something that happens. Numbers are those of executions, late calls and lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody starts the saga: the request itself, a cancel, an event, the watchdog.
    Start(usize),
    /// An execution's next call, or its whole step. `stale`: with a clock that was read before the deadline.
    Runs(usize, bool),
    /// Its function's call is slow; the execution gives up on it and invokes the step again.
    TriesAgain(usize),
    /// It ends, without another call.
    Ends(usize),
    /// Having used up its retries, it turns to the undo. Only where the rule against this is missing.
    GivesUp(usize),
    /// A late function makes its next call, or the rest of its step.
    Lands(usize, bool),
    /// The customer takes the order back.
    TakenBack,
    /// The deadline passes.
    Deadline,
    /// The expiry job gives back a line.
    Expires(usize),
    /// DynamoDB deletes an expired hold. Only where the rule against this is missing.
    Deleted(usize),
    /// DynamoDB deletes a tombstone. Only where the rule against this is missing.
    Forgotten(usize),
    /// Another buyer takes a line's unit.
    Sold(usize),
    /// The customer's step at their bank ends: they are who they say, or not.
    Authenticates(bool),
    /// After failing, the customer pays with another card.
    OtherCard,
}

impl Model for Saga {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let nobody = [None; WORKERS_MAX];
        let placed = |card| State { world: World::new(card), executions: nobody, late: nobody };
        // stateright visits the last first: of traces that are equally short, it finds the one with a good card.
        [Card::Declined, Card::NeedsAuthentication, Card::Good].map(placed).to_vec()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.executions_move(state, actions);
        self.world_moves(&state.world, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = *state;
        self.take(&mut next, action);
        if self.sorted {
            next.executions.sort_unstable();
            next.late.sort_unstable();
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl Saga {
    fn executions_move(&self, state: &State, actions: &mut Vec<Action>) {
        let free = |workers: &[Option<Worker>], bound: usize| workers.iter().take(bound).position(Option::is_none);
        let can_be_late = state.late.iter().flatten().count() < self.bounds.late;
        for (who, worker) in state.executions.iter().enumerate() {
            let Some(worker) = worker else { continue };
            actions.push(Action::Runs(who, false));
            if worker.early && state.world.late {
                actions.push(Action::Runs(who, true));
            }
            if can_be_late {
                actions.push(Action::TriesAgain(who));
            }
            actions.push(Action::Ends(who));
            if !self.rules.keep(Rule::OnlyRefusalsUndo) && !worker.step.undoes() {
                actions.push(Action::GivesUp(who));
            }
        }
        for (which, worker) in state.late.iter().enumerate() {
            let Some(worker) = worker else { continue };
            actions.push(Action::Lands(which, false));
            if worker.early && state.world.late {
                actions.push(Action::Lands(which, true));
            }
        }
        let running = state.executions.iter().flatten().count();
        if running < self.bounds.executions && self.can_start(&state.world) {
            actions.extend(free(&state.executions, WORKERS_MAX).map(Action::Start));
        }
    }

    /// Whether somebody would start the saga: until the order is settled, the watchdog does.
    fn can_start(&self, world: &World) -> bool {
        !world.status.is_settled() && (self.rules.keep(Rule::Watchdog) || !world.started)
    }

    fn world_moves(&self, world: &World, actions: &mut Vec<Action>) {
        if matches!(world.status, Status::Pending | Status::ActionRequired)
            || (world.status == Status::Confirmed && !self.rules.keep(Rule::CancelIsConditional))
        {
            actions.push(Action::TakenBack);
        }
        if !world.late {
            actions.push(Action::Deadline);
        }
        for line in 0..self.bounds.lines {
            let hold = world.holds[line];
            let expirable =
                hold == Hold::Held || (hold == Hold::Committed && !self.rules.keep(Rule::ExpiryLeavesCommitted));
            if world.late && expirable {
                actions.push(Action::Expires(line));
            }
            if world.late && hold == Hold::Held && !self.rules.keep(Rule::NoTtlOnHolds) {
                actions.push(Action::Deleted(line));
            }
            if matches!(hold, Hold::Released | Hold::Refused) && !self.rules.keep(Rule::TombstonesStay) {
                actions.push(Action::Forgotten(line));
            }
            if world.available[line] > 0 && !world.sold[line] {
                actions.push(Action::Sold(line));
            }
        }
        match world.intents[0] {
            Intent::RequiresAction => actions.extend([true, false].map(Action::Authenticates)),
            // Who never had to act never got the client secret that this takes.
            Intent::RequiresPaymentMethod if world.card == Card::NeedsAuthentication => {
                actions.push(Action::OtherCard);
            }
            _ => {}
        }
    }

    fn take(&self, state: &mut State, action: Action) {
        let world = &mut state.world;
        match action {
            Action::Start(who) => {
                let undo = world.status == Status::Cancelling && self.rules.keep(Rule::UndoAtOnce);
                let step = if undo { Step::RefuseStock } else { machine::first(self.rules) };
                world.started |= !self.rules.keep(Rule::Watchdog);
                state.executions[who] = Some(Worker::at(step, 0, world.late));
            }
            Action::Runs(who, stale) => {
                if let Some(worker) = state.executions[who] {
                    state.executions[who] = self.run(world, worker, stale).and_then(|done| match done {
                        Ok(worker) => Some(worker),
                        Err((worker, answer)) => self.go_on(world, worker, answer),
                    });
                }
            }
            Action::TriesAgain(who) => {
                let worker = state.executions[who];
                if let Some(slot) = state.late.iter_mut().find(|slot| slot.is_none()) {
                    *slot = worker;
                }
                state.executions[who] = worker.map(|worker| Worker::at(worker.step, worker.intent, world.late));
            }
            Action::Ends(who) => state.executions[who] = None,
            Action::GivesUp(who) => state.executions[who] = Some(Worker::at(Step::RefuseStock, 0, world.late)),
            Action::Lands(which, stale) => {
                if let Some(worker) = state.late[which] {
                    state.late[which] = self.run(world, worker, stale).and_then(Result::ok);
                }
            }
            Action::TakenBack => {
                world.set(Status::Cancelling);
                world.taken_back = true;
            }
            Action::Deadline => world.late = true,
            Action::Expires(line) => world.release(line),
            Action::Deleted(line) | Action::Forgotten(line) => world.holds[line] = Hold::Absent,
            Action::Sold(line) => {
                world.available[line] -= 1;
                world.sold[line] = true;
            }
            Action::Authenticates(true) | Action::OtherCard => world.intents[0] = Intent::RequiresCapture,
            Action::Authenticates(false) => world.intents[0] = Intent::RequiresPaymentMethod,
        }
    }

    /// Lets a function make its next call, or by the grain all that are left. `Ok`: it has more to do. `Err`: it
    /// answers. Nothing: it failed.
    #[allow(clippy::type_complexity, reason = "said in the lines above")]
    fn run(&self, world: &mut World, mut worker: Worker, stale: bool) -> Option<Result<Worker, (Worker, Answer)>> {
        let late = world.late && !stale;
        loop {
            match steps::call(world, &mut worker, late, self.bounds.lines, self.rules) {
                Outcome::Answer(answer) => return Some(Err((worker, answer))),
                Outcome::Error => return None,
                Outcome::Call(call) => worker = worker.going_to(call, world.late),
            }
            if self.bounds.grain == Grain::Call {
                return Some(Ok(worker));
            }
        }
    }

    /// The execution after a step's answer.
    fn go_on(&self, world: &mut World, worker: Worker, answer: Answer) -> Option<Worker> {
        match machine::next(self.rules, worker.step, answer) {
            Next::Step(step) => Some(Worker::at(step, worker.intent, world.late)),
            Next::Done => None,
            Next::Unexpected => {
                world.impossible = true;
                None
            }
        }
    }

    /// Whether one execution that meets no failure ends this order, after its deadline and without its customer.
    fn can_finish(&self, state: &State) -> bool {
        let mut state = *state;
        if state.world.status.is_settled() {
            return true;
        }
        if !self.can_start(&state.world) {
            return false;
        }
        self.take(&mut state, Action::Start(0));
        while state.executions[0].is_some() {
            self.take(&mut state, Action::Runs(0, false));
        }
        state.world.status.is_settled()
    }
}

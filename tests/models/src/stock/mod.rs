//! Stock, and several orders that want the same units.
//!
//! Everybody does everything, in any order, any number of times, some at once ([`Bounds::workers`]): reserve, commit,
//! refuse, release, expire, receive, write off, move units between shards. The saga's order of steps is not assumed.
//! Between any two calls of a function another's may come, and a function may die before any of them. A late call is
//! the same as one function more.
//!
//! Clocks are not trusted at all: a function may act on a clock that it read long ago, so reserve and commit go on as
//! if the deadline had never passed, and only expiry waits for it.
//!
//! How many shards a sku has is not modelled: moving units from the second to the first is all that changes between
//! one shard and two, as no shard is ever taken away.

mod calls;
mod properties;
mod rules;

use stateright::{Model, Property};

pub use calls::{Call, Op, Worker};
pub use rules::Rule;
pub(crate) use rules::Rules;

use crate::check::{Firsts, Found, Told, search};
use calls::Outcome;

const ORDERS_MAX: usize = 3;
const LINES_MAX: usize = 2;
const SHARDS_MAX: usize = 2;
const WORKERS_MAX: usize = 3;

/// Units of each sku in each shard, in the beginning.
const UNITS: [[i8; SHARDS_MAX]; LINES_MAX] = [[1, 1], [1, 0]];

/// How much there is, and how much happens at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Orders, up to 3. Each wants a unit of every sku.
    pub orders: usize,
    /// Skus, and so lines of an order: 1 or 2. One unit in the first shard; of the first sku, one in the second.
    pub lines: usize,
    /// Shards, 1 or 2.
    pub shards: usize,
    /// Functions at work at once, up to 3.
    pub workers: usize,
    /// Whether units are also received, written off and moved, and a caller asks for another quantity than before.
    pub others: bool,
}

/// The stock's protocol, within bounds, perhaps without one of its rules.
#[derive(Debug)]
pub struct Stock {
    bounds: Bounds,
    rules: Rules,
    /// As in [`crate::saga::Saga`]: functions at the same point are the same.
    sorted: bool,
    firsts: Firsts,
}

impl Stock {
    /// Visits every state of the protocol.
    pub fn explore(bounds: Bounds) -> Found {
        Self::find(bounds, Rules::ALL, true)
    }

    /// Visits the states of the protocol without `rule`, until a property breaks.
    pub fn explore_without(rule: Rule, bounds: Bounds) -> Found {
        Self::find(bounds, Rules::without(rule), rule.kept_for().is_some())
    }

    fn find(bounds: Bounds, rules: Rules, sorted: bool) -> Found {
        let found = search(Self { bounds, rules, sorted, firsts: Firsts::default() });
        // What was not expected to break: again, for a trace that can be read.
        if sorted && found.broken.is_some() { Self::find(bounds, rules, false) } else { found }
    }

    /// Under which key a hold of units of `shard` is kept. One for all shards: there is one hold per order and sku.
    fn key(&self, shard: usize) -> usize {
        if self.rules.keep(Rule::OneHoldPerLine) { 0 } else { shard }
    }
}

/// The state of a hold item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldState {
    /// There is no item.
    Absent,
    /// The units are the order's until it expires.
    Held,
    /// The units are the order's.
    Committed,
    /// They were given back.
    Released,
    /// The tombstone of an order that never held anything.
    Refused,
}

impl HoldState {
    fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Committed)
    }
}

/// A hold item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hold {
    /// Its state.
    pub state: HoldState,
    /// Where its units came from.
    pub shard: u8,
    /// How many.
    pub quantity: i8,
}

const NO_HOLD: Hold = Hold { state: HoldState::Absent, shard: 0, quantity: 0 };

/// What is written down, and who is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Units that can be ordered, by sku and shard.
    pub available: [[i8; SHARDS_MAX]; LINES_MAX],
    /// Units ever received, by sku.
    pub received: [i8; LINES_MAX],
    /// Units ever written off, by sku.
    pub written_off: [i8; LINES_MAX],
    /// Which adjustments are on record: the receipt of a unit of the first sku, and its write-off.
    pub recorded: [bool; 2],
    /// Holds, by order and sku. The second of each pair exists only where a rule is missing.
    pub holds: [[[Hold; SHARDS_MAX]; LINES_MAX]; ORDERS_MAX],
    /// Whether holds have expired.
    pub late: bool,
    /// Orders of which somebody was told that they hold nothing and will not.
    pub over: [bool; ORDERS_MAX],
    /// Whether such an order was given units afterwards.
    pub revived: bool,
    /// Whether somebody was told of holds that were others.
    pub misled: bool,
    /// Functions at work.
    pub workers: [Option<Worker>; WORKERS_MAX],
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A function is invoked.
    Begins(Op),
    /// It makes its next call.
    Calls(usize),
    /// It ends, without another call.
    Ends(usize),
    /// The deadline passes.
    Deadline,
    /// DynamoDB deletes an order's tombstone of a sku. Only where the rule against this is missing.
    Forgotten(usize, usize),
}

impl Model for Stock {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut available = UNITS;
        available.iter_mut().for_each(|shards| shards[self.bounds.shards..].fill(0));
        vec![State {
            available,
            received: available.map(|shards| shards.iter().sum()),
            written_off: [0; LINES_MAX],
            recorded: [false; 2],
            holds: [[[NO_HOLD; SHARDS_MAX]; LINES_MAX]; ORDERS_MAX],
            late: false,
            over: [false; ORDERS_MAX],
            revived: false,
            misled: false,
            workers: [None; WORKERS_MAX],
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let at_work = state.workers.iter().enumerate().filter(|(_, worker)| worker.is_some());
        actions.extend(at_work.flat_map(|(who, _)| [Action::Calls(who), Action::Ends(who)]));
        if state.workers.iter().flatten().count() < self.bounds.workers {
            actions.extend(self.operations(state).into_iter().map(Action::Begins));
        }
        if !state.late {
            actions.push(Action::Deadline);
        }
        if !self.rules.keep(Rule::TombstonesStay) {
            let each = (0..self.bounds.orders).flat_map(|order| (0..self.bounds.lines).map(move |line| (order, line)));
            let dead = each.filter(|(order, line)| {
                matches!(state.holds[*order][*line][0].state, HoldState::Released | HoldState::Refused)
            });
            actions.extend(dead.map(|(order, line)| Action::Forgotten(order, line)));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = *state;
        match action {
            Action::Begins(op) => *next.workers.iter_mut().find(|slot| slot.is_none())? = Some(self.worker(op)),
            Action::Calls(who) => {
                let worker = next.workers[who]?;
                next.workers[who] = match self.call(&mut next, worker) {
                    Outcome::Call(worker) => Some(worker),
                    Outcome::Answer(_) => None,
                };
            }
            Action::Ends(who) => next.workers[who] = None,
            Action::Deadline => next.late = true,
            Action::Forgotten(order, line) => next.holds[order][line][0] = NO_HOLD,
        }
        if self.sorted {
            next.workers.sort_unstable();
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl Stock {
    /// What somebody may begin now.
    fn operations(&self, state: &State) -> Vec<Op> {
        let Bounds { orders, lines, shards, others, .. } = self.bounds;
        let mut ops = Vec::new();
        for order in 0..orders {
            let quantities = if others && order == 0 { 1..=2 } else { 1..=1 };
            for quantity in quantities {
                ops.extend((0..shards).map(|shard| Op::Reserve { order, shard, quantity }));
            }
            ops.extend([Op::Commit { order }, Op::Refuse { order }, Op::Release { order }]);
            if state.late {
                ops.extend((0..lines).map(|line| Op::Expire { order, line }));
            }
        }
        if others {
            ops.extend([Op::Receive, Op::WriteOff]);
            ops.extend((shards > 1).then_some(Op::Move));
        }
        ops
    }
}

impl Told for Stock {
    fn begin(&self, _: &State) -> Option<String> {
        None
    }

    fn tell(&self, state: &State, action: &Action) -> String {
        let name = |who: usize| ["A", "B", "C"][who];
        match *action {
            Action::Begins(op) => {
                let who = state.workers.iter().position(Option::is_none).unwrap_or_default();
                format!("{} begins: {}", name(who), op.tell())
            }
            Action::Calls(who) => {
                let Some(worker) = state.workers[who] else { return String::new() };
                let outcome = match self.call(&mut state.clone(), worker) {
                    Outcome::Call(next) => format!("then {:?}", next.call),
                    Outcome::Answer(answer) => answer.to_owned(),
                };
                format!("{} {:?}: {outcome}", name(who), worker.call)
            }
            Action::Ends(who) => format!("{} ends", name(who)),
            Action::Deadline => "the deadline passes".to_owned(),
            Action::Forgotten(order, line) => {
                format!("DynamoDB deletes the tombstone of order {}, line {}", order + 1, line + 1)
            }
        }
    }
}

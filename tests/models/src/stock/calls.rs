//! What inventory's functions do, call by call.

use super::{Hold, HoldState, LINES_MAX, NO_HOLD, Rule, SHARDS_MAX, State, Stock};

/// A function, and what it is asked. Orders, lines and shards are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Op {
    Reserve { order: usize, shard: usize, quantity: i8 },
    Commit { order: usize },
    Refuse { order: usize },
    Release { order: usize },
    Expire { order: usize, line: usize },
    Receive,
    WriteOff,
    Move,
}

/// One call of DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Transaction: put every hold, take every unit.
    TakeUnits,
    /// The same for one line only. Only where the rule against this is missing.
    TakeLine(usize),
    /// Take units of holds that are put already. Only where the rule against this is missing.
    TakeAfterwards,
    /// Put the tombstone in the place of the first line's hold, if nothing is there.
    PutTombstone,
    /// Read the order's holds.
    ReadHolds,
    /// Transaction: end the holds as they were read, give their units back.
    EndHolds,
    /// Give back units of holds that have ended already. Only where the rule against this is missing.
    GiveBackAfterwards,
    /// Update one line's hold to committed.
    CommitLine(usize),
    /// Read the stock, to write it afterwards. Only where the rule against this is missing.
    ReadStock,
    /// Transaction: put the adjustment, change the stock.
    Adjust,
    /// Transaction: take a unit from the second shard, add it to the first.
    MoveUnit,
    /// Add a unit to the first shard that was taken before. Only where the rule against this is missing.
    AddAfterwards,
}

/// A function at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Worker {
    /// What it is.
    pub op: Op,
    /// Its next call.
    pub call: Call,
    /// The states of the holds that it means to end, as it has read them.
    pub read: [HoldState; LINES_MAX],
    /// The units that it has read.
    pub units: i8,
}

/// What comes of a call.
pub(crate) enum Outcome {
    Call(Worker),
    Answer(&'static str),
}

impl Op {
    fn order(self) -> usize {
        match self {
            Self::Reserve { order, .. } | Self::Commit { order } | Self::Refuse { order } => order,
            Self::Release { order } | Self::Expire { order, .. } => order,
            Self::Receive | Self::WriteOff | Self::Move => 0,
        }
    }

    pub(super) fn tell(self) -> String {
        let of = |what: &str, order: usize| format!("{what} order {}", order + 1);
        match self {
            Self::Reserve { order, shard, quantity: 1 } => format!("{}, shard {shard}", of("reserve", order)),
            Self::Reserve { order, shard, quantity } => {
                format!("{}, shard {shard}, {quantity} units of each line", of("reserve", order))
            }
            Self::Commit { order } => of("commit", order),
            Self::Refuse { order } => of("refuse", order),
            Self::Release { order } => of("release", order),
            Self::Expire { order, line } => format!("{}, line {}", of("expire", order), line + 1),
            Self::Receive => "receive a unit".to_owned(),
            Self::WriteOff => "write a unit off".to_owned(),
            Self::Move => "move a unit".to_owned(),
        }
    }
}

impl Worker {
    fn new(op: Op) -> Self {
        let call = match op {
            Op::Reserve { .. } => Call::TakeUnits,
            Op::Commit { .. } => Call::CommitLine(0),
            Op::Refuse { .. } => Call::PutTombstone,
            Op::Release { .. } | Op::Expire { .. } => Call::ReadHolds,
            Op::Receive | Op::WriteOff => Call::Adjust,
            Op::Move => Call::MoveUnit,
        };
        Self { op, call, read: [HoldState::Absent; LINES_MAX], units: 0 }
    }

    fn then(self, call: Call) -> Outcome {
        Outcome::Call(Self { call, ..self })
    }
}

use Outcome::Answer as Say;

impl Stock {
    /// A function that is being invoked.
    pub(super) fn worker(&self, op: Op) -> Worker {
        let worker = Worker::new(op);
        let reads = worker.call == Call::Adjust && !self.rules.keep(Rule::ChangeByDelta);
        if reads { Worker { call: Call::ReadStock, ..worker } } else { worker }
    }

    pub(super) fn call(&self, state: &mut State, worker: Worker) -> Outcome {
        match worker.call {
            Call::TakeUnits if !self.rules.keep(Rule::AllLinesTogether) => self.take_line(state, worker, 0),
            Call::TakeUnits => self.take_units(state, worker),
            Call::TakeLine(line) => self.take_line(state, worker, line),
            Call::TakeAfterwards => {
                (0..self.bounds.lines).for_each(|line| self.take(state, worker, line));
                Say("held")
            }
            Call::PutTombstone => self.put_tombstone(state, worker),
            Call::ReadHolds if matches!(worker.op, Op::Reserve { .. }) => self.read_held(state, worker),
            Call::ReadHolds => self.read_live(state, worker),
            Call::EndHolds => self.end_holds(state, worker),
            Call::GiveBackAfterwards => {
                self.lines_read(worker).for_each(|line| self.give_back(state, worker.op.order(), line));
                Say("released")
            }
            Call::CommitLine(line) => self.commit_line(state, worker, line),
            Call::ReadStock => Worker { units: state.available[0][0], ..worker }.then(Call::Adjust),
            Call::Adjust => self.adjust(state, worker),
            Call::MoveUnit if state.available[0][1] > 0 => {
                state.available[0][1] -= 1;
                if !self.rules.keep(Rule::MoveTogether) {
                    return worker.then(Call::AddAfterwards);
                }
                state.available[0][0] += 1;
                Say("moved")
            }
            Call::MoveUnit => Say("nothing to move"),
            Call::AddAfterwards => {
                state.available[0][0] += 1;
                Say("moved")
            }
        }
    }

    /// The hold of a line that a reserve is about: under its shard's key, where that is a part of the key.
    fn hold<'a>(&self, state: &'a mut State, worker: Worker, line: usize) -> &'a mut Hold {
        let key = if let Op::Reserve { shard, .. } = worker.op { self.key(shard) } else { 0 };
        &mut state.holds[worker.op.order()][line][key]
    }

    fn enough(&self, state: &State, worker: Worker, line: usize) -> bool {
        let Op::Reserve { shard, quantity, .. } = worker.op else { return false };
        state.available[line][shard] >= quantity || !self.rules.keep(Rule::TakeIfEnough)
    }

    fn exists(&self, state: &mut State, worker: Worker, line: usize) -> bool {
        self.hold(state, worker, line).state != HoldState::Absent && self.rules.keep(Rule::PutIfAbsent)
    }

    fn put(&self, state: &mut State, worker: Worker, line: usize) {
        let Op::Reserve { order, shard, quantity } = worker.op else { return };
        state.revived |= state.over[order];
        let shard = u8::try_from(shard).unwrap_or_default();
        *self.hold(state, worker, line) = Hold { state: HoldState::Held, shard, quantity };
    }

    fn take(&self, state: &mut State, worker: Worker, line: usize) {
        let Op::Reserve { shard, quantity, .. } = worker.op else { return };
        state.available[line][shard] -= quantity;
    }

    fn take_units(&self, state: &mut State, worker: Worker) -> Outcome {
        let lines = 0..self.bounds.lines;
        if lines.clone().any(|line| self.exists(state, worker, line)) {
            return worker.then(Call::ReadHolds);
        }
        if !lines.clone().all(|line| self.enough(state, worker, line)) {
            return self.refuse(state, worker);
        }
        lines.clone().for_each(|line| self.put(state, worker, line));
        if !self.rules.keep(Rule::TakeWithHold) {
            return worker.then(Call::TakeAfterwards);
        }
        lines.for_each(|line| self.take(state, worker, line));
        Say("held")
    }

    fn take_line(&self, state: &mut State, worker: Worker, line: usize) -> Outcome {
        if self.exists(state, worker, line) {
            return worker.then(Call::ReadHolds);
        }
        if !self.enough(state, worker, line) {
            return self.refuse(state, worker);
        }
        self.put(state, worker, line);
        self.take(state, worker, line);
        if line + 1 < self.bounds.lines { worker.then(Call::TakeLine(line + 1)) } else { Say("held") }
    }

    fn refuse(&self, state: &mut State, worker: Worker) -> Outcome {
        if self.rules.keep(Rule::RecordRefusals) {
            return worker.then(Call::PutTombstone);
        }
        state.over[worker.op.order()] = true;
        Say("refused")
    }

    fn put_tombstone(&self, state: &mut State, worker: Worker) -> Outcome {
        let order = worker.op.order();
        if state.holds[order][0][0].state != HoldState::Absent {
            // refuse-stock reads here what it answers; that changes nothing.
            let reserves = matches!(worker.op, Op::Reserve { .. });
            return if reserves { worker.then(Call::ReadHolds) } else { Say("held or refused before") };
        }
        if self.rules.keep(Rule::RecordRefusals) {
            state.holds[order][0][0] = Hold { state: HoldState::Refused, ..NO_HOLD };
        }
        state.over[order] = true;
        Say("refused")
    }

    fn read_held(&self, state: &mut State, worker: Worker) -> Outcome {
        let Op::Reserve { order, quantity, .. } = worker.op else { return Say("error") };
        let holds = state.holds[order].map(|keys| keys[0]);
        let holds = &holds[..self.bounds.lines];
        if holds.iter().any(|hold| matches!(hold.state, HoldState::Released | HoldState::Refused)) {
            state.over[order] = true;
            return Say("refused");
        }
        let as_wanted = holds.iter().all(|hold| hold.state.is_live() && hold.quantity == quantity);
        if !as_wanted && self.rules.keep(Rule::QuantityIsChecked) {
            return Say("error");
        }
        state.misled |= !as_wanted;
        Say("held")
    }

    fn read_live(&self, state: &State, worker: Worker) -> Outcome {
        let mut worker = worker;
        for line in 0..self.bounds.lines {
            let hold = state.holds[worker.op.order()][line][0].state;
            let ends = match worker.op {
                Op::Expire { line: only, .. } => line == only && hold == HoldState::Held,
                _ => hold.is_live(),
            };
            worker.read[line] = if ends { hold } else { HoldState::Absent };
        }
        if self.lines_read(worker).next().is_none() { Say("nothing to release") } else { worker.then(Call::EndHolds) }
    }

    fn lines_read(&self, worker: Worker) -> impl Iterator<Item = usize> + use<> {
        (0..self.bounds.lines).filter(move |line| worker.read[*line] != HoldState::Absent)
    }

    fn end_holds(&self, state: &mut State, worker: Worker) -> Outcome {
        let order = worker.op.order();
        let as_read = self.lines_read(worker).all(|line| state.holds[order][line][0].state == worker.read[line]);
        if !as_read && self.rules.keep(Rule::EndAsRead) {
            // An undo looks again; the expiry job leaves it to its next run.
            let expires = matches!(worker.op, Op::Expire { .. });
            return if expires { Say("overtaken") } else { Outcome::Call(Worker::new(worker.op)) };
        }
        state.over[order] = true;
        self.lines_read(worker).for_each(|line| state.holds[order][line][0].state = HoldState::Released);
        if !self.rules.keep(Rule::GiveBackWithEnd) {
            return worker.then(Call::GiveBackAfterwards);
        }
        self.lines_read(worker).for_each(|line| self.give_back(state, order, line));
        Say("released")
    }

    fn give_back(&self, state: &mut State, order: usize, line: usize) {
        let Hold { shard, quantity, .. } = state.holds[order][line][0];
        let shard = if self.rules.keep(Rule::GiveBackToItsShard) { usize::from(shard) } else { SHARDS_MAX - 1 };
        state.available[line][shard] += quantity;
    }

    fn commit_line(&self, state: &mut State, worker: Worker, line: usize) -> Outcome {
        let hold = &mut state.holds[worker.op.order()][line][0].state;
        match *hold {
            HoldState::Held => *hold = HoldState::Committed,
            HoldState::Released if !self.rules.keep(Rule::CommitOnlyHeld) => *hold = HoldState::Committed,
            HoldState::Committed => {}
            HoldState::Absent => return Say("error"),
            HoldState::Released | HoldState::Refused => return Say("refused"),
        }
        if line + 1 < self.bounds.lines { worker.then(Call::CommitLine(line + 1)) } else { Say("committed") }
    }

    fn adjust(&self, state: &mut State, worker: Worker) -> Outcome {
        let receives = worker.op == Op::Receive;
        let id = usize::from(!receives);
        if state.recorded[id] && self.rules.keep(Rule::AdjustOnce) {
            return Say("adjusted before");
        }
        let available = if self.rules.keep(Rule::ChangeByDelta) { state.available[0][0] } else { worker.units };
        if !receives && available < 1 {
            return Say("not enough");
        }
        state.recorded[id] = true;
        let figure = if receives { &mut state.received[0] } else { &mut state.written_off[0] };
        *figure += 1;
        state.available[0][0] = available + if receives { 1 } else { -1 };
        Say("adjusted")
    }
}

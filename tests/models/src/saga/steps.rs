//! The saga's steps, each as the calls of DynamoDB and Stripe that its function makes, one after the other.
//!
//! Between two calls anything can happen. A single call cannot be divided: a conditional write, a transaction, a
//! request to Stripe. What a function has read, it carries along ([`Worker`]).

use super::{
    machine::{Answer, Step},
    rules::{Rule, Rules},
    world::{Card, Hold, Intent, LINES_MAX, Status, World},
};

/// One call of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Transaction: put every hold, take every unit.
    TakeUnits,
    /// Put the tombstone in the place of the first line's hold, if nothing is there.
    PutTombstone,
    /// Read the order's holds.
    ReadHolds,
    /// Transaction: end the holds as they were read, give their units back.
    EndHolds,
    /// Update one line's hold to committed.
    CommitLine(u8),
    /// Create the intent, under the order's key.
    CreateIntent,
    /// Read the intent.
    LookAtIntent,
    /// Capture it, or after the deadline only look at it.
    CaptureIntent,
    /// Cancel it; if that fails, look at it.
    CancelIntent,
    /// Give the money back.
    Refund,
    /// Update the order's status.
    WriteOrder,
}

/// A function at work: the step that it is, and the call that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Worker {
    /// The step.
    pub step: Step,
    /// Its next call.
    pub call: Call,
    /// Whether the function may have read the clock before the deadline, if the call depends on that.
    pub early: bool,
    /// The intent that the execution remembers.
    pub intent: u8,
    /// The holds as the function has read them.
    pub read: [Hold; LINES_MAX],
}

/// What comes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Another call.
    Call(Call),
    /// The step's answer.
    Answer(Answer),
    /// An error. The step is tried again, or the execution ends.
    Error,
}

use Outcome::{Answer as Say, Call as Go};

impl Worker {
    /// A function that is being invoked as this step.
    pub(crate) fn at(step: Step, intent: u8, late: bool) -> Self {
        let call = match step {
            Step::ReserveStock => Call::TakeUnits,
            Step::AuthorizePayment | Step::CancelPayment | Step::RefundPayment => Call::CreateIntent,
            Step::CommitStock => Call::CommitLine(0),
            Step::CapturePayment => Call::CaptureIntent,
            Step::RefuseStock => Call::PutTombstone,
            Step::ReleaseStock => Call::ReadHolds,
            Step::ParkOrder | Step::ConfirmOrder | Step::ConfirmCaptured | Step::AbandonOrder => Call::WriteOrder,
        };
        Self { step, call, early: false, intent, read: [Hold::Absent; LINES_MAX] }.going_to(call, late)
    }

    /// The same function, before this call.
    pub(crate) fn going_to(mut self, call: Call, late: bool) -> Self {
        self.call = call;
        self.early = !late && !self.step.undoes() && self.reads_the_clock();
        if call != Call::EndHolds {
            self.read = [Hold::Absent; LINES_MAX];
        }
        self
    }

    fn reads_the_clock(&self) -> bool {
        matches!(self.call, Call::TakeUnits | Call::CreateIntent | Call::CommitLine(_) | Call::CaptureIntent)
    }
}

/// Makes a worker's next call, with the time that its function has read.
pub(crate) fn call(world: &mut World, worker: &mut Worker, late: bool, lines: usize, rules: Rules) -> Outcome {
    let mut shop = Shop { world, worker, late, lines, rules };
    match shop.worker.call {
        Call::TakeUnits => shop.take_units(),
        Call::PutTombstone => shop.put_tombstone(),
        Call::ReadHolds => shop.read_holds(),
        Call::EndHolds => shop.end_holds(),
        Call::CommitLine(line) => shop.commit_line(usize::from(line)),
        Call::CreateIntent if shop.worker.step == Step::AuthorizePayment => shop.authorize(),
        Call::CreateIntent => shop.replay(),
        Call::LookAtIntent => shop.look(),
        Call::CaptureIntent => shop.capture(),
        Call::CancelIntent => shop.cancel(),
        Call::Refund => shop.refund(),
        Call::WriteOrder => shop.write_order(),
    }
}

struct Shop<'a> {
    world: &'a mut World,
    worker: &'a mut Worker,
    late: bool,
    lines: usize,
    rules: Rules,
}

/// inventory/src/usecases.
impl Shop<'_> {
    fn holds(&mut self) -> &mut [Hold] {
        &mut self.world.holds[..self.lines]
    }

    fn take_units(&mut self) -> Outcome {
        let too_late = self.late && self.rules.keep(Rule::Deadline);
        if !too_late && self.holds().iter().any(|hold| *hold != Hold::Absent) {
            return if self.rules.keep(Rule::ReserveAgain) { Go(Call::ReadHolds) } else { Say(Answer::Refused) };
        }
        if !too_late && self.world.available[..self.lines].iter().all(|units| *units > 0) {
            self.holds().fill(Hold::Held);
            self.world.available[..self.lines].iter_mut().for_each(|units| *units -= 1);
            return Say(Answer::Held);
        }
        if self.rules.keep(Rule::RecordRefusals) { Go(Call::PutTombstone) } else { Say(Answer::Refused) }
    }

    fn put_tombstone(&mut self) -> Outcome {
        let undoing = self.worker.step == Step::RefuseStock;
        // Where a refusal is put that reserve-stock records; refuse-stock always takes the first line.
        let last = self.lines - 1;
        let line = if undoing || self.rules.keep(Rule::FirstLineDecides) { 0 } else { last };
        if self.world.holds[line] != Hold::Absent {
            return Go(Call::ReadHolds);
        }
        if self.rules.keep(Rule::RecordRefusals) {
            self.world.holds[line] = Hold::Refused;
        }
        Say(if undoing { Answer::NeverHeld } else { Answer::Refused })
    }

    fn read_holds(&mut self) -> Outcome {
        let mut existing = self.world.holds[..self.lines].iter().copied().filter(|hold| *hold != Hold::Absent);
        match self.worker.step {
            Step::ReserveStock => {
                let (count, over) = existing.fold((0, false), |(n, over), hold| (n + 1, over || !hold.is_live()));
                match count {
                    _ if over => Say(Answer::Refused),
                    0 => Outcome::Error,
                    n if n == self.lines => Say(Answer::Held),
                    _ => self.impossible(),
                }
            }
            Step::RefuseStock => match existing.next() {
                None => Outcome::Error,
                Some(Hold::Refused) => Say(Answer::NeverHeld),
                Some(Hold::Released) if !self.rules.keep(Rule::RefusedIsNotReleased) => Say(Answer::NeverHeld),
                Some(_) => Say(Answer::WasHeld),
            },
            _ => {
                let keep = self.rules.keep(Rule::UndoReachesCommitted);
                let ends = |hold: Hold| if keep { hold.is_live() } else { hold == Hold::Held };
                if !existing.any(ends) {
                    return Say(Answer::Released);
                }
                self.worker.read = self.world.holds.map(|hold| if ends(hold) { hold } else { Hold::Absent });
                Go(Call::EndHolds)
            }
        }
    }

    fn end_holds(&mut self) -> Outcome {
        let read = self.worker.read;
        let lines: Vec<usize> = (0..self.lines).filter(|line| read[*line] != Hold::Absent).collect();
        let as_read = lines.iter().all(|line| self.world.holds[*line] == read[*line]);
        if !as_read && self.rules.keep(Rule::ReleaseByCondition) {
            return Go(Call::ReadHolds);
        }
        lines.into_iter().for_each(|line| self.world.release(line));
        Say(Answer::Released)
    }

    fn commit_line(&mut self, line: usize) -> Outcome {
        let expired = self.late && self.rules.keep(Rule::CommitRefusesExpired);
        match self.world.holds[line] {
            Hold::Held if !expired => self.world.holds[line] = Hold::Committed,
            Hold::Committed if self.rules.keep(Rule::CommitAgain) => {}
            Hold::Released if !self.rules.keep(Rule::CommitOnlyHeld) => self.world.holds[line] = Hold::Committed,
            Hold::Held | Hold::Committed | Hold::Released | Hold::Refused => return Say(Answer::Refused),
            Hold::Absent => return self.impossible(),
        }
        match u8::try_from(line + 1) {
            Ok(next) if line + 1 < self.lines => Go(Call::CommitLine(next)),
            _ => Say(Answer::Committed),
        }
    }
}

/// payments/src/usecases.
impl Shop<'_> {
    fn intent(&self) -> Intent {
        self.world.intents[usize::from(self.worker.intent)]
    }

    fn set(&mut self, intent: Intent) {
        self.world.intents[usize::from(self.worker.intent)] = intent;
    }

    fn authorize(&mut self) -> Outcome {
        if self.late && self.rules.keep(Rule::Deadline) {
            return Say(Answer::Refused);
        }
        let first = self.world.intents[0];
        let another = (first != Intent::Absent && !self.rules.keep(Rule::OneKey))
            || (first == Intent::Canceled && !self.rules.keep(Rule::OneIntentForLife));
        self.worker.intent = u8::from(another);
        self.create();
        // The answer is the saved one of the first create.
        match self.world.card {
            Card::Good => Say(Answer::Authorized),
            Card::NeedsAuthentication if self.rules.keep(Rule::LookBehindSavedAnswers) => Go(Call::LookAtIntent),
            Card::NeedsAuthentication => Say(Answer::ActionRequired),
            Card::Declined => Say(Answer::Refused),
        }
    }

    fn create(&mut self) {
        if self.intent() == Intent::Absent {
            self.set(self.world.card.intent());
        }
    }

    fn look(&mut self) -> Outcome {
        Say(match self.intent() {
            Intent::RequiresCapture | Intent::Succeeded | Intent::Refunded => Answer::Authorized,
            Intent::RequiresAction => Answer::ActionRequired,
            Intent::RequiresPaymentMethod | Intent::Canceled => Answer::Refused,
            Intent::Absent => return self.impossible(),
        })
    }

    fn capture(&mut self) -> Outcome {
        let too_late = self.late && self.rules.keep(Rule::Deadline);
        Say(match self.intent() {
            Intent::Succeeded if self.rules.keep(Rule::CaptureAgain) => Answer::Captured,
            Intent::Succeeded => Answer::Refused,
            _ if too_late => Answer::Refused,
            // Stripe's saved answer to the capture.
            Intent::Refunded => Answer::Captured,
            Intent::Canceled => Answer::Refused,
            Intent::RequiresCapture => {
                self.set(Intent::Succeeded);
                Answer::Captured
            }
            Intent::RequiresAction | Intent::RequiresPaymentMethod | Intent::Absent => return self.impossible(),
        })
    }

    /// cancel-payment never concludes from absence.
    fn replay(&mut self) -> Outcome {
        if self.rules.keep(Rule::ReplayTheCreate) {
            self.create();
        } else if self.intent() == Intent::Absent {
            return Say(Answer::Canceled);
        }
        Go(Call::CancelIntent)
    }

    fn cancel(&mut self) -> Outcome {
        if self.intent().is_open() {
            self.set(Intent::Canceled);
        }
        match self.intent() {
            Intent::Canceled => Say(Answer::Canceled),
            Intent::Refunded => Say(Answer::Refunded),
            _ if self.worker.step == Step::RefundPayment => Go(Call::Refund),
            _ => Say(Answer::Captured),
        }
    }

    fn refund(&mut self) -> Outcome {
        self.set(Intent::Refunded);
        Say(Answer::Refunded)
    }
}

/// orders/src/usecases/settle.rs.
impl Shop<'_> {
    fn write_order(&mut self) -> Outcome {
        use Status::{ActionRequired, Cancelled, Cancelling, Confirmed, Pending};
        let status = self.world.status;
        let (rule, to, from, answer): (_, _, &[Status], _) = match self.worker.step {
            Step::ParkOrder => (Rule::ParkIsConditional, ActionRequired, &[Pending], Answer::Parked),
            Step::AbandonOrder => {
                let from = &[Pending, ActionRequired, Cancelling];
                (Rule::AbandonIsConditional, Cancelled, from, Answer::Abandoned)
            }
            _ => (Rule::ConfirmIsConditional, Confirmed, &[Pending, ActionRequired], Answer::Confirmed),
        };
        if from.contains(&status) || !self.rules.keep(rule) {
            self.world.set(to);
            return Say(answer);
        }
        match (self.worker.step, status) {
            (Step::ParkOrder, Cancelling | Cancelled) => Say(Answer::Refused),
            (Step::ParkOrder, _) | (Step::AbandonOrder, Cancelled) => Say(answer),
            (Step::AbandonOrder, _) => self.impossible(),
            (_, Confirmed) if self.rules.keep(Rule::ConfirmAgain) => Say(answer),
            _ => Say(Answer::Refused),
        }
    }

    /// What the code reports as a fault of its own: an operator has to look.
    fn impossible(&mut self) -> Outcome {
        self.world.impossible = true;
        Outcome::Error
    }
}

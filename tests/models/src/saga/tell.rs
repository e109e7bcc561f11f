//! What happens, in words.

use super::{Action, Card, Grain, Saga, State, Worker};
use crate::check::Told;

impl Told for Saga {
    fn begin(&self, state: &State) -> Option<String> {
        Some(match state.world.card {
            Card::Good => "(the card is good)".to_owned(),
            Card::NeedsAuthentication => "(the bank wants the customer to authenticate)".to_owned(),
            Card::Declined => "(the bank declines)".to_owned(),
        })
    }

    fn tell(&self, state: &State, action: &Action) -> String {
        let line = |line: usize| if self.bounds.lines == 1 { String::new() } else { format!(" of line {}", line + 1) };
        let name = |who: usize| ["A", "B", "C"][who];
        match *action {
            Action::Start(who) => format!("{} starts", name(who)),
            Action::Runs(who, stale) => self.tell_run(state, state.executions[who], name(who), stale),
            Action::TriesAgain(who) => {
                let step = state.executions[who].map_or(String::new(), |worker| format!("{:?}", worker.step));
                format!("{} gives up on a call of {step}, which is still on its way, and tries again", name(who))
            }
            Action::Ends(who) => format!("{} ends", name(who)),
            Action::GivesUp(who) => format!("{} has used up its retries and turns to the undo", name(who)),
            Action::Lands(which, stale) => self.tell_run(state, state.late[which], "late", stale),
            Action::TakenBack => "the customer takes the order back".to_owned(),
            Action::Deadline => "the deadline passes".to_owned(),
            Action::Expires(number) => format!("the hold{} expires and is released", line(number)),
            Action::Deleted(number) => format!("DynamoDB deletes the expired hold{}", line(number)),
            Action::Forgotten(number) => format!("DynamoDB deletes the tombstone{}", line(number)),
            Action::Sold(number) => format!("another buyer takes the unit{}", line(number)),
            Action::Authenticates(true) => "the customer authenticates".to_owned(),
            Action::Authenticates(false) => "the customer fails to authenticate".to_owned(),
            Action::OtherCard => "the customer pays with another card".to_owned(),
        }
    }
}

impl Saga {
    fn tell_run(&self, state: &State, worker: Option<Worker>, name: &str, stale: bool) -> String {
        let Some(worker) = worker else { return String::new() };
        let mut world = state.world;
        let outcome = match self.run(&mut world, worker, stale) {
            None => "error".to_owned(),
            Some(Err((_, answer))) => answer.as_str().to_owned(),
            Some(Ok(next)) => format!("then {:?}", next.call),
        };
        let clock = if stale { " (by a clock read before the deadline)" } else { "" };
        match self.bounds.grain {
            Grain::Step => format!("{name} {:?}: {outcome}{clock}", worker.step),
            Grain::Call => format!("{name} {:?}.{:?}: {outcome}{clock}", worker.step, worker.call),
        }
    }
}

//! What has to hold after a load, judged by what the API says. Nothing is asked here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::results::{Bought, End};

/// At most so many examples are named of what is wrong.
const EXAMPLES: usize = 5;

/// What the API says about an order, at last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It ended.
    Ended(End),
    /// It is there, and has not ended.
    Open(String),
    /// There is no such order.
    Missing,
    /// There was no answer to tell.
    Unanswered(String),
}

/// What came of sending a request again, after all.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The order that it had placed.
    pub order: String,
    /// Whether the answer was the same, byte for byte; otherwise what it was.
    pub answer: Result<(), String>,
    /// Orders that its customer has after it and had not before; nothing if they could not be listed.
    pub created: Option<Vec<String>>,
}

/// What the API says about a sku's stock: units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// That can be ordered.
    pub available: i64,
    /// Ever received.
    pub received: i64,
    /// Ever written off.
    pub written_off: i64,
    /// That orders hold or have bought.
    pub committed_or_held: i64,
}

impl Stock {
    /// What an answer says.
    pub fn of(answer: &Value) -> Option<Self> {
        let units = |name: &str| answer[name].as_i64();
        Some(Self {
            available: units("available")?,
            received: units("received")?,
            written_off: units("written_off")?,
            committed_or_held: units("committed_or_held")?,
        })
    }

    fn adds_up(self) -> bool {
        let Self { available, received, written_off, committed_or_held } = self;
        let parts = [available, written_off, committed_or_held];
        parts.iter().all(|units| *units >= 0)
            && parts.iter().map(|units| i128::from(*units)).sum::<i128>() == received.into()
    }
}

/// A sku's stock before and after.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// The sku.
    pub sku: String,
    /// Before the first buyer.
    pub before: Stock,
    /// When all orders had ended.
    pub after: Stock,
    /// Units of our orders that are confirmed.
    pub confirmed: i64,
    /// Units that our buyers may have bought besides: orders that have not ended, and requests that nobody knows the end of.
    pub open: i64,
}

/// An order's payment.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The order.
    pub order: Bought,
    /// How the order ended.
    pub end: End,
    /// What `GET /payments/{id}` says; nothing when there is none.
    pub payment: Option<Value>,
}

/// All that was asked. What could not be has the reason.
#[derive(Debug)]
pub struct Evidence {
    /// Every order that was accepted, with how it was seen to end during the load, and what the API says about it at last.
    pub orders: Vec<(Bought, Seen)>,
    /// Some requests, sent again.
    pub replays: Vec<Replay>,
    /// The stock of all skus that were bought.
    pub stock: Result<Vec<Shelf>, String>,
    /// The payments of some orders.
    pub payments: Result<Vec<Payment>, String>,
    /// Nobody else bought meanwhile.
    pub alone: bool,
    /// In which currency orders are.
    pub currency: String,
}

/// Whether something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does, for all that was looked at.
    Ok,
    /// It does not.
    Violated,
    /// Nobody knows, for this reason.
    NotChecked(String),
}

/// What came of judging one invariant.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its name, for programs.
    pub name: &'static str,
    /// What has to hold.
    pub promise: String,
    /// Whether it does.
    pub verdict: Verdict,
    /// How many orders, skus or payments were looked at.
    pub checked: usize,
    /// What is wrong; not all of it when it is much.
    pub examples: Vec<String>,
    /// How much is wrong.
    pub violations: usize,
}

impl Finding {
    fn new(name: &'static str, promise: &str, checked: usize, faults: Vec<String>) -> Self {
        let verdict = match (faults.len(), checked) {
            (0, 0) => Verdict::NotChecked("there was nothing to look at".to_owned()),
            (0, _) => Verdict::Ok,
            _ => Verdict::Violated,
        };
        let violations = faults.len();
        let examples = faults.into_iter().take(EXAMPLES).collect();
        Self { name, promise: promise.to_owned(), verdict, checked, examples, violations }
    }

    fn unchecked(name: &'static str, promise: &str, why: &str) -> Self {
        let verdict = Verdict::NotChecked(why.to_owned());
        Self { verdict, ..Self::new(name, promise, 0, Vec::new()) }
    }
}

/// Judges everything.
pub fn judge(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = orders(evidence);
    findings.extend(replays(&evidence.replays));
    findings.extend(stock(&evidence.stock, evidence.alone));
    findings.push(payments(&evidence.payments, &evidence.currency));
    findings
}

fn orders(evidence: &Evidence) -> Vec<Finding> {
    let orders = &evidence.orders;
    let lost = |(bought, seen): &(Bought, Seen)| match seen {
        Seen::Missing => Some(format!("{} was accepted, and is not there", bought.id)),
        Seen::Unanswered(why) => Some(format!("{} could not be read: {why}", bought.id)),
        Seen::Ended(_) | Seen::Open(_) => None,
    };
    let open = |(bought, seen): &(Bought, Seen)| match seen {
        Seen::Open(status) => Some(format!("{} is still {status}", bought.id)),
        _ => None,
    };
    let mut ids = BTreeSet::new();
    let again: Vec<_> = orders.iter().filter(|(bought, _)| !ids.insert(bought.id.as_str())).collect();
    let twice = |(bought, _): &(Bought, Seen)| format!("{} was answered to two keys", bought.id);
    let before: Vec<_> =
        orders.iter().filter_map(|(bought, seen)| Some((bought, bought.end.as_ref()?, seen))).collect();
    let other = |(bought, end, seen): &(&Bought, &End, &Seen)| {
        let stays = match seen {
            Seen::Ended(now) => now.is_confirmed() == end.is_confirmed(),
            Seen::Open(_) => false,
            // Told above.
            Seen::Missing | Seen::Unanswered(_) => true,
        };
        (!stays).then(|| format!("{} was {end}, and then {seen:?}", bought.id))
    };
    let count = orders.len();
    vec![
        Finding::new(
            "no_order_lost",
            "Every order that was accepted is there.",
            count,
            orders.iter().filter_map(lost).collect(),
        ),
        Finding::new(
            "every_order_ends",
            "Every order that is there comes to an end in time.",
            count,
            orders.iter().filter_map(open).collect(),
        ),
        Finding::new(
            "ends_stay",
            "An order that was seen to end has not ended otherwise since.",
            before.len(),
            before.iter().filter_map(other).collect(),
        ),
        Finding::new(
            "one_order_a_key",
            "No two keys have the same order.",
            count,
            again.into_iter().map(twice).collect(),
        ),
    ]
}

fn replays(replays: &[Replay]) -> [Finding; 2] {
    let differs = |replay: &Replay| {
        let why = replay.answer.as_ref().err()?;
        Some(format!("the request of {}, sent again: {why}", replay.order))
    };
    let same = "A request that is sent again is answered with the same bytes.";
    let listed: Vec<_> = replays.iter().filter_map(|replay| Some((replay, replay.created.as_ref()?))).collect();
    let created = |(replay, created): &(&Replay, &Vec<String>)| {
        (!created.is_empty())
            .then(|| format!("the request of {}, sent again, made {}", replay.order, created.join(", ")))
    };
    let nothing = "A request that is sent again makes no other order.";
    [
        Finding::new("replays_are_the_same", same, replays.len(), replays.iter().filter_map(differs).collect()),
        Finding::new("replays_make_nothing", nothing, listed.len(), listed.iter().filter_map(created).collect()),
    ]
}

/// Stock that only adds up is not enough: what was confirmed has to have left it. How exactly that can be told depends on who else
/// was there. If nobody was, the units that went are those that our orders have, and as many more as our buyers do not know of.
/// If others may have been, they can have taken any number besides, so there is only a least number. It is compared with the
/// difference; but a hold of theirs that was there before and ended meanwhile makes the difference smaller, so that it
/// proves nothing unless all that is held or committed is less than what our orders have.
fn stock(stock: &Result<Vec<Shelf>, String>, alone: bool) -> [Finding; 2] {
    const ADDS_UP: &str = "No stock is below zero, and what was received is available, sold or written off.";
    let (name, promise) = if alone {
        ("stock_comes_out_even", "Exactly the units of confirmed orders have left the stock.")
    } else {
        (
            "stock_covers_what_was_sold",
            "At least the units of confirmed orders have left the stock; others may buy, too.",
        )
    };
    let shelves = match stock {
        Ok(shelves) => shelves,
        Err(why) => {
            return [("stock_adds_up", ADDS_UP), (name, promise)]
                .map(|(name, promise)| Finding::unchecked(name, promise, why));
        }
    };
    let sums = shelves.iter().filter(|shelf| !shelf.after.adds_up());
    let sums = sums.map(|shelf| format!("{}: {:?}", shelf.sku, shelf.after)).collect();
    let taken = |shelf: &Shelf| shelf.after.committed_or_held - shelf.before.committed_or_held;
    let told = |shelf: &Shelf| {
        let Shelf { sku, confirmed, open, .. } = shelf;
        format!("{sku}: {} units went, {confirmed} were confirmed, {open} may have been", taken(shelf))
    };
    let wrong = |shelf: &&Shelf| match alone {
        true => !(shelf.confirmed..=shelf.confirmed + shelf.open).contains(&taken(shelf)),
        false => shelf.confirmed > shelf.after.committed_or_held,
    };
    let faults: Vec<_> = shelves.iter().filter(wrong).map(told).collect();
    let unclear: Vec<_> = shelves.iter().filter(|shelf| shelf.confirmed > taken(shelf)).map(told).collect();
    let mut gone = Finding::new(name, promise, shelves.len(), faults);
    if gone.verdict == Verdict::Ok && !unclear.is_empty() {
        let why = "fewer units went than were confirmed, which earlier holds of others explain if they ended meanwhile";
        gone.verdict = Verdict::NotChecked(why.to_owned());
        gone.examples = unclear.into_iter().take(EXAMPLES).collect();
    }
    [Finding::new("stock_adds_up", ADDS_UP, shelves.len(), sums), gone]
}

fn payments(payments: &Result<Vec<Payment>, String>, currency: &str) -> Finding {
    const PROMISE: &str = "A confirmed order was charged once, with its total; of a cancelled one nothing was kept.";
    const NAME: &str = "money_matches";
    let payments = match payments {
        Ok(payments) => payments,
        Err(why) => return Finding::unchecked(NAME, PROMISE, why),
    };
    let faults = payments.iter().filter_map(|payment| fault_of_payment(payment, currency));
    Finding::new(NAME, PROMISE, payments.len(), faults.collect())
}

/// What is wrong with an order's payment. Amounts are in minor units.
pub fn fault_of_payment(Payment { order, end, payment }: &Payment, currency: &str) -> Option<String> {
    let Bought { id, total_minor, .. } = order;
    let ledger = payment.as_ref().and_then(|payment| payment["ledger"].as_array()).into_iter().flatten();
    let (mut captures, mut captured, mut refunded) = (0, 0, 0);
    for entry in ledger {
        let amount = entry["amount_minor"].as_i64().unwrap_or_default();
        match entry["kind"].as_str() {
            Some("captured") => (captures, captured) = (captures + 1, captured + amount),
            Some("refunded") => refunded += amount,
            _ => {}
        }
    }
    let said =
        format!("{id} is {end} and costs {total_minor}: charged {captures} times, {captured}, gave back {refunded}");
    if !end.is_confirmed() {
        return (captured != refunded).then_some(said);
    }
    let amount = payment.as_ref().map(|payment| &payment["amount"]);
    let other = amount.is_some_and(|amount| amount["currency"].as_str() != Some(currency));
    (captures != 1 || captured != *total_minor || other).then_some(said)
}

#[cfg(test)]
mod tests;

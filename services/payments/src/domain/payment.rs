//! What this shop writes down about an order's payment: one row, which only ever moves forward.

use contracts::saga::Refusal;
use kernel::{Money, OrderId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Intent, State};

/// How far a payment has come, by its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The customer has to authenticate.
    ActionRequired,
    /// The last try failed; the customer may try another card until the order is undone.
    Declined,
    /// The money is set aside.
    Authorized,
    /// No money moved, and none will.
    Canceled,
    /// The money was taken.
    Captured,
    /// The money was given back.
    Refunded,
}

impl Status {
    /// A row only moves to a status of higher rank, so events may come in any order, late and twice. Canceled and
    /// captured are the two ends between which Stripe decides, once; a row never sees both.
    pub fn rank(self) -> u8 {
        match self {
            Self::ActionRequired => 1,
            Self::Declined => 2,
            Self::Authorized => 3,
            Self::Canceled => 4,
            Self::Captured => 5,
            Self::Refunded => 6,
        }
    }
}

/// A payment's row: its status, and its ledger of four entries.
///
/// Every entry follows from what Stripe says of the intent, and is written once: a write that finds it there already
/// leaves it as it is. So the ledger only grows, needs no read before a write, and cannot count anything twice. It
/// balances: `authorized = captured + voided + open`, and `refunded ≤ captured`. (This shop captures once and refunds
/// in full; the day it refunds in parts, refunds need a list.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The order.
    pub order_id: OrderId,
    /// Stripe's id of its intent. An order has one, for life.
    pub intent_id: String,
    /// How far it has come.
    pub status: Status,
    /// How much is to be paid.
    pub amount: Money,
    /// Why it was declined or canceled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Refusal>,
    /// Set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized: Option<Entry>,
    /// Taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Entry>,
    /// Set aside, and let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<Entry>,
    /// Taken, and given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Entry>,
    /// When the status was written down.
    pub updated_at: Timestamp,
}

/// One entry of a payment's ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How much, in minor units of the payment's currency.
    pub amount_minor: i64,
    /// When it was written down.
    pub at: Timestamp,
}

/// What an entry of the ledger is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Set aside.
    Authorized,
    /// Taken.
    Captured,
    /// Set aside, and let go.
    Voided,
    /// Taken, and given back.
    Refunded,
}

impl Payment {
    /// The row that `intent` amounts to, or `None` when nothing about it is worth writing down yet.
    pub fn of(order_id: &OrderId, intent: &Intent, now: Timestamp) -> Option<Self> {
        let whole = intent.amount.amount_minor();
        let (status, [authorized, captured, voided, refunded]) = match intent.state {
            State::RequiresPaymentMethod { failure: None } | State::Pending => return None,
            State::RequiresPaymentMethod { failure: Some(_) } => (Status::Declined, [0; 4]),
            State::RequiresAction => (Status::ActionRequired, [0; 4]),
            State::RequiresCapture => (Status::Authorized, [whole, 0, 0, 0]),
            State::Canceled { was_authorized: true } => (Status::Canceled, [whole, 0, whole, 0]),
            State::Canceled { was_authorized: false } => (Status::Canceled, [0; 4]),
            State::Succeeded { received_minor: received, .. } => {
                // What a capture leaves, Stripe lets go.
                let rest = whole.saturating_sub(received);
                match intent.is_refunded() {
                    true => (Status::Refunded, [whole, received, rest, received]),
                    false => (Status::Captured, [whole, received, rest, 0]),
                }
            }
        };
        let reason = match intent.state {
            State::RequiresPaymentMethod { failure } => failure,
            State::Canceled { .. } => Some(Refusal::PaymentCanceled),
            _ => None,
        };
        let entry = |amount_minor: i64| (amount_minor > 0).then_some(Entry { amount_minor, at: now });
        Some(Self {
            order_id: order_id.clone(),
            intent_id: intent.id.clone(),
            status,
            amount: intent.amount,
            reason,
            authorized: entry(authorized),
            captured: entry(captured),
            voided: entry(voided),
            refunded: entry(refunded),
            updated_at: now,
        })
    }

    /// The row after `next` was written over it, which the database does by a condition and `if_not_exists`: the same
    /// when `next` is no step forward.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        if next.status.rank() <= self.status.rank() {
            return self;
        }
        Self {
            authorized: self.authorized.or(next.authorized),
            captured: self.captured.or(next.captured),
            voided: self.voided.or(next.voided),
            refunded: self.refunded.or(next.refunded),
            ..next
        }
    }

    /// The ledger's entries, in the order in which they come about.
    pub fn ledger(&self) -> Vec<(Kind, Entry)> {
        let entries = [
            (Kind::Authorized, self.authorized),
            (Kind::Captured, self.captured),
            (Kind::Voided, self.voided),
            (Kind::Refunded, self.refunded),
        ];
        entries.into_iter().filter_map(|(kind, entry)| Some((kind, entry?))).collect()
    }

    /// What is set aside and neither taken nor let go, in minor units; `None` when the ledger does not balance.
    pub fn open_minor(&self) -> Option<i64> {
        let amount = |entry: Option<Entry>| entry.map_or(0, |entry| entry.amount_minor);
        let open = amount(self.authorized).checked_sub(amount(self.captured))?.checked_sub(amount(self.voided))?;
        (open >= 0 && amount(self.refunded) <= amount(self.captured)).then_some(open)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn order_id() -> OrderId {
        OrderId::from_bytes([7; 16])
    }

    fn intent(state: State) -> Intent {
        Intent {
            id: "pi_1".to_owned(),
            order_id: Some(order_id()),
            amount: Money::minor(1980, Currency::EUR),
            state,
            client_secret: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn amounts(payment: &Payment) -> Vec<(Kind, i64)> {
        payment.ledger().into_iter().map(|(kind, entry)| (kind, entry.amount_minor)).collect()
    }

    #[test]
    fn each_state_of_an_intent_has_its_row() {
        use Kind::{Authorized, Captured, Refunded, Voided};
        let succeeded = |received_minor, refunded_minor| State::Succeeded { received_minor, refunded_minor };
        let cases = [
            (State::RequiresAction, Status::ActionRequired, None, vec![]),
            (
                State::RequiresPaymentMethod { failure: Some(Refusal::AuthenticationFailed) },
                Status::Declined,
                Some(Refusal::AuthenticationFailed),
                vec![],
            ),
            (State::RequiresCapture, Status::Authorized, None, vec![(Authorized, 1980)]),
            (State::Canceled { was_authorized: false }, Status::Canceled, Some(Refusal::PaymentCanceled), vec![]),
            (
                State::Canceled { was_authorized: true },
                Status::Canceled,
                Some(Refusal::PaymentCanceled),
                vec![(Authorized, 1980), (Voided, 1980)],
            ),
            (succeeded(1980, 0), Status::Captured, None, vec![(Authorized, 1980), (Captured, 1980)]),
            (succeeded(1980, 80), Status::Captured, None, vec![(Authorized, 1980), (Captured, 1980)]),
            (succeeded(1500, 0), Status::Captured, None, vec![(Authorized, 1980), (Captured, 1500), (Voided, 480)]),
            (
                succeeded(1980, 1980),
                Status::Refunded,
                None,
                vec![(Authorized, 1980), (Captured, 1980), (Refunded, 1980)],
            ),
        ];
        for (state, status, reason, ledger) in cases {
            let payment = Payment::of(&order_id(), &intent(state), at(1)).unwrap();
            assert_eq!((payment.status, payment.reason), (status, reason), "{state:?}");
            assert_eq!(amounts(&payment), ledger, "{state:?}");
        }
    }

    #[test]
    fn nothing_is_written_while_nothing_is_known() {
        for state in [State::Pending, State::RequiresPaymentMethod { failure: None }] {
            assert_eq!(Payment::of(&order_id(), &intent(state), at(1)), None);
        }
    }

    #[test]
    fn an_entry_keeps_the_time_at_which_it_was_first_written() {
        let row = |state, second| Payment::of(&order_id(), &intent(state), at(second)).unwrap();
        let captured = State::Succeeded { received_minor: 1980, refunded_minor: 0 };
        let payment = row(State::RequiresCapture, 1).then(row(captured, 2)).then(row(State::RequiresCapture, 3));
        let times: Vec<_> = payment.ledger().into_iter().map(|(_, entry)| entry.at).collect();
        assert_eq!((times, payment.updated_at), (vec![at(1), at(2)], at(2)));
    }

    /// Everything that can be seen of one intent over its life: it ends canceled, or captured and perhaps refunded.
    fn looks() -> impl Strategy<Value = Vec<State>> {
        let waiting = prop_oneof![
            Just(State::Pending),
            Just(State::RequiresAction),
            Just(State::RequiresPaymentMethod { failure: None }),
            Just(State::RequiresPaymentMethod { failure: Some(Refusal::PaymentDeclined) }),
            Just(State::RequiresCapture),
        ];
        let taken = |refunded_minor| State::Succeeded { received_minor: 1980, refunded_minor };
        let end = prop_oneof![
            Just(vec![]),
            Just(vec![State::Canceled { was_authorized: true }]),
            Just(vec![taken(0)]),
            Just(vec![taken(0), taken(1980)]),
        ];
        (proptest::collection::vec(waiting, 0..6), end)
            .prop_map(|(mut looks, end)| {
                looks.extend(end);
                looks.extend(looks.clone());
                looks
            })
            .prop_shuffle()
    }

    proptest! {
        #[test]
        fn looks_in_any_order_and_twice_end_at_the_furthest_with_a_ledger_that_balances(looks in looks()) {
            let mut row: Option<Payment> = None;
            let mut furthest = 0;
            for (second, state) in (1..).zip(looks) {
                let Some(next) = Payment::of(&order_id(), &intent(state), at(second)) else { continue };
                furthest = furthest.max(next.status.rank());
                let before = row.clone();
                let after = match row { Some(row) => row.then(next), None => next };
                prop_assert_eq!(after.status.rank(), furthest);
                prop_assert!(after.open_minor().is_some(), "{:?}", after);
                let kept = before.iter().flat_map(Payment::ledger).all(|entry| after.ledger().contains(&entry));
                prop_assert!(kept, "an entry of {:?} is missing in {:?}", before, after);
                prop_assert_eq!(after.status == Status::Authorized, after.open_minor() == Some(1980));
                row = Some(after);
            }
        }
    }
}

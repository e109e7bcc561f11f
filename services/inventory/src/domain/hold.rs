//! What an order holds of one sku, and what can become of it.

use contracts::saga::Refusal;
use kernel::{OrderId, Sku, Timestamp};

/// What an order holds of one sku.
///
/// A hold is also the memory of what was decided. `Refused` is the tombstone of an order that never held anything: it
/// is put on the **first line's** hold only, with quantity zero. Reserving is all or nothing and puts every line's hold
/// on the condition that it does not exist, so one existing item stops it for the whole order, and lines are sorted by
/// sku and never empty, so everybody agrees on which line is first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The order.
    pub order_id: OrderId,
    /// The sku.
    pub sku: Sku,
    /// Units taken from the stock item; zero when the order was refused.
    pub quantity: u32,
    /// The shard of the stock item that the units were taken from, and go back to.
    pub shard: u32,
    /// Where it stands.
    pub state: HoldState,
    /// From this moment on it cannot be committed, and may be released by anybody.
    pub expires_at: Timestamp,
}

/// Where a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldState {
    /// The units are the order's until the hold expires.
    Held,
    /// The units are the order's for good, unless the order is undone.
    Committed,
    /// It is over, and the units were given back. Final.
    Released(Refusal),
    /// Nothing was ever held, and nothing ever will be. Final.
    Refused(Refusal),
}

/// What can happen to a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The order goes through.
    Commit,
    /// The hold ends.
    End(Ending),
}

/// Why a hold ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its order is undone.
    Undo(Refusal),
    /// It was not committed in time.
    Expiry,
}

impl Ending {
    /// The reason that the tombstone records.
    pub fn reason(self) -> Refusal {
        match self {
            Self::Undo(reason) => reason,
            Self::Expiry => Refusal::HoldExpired,
        }
    }
}

impl Hold {
    /// The state that `event` leads to at `now`, or nothing when it changes nothing. This is the whole transition
    /// table; the conditions of the database writes say the same.
    ///
    /// A hold that has expired can be committed by nobody, and is still held until somebody releases it. Undoing
    /// reaches committed holds too: the capture of the money may have failed for good. Expiry does not.
    pub fn after(&self, event: Event, now: Timestamp) -> Option<HoldState> {
        let expired = self.expires_at <= now;
        match (self.state, event) {
            (HoldState::Held, Event::Commit) if !expired => Some(HoldState::Committed),
            (HoldState::Held, Event::End(Ending::Expiry)) if expired => Some(HoldState::Released(Refusal::HoldExpired)),
            (HoldState::Held | HoldState::Committed, Event::End(Ending::Undo(reason))) => {
                Some(HoldState::Released(reason))
            }
            (HoldState::Held | HoldState::Committed, Event::Commit | Event::End(Ending::Expiry)) => None,
            (HoldState::Released(_) | HoldState::Refused(_), _) => None,
        }
    }
}

impl HoldState {
    /// Whether it keeps units from others.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Committed)
    }

    /// Why it is over, if it is.
    pub fn over(self) -> Option<Refusal> {
        match self {
            Self::Held | Self::Committed => None,
            Self::Released(reason) | Self::Refused(reason) => Some(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HoldState::{Committed, Held, Refused, Released};

    const EXPIRES: i64 = 1_000;
    const UNDO: Event = Event::End(Ending::Undo(Refusal::PaymentDeclined));
    const EXPIRE: Event = Event::End(Ending::Expiry);

    fn after(state: HoldState, event: Event, now: i64) -> Option<HoldState> {
        let hold = Hold {
            order_id: OrderId::from_bytes([1; 16]),
            sku: Sku::parse("MUG-01").unwrap(),
            quantity: 2,
            shard: 0,
            state,
            expires_at: Timestamp::from_millisecond(EXPIRES).unwrap(),
        };
        hold.after(event, Timestamp::from_millisecond(now).unwrap())
    }

    #[test]
    fn the_transition_table() {
        let (before, at) = (EXPIRES - 1, EXPIRES);
        assert_eq!(after(Held, Event::Commit, before), Some(Committed));
        assert_eq!(after(Held, Event::Commit, at), None);
        assert_eq!(after(Held, EXPIRE, before), None);
        assert_eq!(after(Held, EXPIRE, at), Some(Released(Refusal::HoldExpired)));
        for now in [before, at] {
            assert_eq!(after(Held, UNDO, now), Some(Released(Refusal::PaymentDeclined)));
            assert_eq!(after(Committed, UNDO, now), Some(Released(Refusal::PaymentDeclined)));
            assert_eq!(after(Committed, Event::Commit, now), None);
            assert_eq!(after(Committed, EXPIRE, now), None);
        }
    }

    #[test]
    fn what_has_ended_never_comes_back() {
        for state in [Released(Refusal::HoldExpired), Refused(Refusal::SoldOut)] {
            for event in [Event::Commit, UNDO, EXPIRE] {
                for now in [EXPIRES - 1, EXPIRES, EXPIRES + 1] {
                    assert_eq!(after(state, event, now), None, "{state:?} {event:?}");
                }
            }
        }
    }
}

//! What there is outside of the executions: the order's item, its holds, the stock, Stripe's intent, and the clock.

/// Lines of the order, at most.
pub(crate) const LINES_MAX: usize = 2;

/// The order's status, up to its confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Placed.
    Pending,
    /// Waits for the customer's 3-D Secure step.
    ActionRequired,
    /// Taken back by the customer.
    Cancelling,
    /// Over, with nothing.
    Cancelled,
    /// Over, paid, with stock.
    Confirmed,
}

impl Status {
    /// Whether the saga has nothing left to do.
    pub(crate) fn is_settled(self) -> bool {
        matches!(self, Self::Cancelled | Self::Confirmed)
    }
}

/// The hold item of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// There is no item.
    Absent,
    /// The unit is the order's until the deadline.
    Held,
    /// The unit is the order's, unless it is undone.
    Committed,
    /// It was given back.
    Released,
    /// The tombstone of an order that never held anything.
    Refused,
}

impl Hold {
    /// Whether it keeps a unit from others.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Committed)
    }
}

/// A payment intent, by Stripe's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// Not created.
    Absent,
    /// `requires_action`: the customer has to authenticate.
    RequiresAction,
    /// `requires_payment_method`: declined, or the customer failed to authenticate.
    RequiresPaymentMethod,
    /// `requires_capture`: the money is set aside.
    RequiresCapture,
    /// `succeeded`: captured.
    Succeeded,
    /// `succeeded`, and all of it given back.
    Refunded,
    /// `canceled`.
    Canceled,
}

impl Intent {
    /// Whether money can still be taken by it.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::RequiresAction | Self::RequiresPaymentMethod | Self::RequiresCapture)
    }
}

/// What the customer pays with, which decides what a create answers. Stripe saves that answer under the key and gives
/// it again, whatever became of the intent since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Card {
    /// Money is set aside at once.
    Good,
    /// The bank wants the customer to authenticate.
    NeedsAuthentication,
    /// The bank declines.
    Declined,
}

impl Card {
    /// The intent that a create with this card makes.
    pub(crate) fn intent(self) -> Intent {
        match self {
            Self::Good => Intent::RequiresCapture,
            Self::NeedsAuthentication => Intent::RequiresAction,
            Self::Declined => Intent::RequiresPaymentMethod,
        }
    }
}

/// Everything that is written down somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct World {
    /// The order's status.
    pub status: Status,
    /// Its holds, one per line.
    pub holds: [Hold; LINES_MAX],
    /// Units that can be ordered of each line's sku. There is one of each in the beginning.
    pub available: [i8; LINES_MAX],
    /// Whether another buyer took the unit.
    pub sold: [bool; LINES_MAX],
    /// Its intents. The second exists only where a rule is missing.
    pub intents: [Intent; 2],
    /// The card.
    pub card: Card,
    /// Whether the deadline has passed, which is also when holds expire.
    pub late: bool,
    /// Whether the customer took the order back.
    pub taken_back: bool,
    /// Whether the order was ever settled.
    pub was_settled: bool,
    /// Whether a step met what its code calls impossible.
    pub impossible: bool,
    /// Whether the saga was ever started. Kept only where the watchdog is missing.
    pub started: bool,
}

impl World {
    /// An order that was just placed.
    pub(crate) fn new(card: Card) -> Self {
        Self {
            status: Status::Pending,
            holds: [Hold::Absent; LINES_MAX],
            available: [1; LINES_MAX],
            sold: [false; LINES_MAX],
            intents: [Intent::Absent; 2],
            card,
            late: false,
            taken_back: false,
            was_settled: false,
            impossible: false,
            started: false,
        }
    }

    /// Writes the order's status.
    pub(crate) fn set(&mut self, status: Status) {
        self.status = status;
        self.was_settled |= status.is_settled();
    }

    /// Gives a line's unit back and leaves a tombstone.
    pub(crate) fn release(&mut self, line: usize) {
        self.holds[line] = Hold::Released;
        self.available[line] += 1;
    }

    /// How many of the intents are in this state.
    pub(crate) fn count(&self, wanted: Intent) -> usize {
        self.intents.iter().filter(|intent| **intent == wanted).count()
    }
}

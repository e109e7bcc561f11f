//! The saga's rules, each of which a model can do without.

use super::{Bounds, Grain};

/// A rule of the saga. Unless said otherwise it is the design's, as in docs/adr/0003, 0005 and 0006.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "`says` describes them")]
pub enum Rule {
    HoldBeforePayment,
    CommitBeforeCapture,
    RecordRefusals,
    TombstonesStay,
    RefusedIsNotReleased,
    FirstLineDecides,
    ReserveAgain,
    CommitAgain,
    CommitOnlyHeld,
    CommitRefusesExpired,
    ReleaseByCondition,
    UndoReachesCommitted,
    ExpiryLeavesCommitted,
    NoTtlOnHolds,
    OneKey,
    OneIntentForLife,
    LookBehindSavedAnswers,
    CaptureAgain,
    ReplayTheCreate,
    ReleaseAfterCancel,
    TurnForward,
    RefundOnlyCancelling,
    ConfirmAgain,
    ConfirmIsConditional,
    CancelIsConditional,
    ParkIsConditional,
    AbandonIsConditional,
    OnlyRefusalsUndo,
    UndoAtOnce,
    Deadline,
    Watchdog,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 31] = [
        Self::HoldBeforePayment,
        Self::CommitBeforeCapture,
        Self::RecordRefusals,
        Self::TombstonesStay,
        Self::RefusedIsNotReleased,
        Self::FirstLineDecides,
        Self::ReserveAgain,
        Self::CommitAgain,
        Self::CommitOnlyHeld,
        Self::CommitRefusesExpired,
        Self::ReleaseByCondition,
        Self::UndoReachesCommitted,
        Self::ExpiryLeavesCommitted,
        Self::NoTtlOnHolds,
        Self::OneKey,
        Self::OneIntentForLife,
        Self::LookBehindSavedAnswers,
        Self::CaptureAgain,
        Self::ReplayTheCreate,
        Self::ReleaseAfterCancel,
        Self::TurnForward,
        Self::RefundOnlyCancelling,
        Self::ConfirmAgain,
        Self::ConfirmIsConditional,
        Self::CancelIsConditional,
        Self::ParkIsConditional,
        Self::AbandonIsConditional,
        Self::OnlyRefusalsUndo,
        Self::UndoAtOnce,
        Self::Deadline,
        Self::Watchdog,
    ];

    /// What it demands.
    pub fn says(self) -> &'static str {
        match self {
            Self::HoldBeforePayment => "Stock is held before a payment is begun.",
            Self::CommitBeforeCapture => "Stock is committed before the money is captured.",
            Self::RecordRefusals => "Refusals are recorded before they are answered.",
            Self::TombstonesStay => "A tombstone outlives every call that can still be on its way.",
            Self::RefusedIsNotReleased => "Refused (never held) is a state apart from released (held once).",
            Self::FirstLineDecides => "Every refusal of an order is put in the place of its first line's hold.",
            Self::ReserveAgain => "Reserving again answers what the holds say.",
            Self::CommitAgain => "Committing again is a success.",
            Self::CommitOnlyHeld => "Only what is held can be committed.",
            Self::CommitRefusesExpired => "An expired hold is not committed.",
            Self::ReleaseByCondition => "Holds are ended only in the state in which they were read.",
            Self::UndoReachesCommitted => "The undo releases committed holds too.",
            Self::ExpiryLeavesCommitted => "Expiry ends held holds only.",
            Self::NoTtlOnHolds => "Live holds expire by condition, and DynamoDB's TTL does not delete them.",
            Self::OneKey => "An order's create has one idempotency key.",
            Self::OneIntentForLife => "A canceled intent is never replaced.",
            Self::LookBehindSavedAnswers => {
                "The intent is looked at where a saved answer says that the customer has to act."
            }
            Self::CaptureAgain => "Capturing again is a success.",
            Self::ReplayTheCreate => "cancel-payment replays the create, and never concludes from absence.",
            Self::ReleaseAfterCancel => "Nothing is released before Stripe says canceled, or the refund is made.",
            Self::TurnForward => "An undo that finds the money captured turns forward to confirm.",
            Self::RefundOnlyCancelling => "Only an order in CANCELLING is refunded.",
            Self::ConfirmAgain => "Confirming again is a success.",
            Self::ConfirmIsConditional => "CONFIRMED is written over PENDING and ACTION_REQUIRED only.",
            Self::CancelIsConditional => "CANCELLING is written over PENDING and ACTION_REQUIRED only.",
            Self::ParkIsConditional => "ACTION_REQUIRED is written over PENDING only.",
            Self::AbandonIsConditional => "CANCELLED is never written over CONFIRMED.",
            Self::OnlyRefusalsUndo => "Only a definite refusal enters the undo; exhausted retries do not.",
            Self::UndoAtOnce => "An order in CANCELLING is undone from the start, not taken forward first.",
            Self::Deadline => "After the deadline nothing is reserved, authorized or captured.",
            Self::Watchdog => "The saga is started again until the order is settled.",
        }
    }

    /// What the rule is kept for, if nothing breaks without it.
    pub fn kept_for(self) -> Option<&'static str> {
        Some(match self {
            Self::FirstLineDecides => {
                "One item to look at. Any line would do, as reserving demands that none of the order's holds exists; \
                 but an order that is refused twice would have two tombstones."
            }
            Self::CommitRefusesExpired => {
                "An expired hold may be given back at any moment, and the capture after it would refuse. Nothing may \
                 rest on this rule: a commit can land that carries a clock from before the deadline."
            }
            Self::CaptureAgain => {
                "A lost answer costs one call more, and not the way through the undo, which would find the money \
                 captured and turn forward."
            }
            Self::AbandonIsConditional => {
                "No undo reaches abandon-order when the order is confirmed. The condition is the second line of \
                 defence, and reports a fault of the saga as an error."
            }
            Self::UndoAtOnce => {
                "Going forward, the customer would be charged and refunded for an order that they took back before it \
                 was paid."
            }
            _ => return None,
        })
    }

    /// The bounds within which its absence is tried: the smallest that show what it is for, and larger ones where
    /// nothing breaks.
    pub(crate) fn bounds(self) -> Bounds {
        let (late, lines, grain) = match self {
            Self::FirstLineDecides => (0, 2, Grain::Call),
            Self::ReleaseByCondition | Self::OneKey => (1, 1, Grain::Call),
            _ if self.kept_for().is_some() => (1, 1, Grain::Call),
            _ => (1, 1, Grain::Step),
        };
        Bounds { executions: 2, late, lines, grain }
    }
}

/// The rules, all of them or all but one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules(Option<Rule>);

impl Rules {
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn without(rule: Rule) -> Self {
        Self(Some(rule))
    }

    pub(crate) fn keep(self, rule: Rule) -> bool {
        self.0 != Some(rule)
    }

    pub(crate) fn missing(self) -> Option<Rule> {
        self.0
    }
}

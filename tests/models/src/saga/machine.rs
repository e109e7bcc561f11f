//! The saga's transitions: which step follows which answer.
//!
//! A test holds [`after`] against `services/orders/saga/order-saga.asl.json`.

use super::rules::{Rule, Rules};

/// A task of the saga, by its name in the definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the definition describes them")]
pub enum Step {
    ReserveStock,
    AuthorizePayment,
    ParkOrder,
    CommitStock,
    CapturePayment,
    ConfirmOrder,
    RefuseStock,
    CancelPayment,
    ConfirmCaptured,
    RefundPayment,
    ReleaseStock,
    AbandonOrder,
}

impl Step {
    /// Every task.
    pub const ALL: [Self; 12] = [
        Self::ReserveStock,
        Self::AuthorizePayment,
        Self::ParkOrder,
        Self::CommitStock,
        Self::CapturePayment,
        Self::ConfirmOrder,
        Self::RefuseStock,
        Self::CancelPayment,
        Self::ConfirmCaptured,
        Self::RefundPayment,
        Self::ReleaseStock,
        Self::AbandonOrder,
    ];

    /// Whether it belongs to the undo.
    pub(crate) fn undoes(self) -> bool {
        self >= Self::RefuseStock
    }
}

/// What a step answers: the `outcome` that the definition's Choice states read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "contracts::saga describes them")]
pub enum Answer {
    Held,
    Authorized,
    ActionRequired,
    Parked,
    Committed,
    Captured,
    Confirmed,
    Refused,
    NeverHeld,
    WasHeld,
    Canceled,
    Refunded,
    Released,
    Abandoned,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 14] = [
        Self::Held,
        Self::Authorized,
        Self::ActionRequired,
        Self::Parked,
        Self::Committed,
        Self::Captured,
        Self::Confirmed,
        Self::Refused,
        Self::NeverHeld,
        Self::WasHeld,
        Self::Canceled,
        Self::Refunded,
        Self::Released,
        Self::Abandoned,
    ];

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Authorized => "authorized",
            Self::ActionRequired => "action_required",
            Self::Parked => "parked",
            Self::Committed => "committed",
            Self::Captured => "captured",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::NeverHeld => "never_held",
            Self::WasHeld => "was_held",
            Self::Canceled => "canceled",
            Self::Refunded => "refunded",
            Self::Released => "released",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Where an answer leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To this step.
    Step(Step),
    /// The execution succeeds.
    Done,
    /// No step gives this answer: the definition's `Unexpected`.
    Unexpected,
}

/// The shipped saga.
pub fn after(step: Step, answer: Answer) -> Next {
    let next = match (step, answer) {
        (Step::ReserveStock, Answer::Held) => Step::AuthorizePayment,
        (Step::AuthorizePayment, Answer::Authorized) => Step::CommitStock,
        (Step::AuthorizePayment, Answer::ActionRequired) => Step::ParkOrder,
        (Step::ParkOrder, Answer::Parked) => return Next::Done,
        (Step::CommitStock, Answer::Committed) => Step::CapturePayment,
        (Step::CapturePayment, Answer::Captured) => Step::ConfirmOrder,
        (Step::ConfirmOrder | Step::ConfirmCaptured, Answer::Confirmed) => return Next::Done,
        (Step::RefuseStock, Answer::NeverHeld) => Step::AbandonOrder,
        (Step::RefuseStock, Answer::WasHeld) => Step::CancelPayment,
        (Step::CancelPayment | Step::RefundPayment, Answer::Canceled | Answer::Refunded) => Step::ReleaseStock,
        (Step::CancelPayment, Answer::Captured) => Step::ConfirmCaptured,
        (Step::ConfirmCaptured, Answer::Refused) => Step::RefundPayment,
        (Step::ReleaseStock, Answer::Released) => Step::AbandonOrder,
        (Step::AbandonOrder, Answer::Abandoned) => return Next::Done,
        (step, Answer::Refused) if !step.undoes() => Step::RefuseStock,
        _ => return Next::Unexpected,
    };
    Next::Step(next)
}

/// The saga without one of its rules: the same, but for the places where the rule is.
pub(crate) fn next(rules: Rules, step: Step, answer: Answer) -> Next {
    let Some(missing) = rules.missing() else { return after(step, answer) };
    let turned = match (missing, step, answer) {
        (Rule::HoldBeforePayment, Step::AuthorizePayment, Answer::Authorized) => Step::ReserveStock,
        (Rule::HoldBeforePayment, Step::ReserveStock, Answer::Held) => Step::CommitStock,
        (Rule::CommitBeforeCapture, Step::AuthorizePayment, Answer::Authorized) => Step::CapturePayment,
        (Rule::CommitBeforeCapture, Step::CapturePayment, Answer::Captured) => Step::CommitStock,
        (Rule::CommitBeforeCapture, Step::CommitStock, Answer::Committed) => Step::ConfirmOrder,
        (Rule::ReleaseAfterCancel, Step::RefuseStock, Answer::WasHeld) => Step::ReleaseStock,
        (Rule::ReleaseAfterCancel, Step::ReleaseStock, Answer::Released) => Step::CancelPayment,
        (Rule::ReleaseAfterCancel, Step::CancelPayment | Step::RefundPayment, Answer::Canceled | Answer::Refunded) => {
            Step::AbandonOrder
        }
        (Rule::RefundOnlyCancelling, Step::CancelPayment, Answer::Captured) => Step::RefundPayment,
        (Rule::TurnForward, Step::CancelPayment, Answer::Captured) => return Next::Done,
        _ => return after(step, answer),
    };
    Next::Step(turned)
}

/// The first step of a forward execution.
pub(crate) fn first(rules: Rules) -> Step {
    if rules.keep(Rule::HoldBeforePayment) { Step::ReserveStock } else { Step::AuthorizePayment }
}

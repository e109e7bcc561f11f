//! What must always hold, by name.

use std::fmt;

use serde::Serialize;

macro_rules! invariants {
    ($($invariant:ident $name:literal $rule:literal)*) => {
        /// Something that must hold, whatever goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum Invariant { $(#[doc = $rule] #[serde(rename = $name)] $invariant,)* }

        impl Invariant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$invariant),*];

            /// Its name, in reports.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$invariant => $name),* }
            }

            /// What must hold.
            pub fn rule(self) -> &'static str {
                match self { $(Self::$invariant => $rule),* }
            }
        }
    };
}

invariants! {
    StockConserved "stock-conserved"
        "Per sku, over all shards, what was received is available, held, committed or written off."
    StockNeverNegative "stock-never-negative"
        "No figure of stock is ever below zero."
    NoOversell "no-oversell"
        "The units of confirmed orders are at most those that were received and not written off."
    StockAsTold "stock-as-told"
        "What was received and written off is exactly what admins were told."
    SoldOutIsTrue "sold-out-is-true"
        "No order is refused as sold out while there always were, over all shards, the units that it wants."
    WithinLimits "within-limits"
        "No customer has more units of a product in its sale than the sale allows."
    ConfirmedHasStock "confirmed-has-stock"
        "Every line of a confirmed order has its units committed."
    CancelledHoldsNothing "cancelled-holds-nothing"
        "No unit is held or committed for a cancelled order."
    OneIntent "one-intent"
        "An order has at most one payment intent, for life."
    OneCapture "one-capture"
        "At most one payment intent of an order is captured."
    CaptureIsConfirmed "capture-is-confirmed"
        "Money that was captured and not given back is a confirmed order's, or an operator knows of it."
    ConfirmedIsPaid "confirmed-is-paid"
        "For a confirmed order its total is captured, and nothing given back."
    CancelledCostsNothing "cancelled-costs-nothing"
        "For a cancelled order what was captured was given back, and nothing is set aside."
    LedgerIsStripe "ledger-is-stripe"
        "The ledger of payments balances, and equals what Stripe says."
    NothingForNobody "nothing-for-nobody"
        "Nothing is held and no payment begun for an order that does not exist."
    TakenIsKept "taken-is-kept"
        "An order that its customer was told of exists, costs what was said, and is there for its customer."
    OneRequestPerKey "one-request-per-key"
        "The same request is always answered the same, and another one under its key is refused."
    EveryOrderEnds "every-order-ends"
        "Every order comes to its end, or is marked for an operator and an alarm was raised."
    EndsStay "ends-stay"
        "An order that has come to its end stays as it is."
    CancelIsFinal "cancel-is-final"
        "An order whose customer took it back is never confirmed."
    ComesToRest "comes-to-rest"
        "When nothing goes wrong any more, queues empty, and nothing is left that nobody can handle."
    MailSent "mail-sent"
        "Whoever waits for the customer, is confirmed or is cancelled has had the mail that says so."
    MailSentOnce "mail-sent-once"
        "A mail is sent twice only where SES's answer was lost or its sender died before writing it down."
    MailTrue "mail-true"
        "No mail tells of a state that the order never had."
    EventPublished "event-published"
        "Every change of an order, a payment, stock and a product that others must hear of is published."
    EventTrue "event-true"
        "No event tells of a change that never was."
    EventRecognisable "event-recognisable"
        "An event that is published again has the same id, and no other event has it."
    AuditsAgree "audits-agree"
        "The contexts' own audits of their tables find nothing."
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Violation {
    /// What should hold.
    pub invariant: Invariant,
    /// What was seen instead.
    pub what: String,
}

impl Violation {
    /// A violation of `invariant`.
    pub fn of(invariant: Invariant, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

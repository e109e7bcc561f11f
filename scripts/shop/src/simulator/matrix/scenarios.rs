//! What may happen to a shop that is used as intended: the courses of events that the matrix disturbs.

use std::pin::Pin;

use fakestripe::Authentication;
use localcloud::driver::Outcome;

use super::{
    acts::{
        ask_again, authenticate, buy, buy_in_a_sale, buy_spread, cancel_at_once, cancel_soon, cancel_when,
        keep_the_shelf, leave_shards, look_at_everything, miss_a_sale, picture_the_shelf, run_the_shop,
        spread_the_shelf, try_again, wait_for_a_turn,
    },
    people::People,
    scripted::Circumstance::{self, Call, Outage, Throttled, Waits},
};
use crate::simulator::shelf::{Product, SHELF};

/// What people do in a scenario.
pub type Act = fn(&People) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + '_>>;

/// A course of events.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What happens, in a few words.
    pub about: &'static str,
    /// What there is to buy.
    pub products: &'static [Product],
    /// Settings that differ.
    pub settings: &'static [(&'static str, &'static str)],
    /// How the cloud differs from its best day.
    pub circumstances: &'static [Circumstance],
    /// What people do.
    pub act: Act,
    /// How the order may end, whatever strikes; the first is how it ends when nothing does. Empty where there is no order.
    pub ends: &'static [&'static str],
    /// Whether an operator is called when nothing strikes. Otherwise none ever is.
    pub operator: bool,
    /// Where a step refuses for good, and which states run after it.
    pub refusals: &'static [(&'static str, &'static [&'static str])],
    /// Whether pairs of faults are tried too.
    pub pairs: bool,
}

const MUG: Product = SHELF[0];
const PEN: Product = SHELF[1];
const LAMP: Product = SHELF[2];

impl Scenario {
    /// Whether its circumstances refuse that invocation of a function, from 1.
    pub(super) fn refuses_invocation(&self, function: &str, which: u32) -> bool {
        let refuses = |circumstance: &Circumstance| matches!(*circumstance, Throttled(name, first) if name == function && which <= first);
        self.circumstances.iter().any(refuses)
    }
}

/// A scenario in which one order is placed on an AWS at its best.
const PLAIN: Scenario = Scenario {
    name: "",
    about: "",
    products: &[MUG],
    settings: &[],
    circumstances: &[],
    act: |people| Box::pin(buy(people, "pm_card_visa", &[("MUG-01", 1)])),
    ends: &["confirmed"],
    operator: false,
    refusals: &[],
    pairs: false,
};

const UNDONE: &[&str] = &["RefuseStock", "CancelPayment", "ReleaseStock", "AbandonOrder"];
/// Customer against saga: who was told that the order is taken back has it taken back, and who came too late has it. The
/// judge holds the shop to what it has answered.
const TAKEN_BACK: &[&str] = &["cancelled_cancelled_by_customer", "confirmed"];

/// Past its deadline, an order ends for one of two reasons: a step has looked at the time, or a step has found its hold expired.
const LATE: &[&str] = &["cancelled_deadline_passed", "cancelled_hold_expired"];

/// All of them.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "bought", about: "One line, a card that needs nothing.", pairs: true, ..PLAIN },
    Scenario {
        name: "several lines",
        about: "Three lines.",
        products: &[MUG, PEN, LAMP],
        act: |people| Box::pin(buy(people, "pm_card_visa", &[("MUG-01", 2), ("PEN-01", 1), ("LAMP-01", 3)])),
        ..PLAIN
    },
    Scenario {
        name: "sold out",
        about: "More than there is.",
        products: &[MUG, LAMP],
        act: |people| Box::pin(buy(people, "pm_card_visa", &[("MUG-01", 1), ("LAMP-01", 4)])),
        ends: &["cancelled_sold_out"],
        refusals: &[("ReserveStock", &["RefuseStock", "AbandonOrder"])],
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "declined",
        about: "The bank declines.",
        act: |people| Box::pin(buy(people, "pm_card_visa_chargeDeclined", &[("MUG-01", 1)])),
        ends: &["cancelled_payment_declined"],
        refusals: &[("AuthorizePayment", UNDONE)],
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "no such card",
        about: "Stripe refuses to create a payment.",
        act: |people| Box::pin(buy(people, "pm_card_nobody_has", &[("MUG-01", 1)])),
        ends: &["cancelled_payment_declined"],
        refusals: &[("AuthorizePayment", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "a saved failure",
        about: "Stripe creates the payment, answers with a fault of its own, and repeats that for ever.",
        circumstances: &[Call("payments/authorize-payment", "POST", Outcome::FailedAfter)],
        ..PLAIN
    },
    Scenario {
        name: "authenticated",
        about: "3-D Secure, passed.",
        act: |people| Box::pin(authenticate(people, Authentication::Succeed)),
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "authentication failed",
        about: "3-D Secure, failed.",
        act: |people| Box::pin(authenticate(people, Authentication::Fail)),
        // The undo's cancel is an event too, which starts an execution that finds the payment canceled. It may end first.
        ends: &["cancelled_authentication_failed", "cancelled_payment_canceled"],
        refusals: &[("AuthorizePayment", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "authentication abandoned",
        about: "3-D Secure, never answered: the deadline ends it.",
        settings: &[("ORDER_DEADLINE_SECONDS", "120")],
        act: |people| Box::pin(buy(people, "pm_card_threeDSecureRequired", &[("MUG-01", 1)])),
        ends: LATE,
        refusals: &[("AuthorizePayment", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "hold expired by schedule",
        about: "3-D Secure, never answered, and the schedule finds the hold before the watchdog finds the order.",
        settings: &[("ORDER_DEADLINE_SECONDS", "200")],
        act: |people| Box::pin(buy(people, "pm_card_threeDSecureRequired", &[("MUG-01", 1)])),
        ends: &["cancelled_hold_expired", "cancelled_deadline_passed"],
        refusals: &[("ReserveStock", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "cancelled before reserve",
        about: "Taken back before anything is held.",
        circumstances: &[Waits("inventory/reserve-stock", 1, 4)],
        act: |people| Box::pin(cancel_at_once(people)),
        ends: &["cancelled_cancelled_by_customer"],
        refusals: &[("ReserveStock", &["RefuseStock", "AbandonOrder"])],
        ..PLAIN
    },
    Scenario {
        name: "cancelled before authorize",
        about: "Taken back when the stock is held, and before a payment is begun: the undo begins it, to cancel it.",
        circumstances: &[Waits("payments/authorize-payment", 1, 4)],
        act: |people| Box::pin(cancel_soon(people)),
        ends: TAKEN_BACK,
        refusals: &[("CommitStock", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "cancelled while parking",
        about: "Taken back when the bank has asked, and before that is written down.",
        circumstances: &[Waits("orders/park-order", 1, 4)],
        act: |people| Box::pin(cancel_when(people, "pm_card_threeDSecureRequired", "requires_action")),
        ends: &["cancelled_cancelled_by_customer"],
        refusals: &[("ParkOrder", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "cancelled after authorize",
        about: "Taken back when the money is set aside, and before the stock is committed.",
        circumstances: &[Waits("inventory/commit-stock", 1, 4)],
        act: |people| Box::pin(cancel_when(people, "pm_card_visa", "requires_capture")),
        ends: TAKEN_BACK,
        refusals: &[("CommitStock", UNDONE)],
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "cancelled before capture",
        about: "Taken back when the stock is committed, and before the money is taken.",
        circumstances: &[Waits("payments/capture-payment", 1, 4)],
        act: |people| Box::pin(cancel_when(people, "pm_card_visa", "requires_capture")),
        ends: TAKEN_BACK,
        refusals: &[("CapturePayment", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "cancelled after capture",
        about: "Taken back when the money is taken: it is given back.",
        circumstances: &[Waits("orders/confirm-order", 1, 4)],
        act: |people| Box::pin(cancel_when(people, "pm_card_visa", "succeeded")),
        ends: TAKEN_BACK,
        refusals: &[("ConfirmOrder", UNDONE), ("ConfirmCaptured", &["RefundPayment", "ReleaseStock", "AbandonOrder"])],
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "hold expired",
        about: "The deadline passes between authorize and commit.",
        settings: &[("ORDER_DEADLINE_SECONDS", "3")],
        circumstances: &[Waits("inventory/commit-stock", u32::MAX, 4)],
        ends: &["cancelled_hold_expired", "cancelled_deadline_passed"],
        refusals: &[("CommitStock", UNDONE)],
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "confirmed by the undo",
        about: "The money is taken, confirm-order cannot run, and the deadline passes: the undo turns forward.",
        settings: &[("ORDER_DEADLINE_SECONDS", "30")],
        circumstances: &[Throttled("orders/confirm-order", 2)],
        // An execution that is interrupted before the capture begins again after the deadline.
        ends: &["confirmed", "cancelled_deadline_passed"],
        refusals: &[("AuthorizePayment", &["RefuseStock", "CancelPayment", "ConfirmCaptured"])],
        ..PLAIN
    },
    Scenario {
        name: "an operator is called",
        about: "Stripe cannot be reached until long after the deadline; then it can.",
        settings: &[("ORDER_DEADLINE_SECONDS", "60"), ("WATCH_LONGEST_SECONDS", "60"), ("OPERATOR_AFTER_ROUNDS", "2")],
        circumstances: &[Outage("stripe", 0, 200)],
        ends: LATE,
        operator: true,
        refusals: &[("AuthorizePayment", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "asked again",
        about: "The same request again when its product is gone, its key for another order, and a cancel that comes too late.",
        act: |people| Box::pin(ask_again(people)),
        ..PLAIN
    },
    Scenario {
        name: "looked at",
        about: "Everybody reads everything.",
        act: |people| Box::pin(look_at_everything(people)),
        ..PLAIN
    },
    Scenario {
        name: "run by an admin",
        about: "3-D Secure, not answered: an admin starts the saga again, gives a dead letter back, and takes the order back.",
        act: |people| Box::pin(run_the_shop(people)),
        ends: &["cancelled_cancelled_by_shop"],
        ..PLAIN
    },
    Scenario {
        name: "pictures",
        about: "An admin uploads a picture, and something that is none, gives the dead letter back, and takes the picture off.",
        act: |people| Box::pin(picture_the_shelf(people)),
        ends: &[],
        ..PLAIN
    },
    Scenario {
        name: "the shelf",
        about: "An admin creates, changes and removes a product, receives units and writes some off.",
        act: |people| Box::pin(keep_the_shelf(people)),
        ends: &[],
        ..PLAIN
    },
    Scenario {
        name: "spread",
        about: "An admin spreads a sku over shards, receives units and writes most off, and goes back to one shard.",
        act: |people| Box::pin(spread_the_shelf(people)),
        ends: &[],
        ..PLAIN
    },
    Scenario {
        name: "gathered",
        about: "The last units, each in a shard of its own, are moved together and bought.",
        products: &[MUG, LAMP],
        act: |people| Box::pin(buy_spread(people, &[("MUG-01", 1), ("LAMP-01", 3)])),
        pairs: true,
        ..PLAIN
    },
    Scenario {
        name: "sold out in all shards",
        about: "More than all shards together have.",
        products: &[LAMP],
        act: |people| Box::pin(buy_spread(people, &[("LAMP-01", 4)])),
        ends: &["cancelled_sold_out"],
        refusals: &[("ReserveStock", &["RefuseStock", "AbandonOrder"])],
        ..PLAIN
    },
    Scenario {
        name: "given back to a shard that is left",
        about: "3-D Secure, failed after the sku went back to one shard: the schedule moves on what comes back.",
        act: |people| Box::pin(leave_shards(people)),
        ends: &["cancelled_authentication_failed", "cancelled_payment_canceled"],
        refusals: &[("AuthorizePayment", UNDONE)],
        ..PLAIN
    },
    Scenario {
        name: "in a sale",
        about: "Placed in a sale, allocated, paid when it is its turn; then the sale is ended.",
        act: |people| Box::pin(buy_in_a_sale(people)),
        ..PLAIN
    },
    Scenario {
        name: "sold out in a sale",
        about: "A sale in which nothing is left.",
        products: &[LAMP],
        act: |people| Box::pin(miss_a_sale(people)),
        ends: &["cancelled_sold_out"],
        refusals: &[("ReserveStock", &["RefuseStock", "AbandonOrder"])],
        ..PLAIN
    },
    Scenario {
        name: "a long queue",
        about: "In a sale, units that are moved together, a turn that comes after longer than a message can wait, and the \
                same request again meanwhile.",
        products: &[LAMP],
        act: |people| Box::pin(wait_for_a_turn(people)),
        ..PLAIN
    },
    Scenario {
        name: "a second try in a sale",
        about: "3-D Secure, failed for the one order that the sale allows a customer, which so may have another.",
        act: |people| Box::pin(try_again(people)),
        ends: &["cancelled_authentication_failed, confirmed", "cancelled_payment_canceled, confirmed"],
        refusals: &[("AuthorizePayment", UNDONE)],
        ..PLAIN
    },
];

//! Planted bugs: for each invariant at least one mistake that breaks it, and within how many seeds the simulator finds
//! it.
//!
//! A judge that never finds anything looks the same as a shop without faults. These are the mistakes that people make:
//! a condition left out, a key that is not the same twice, an answer before the work. `tests/simulation/planted.rs`
//! runs them. They are chosen to show early. The rarer the moment that a mistake needs, the more seeds it takes:
//! "cancel-payment says that it is done and does not ask Stripe" needs an order that is taken back between authorize
//! and confirm, and 11 seeds; "confirm-order confirms whatever there is" needs one that is taken back between capture
//! and confirm, and 24.

mod mutations;

use std::{fmt::Write as _, sync::Arc};

use lambda::FunctionError;
use serde_json::{Value, json};

use super::{
    Bug, Invariant, Plan, Violation,
    judge::Invariant::{
        AuditsAgree, CancelIsFinal, CancelledCostsNothing, CancelledHoldsNothing, CaptureIsConfirmed, ComesToRest,
        ConfirmedHasStock, ConfirmedIsPaid, EndsStay, EventPublished, EventRecognisable, EventTrue, EveryOrderEnds,
        LedgerIsStripe, MailSent, MailSentOnce, MailTrue, NoOversell, NothingForNobody, OneCapture, OneIntent,
        OneRequestPerKey, SoldOutIsTrue, StockAsTold, StockConserved, StockNeverNegative, TakenIsKept, WithinLimits,
    },
};
pub use mutations::{edited, given, instead, is, unconditional};
use mutations::{quietly, renamed, reversed, text_replaced};

/// A hunt begins with this seed. What seed 1 draws is one of the longest histories.
pub const FIRST_SEED: u64 = 2;

/// A mistake, and how it is found.
#[derive(Clone, Copy)]
pub struct Planted {
    /// What was done wrong, and where.
    pub mistake: &'static str,
    /// The invariant that it breaks.
    pub breaks: Invariant,
    /// It is found within so many seeds. Every change of the shop makes other histories of the same seeds, so it is
    /// two or three times as many as it took when this was written.
    pub within: u64,
    /// The mistake itself.
    pub bug: Bug,
}

/// All of them.
pub fn planted() -> &'static [Planted] {
    PLANTED
}

impl Planted {
    /// Runs one seed after the other until the mistake is found: the seed, and what was seen. Nothing, when it is not
    /// found.
    ///
    /// # Errors
    /// The simulator fails.
    pub fn hunt(&self) -> anyhow::Result<Option<(u64, Violation)>> {
        for seed in FIRST_SEED..FIRST_SEED + self.within {
            let plan = Plan { seed, bug: Some(Arc::new(self.bug)), ..Plan::default() };
            let violations = super::run(&plan)?.violations;
            if let Some(found) = violations.into_iter().find(|violation| violation.invariant == self.breaks) {
                return Ok(Some((seed, found)));
            }
        }
        Ok(None)
    }
}

/// The table of them, in Markdown.
pub fn table() -> String {
    let mut table =
        String::from("| invariant | what must hold | planted bug | found within |\n| --- | --- | --- | --- |\n");
    for invariant in Invariant::ALL {
        for Planted { mistake, within, .. } in PLANTED.iter().filter(|planted| planted.breaks == *invariant) {
            let seeds = if *within == 1 { "1 seed".to_owned() } else { format!("{within} seeds") };
            // A `String` takes whatever is written to it.
            let _ = writeln!(table, "| `{invariant}` | {} | {mistake} | {seeds} |", invariant.rule());
        }
    }
    table
}

const fn planted_bug(breaks: Invariant, within: u64, mistake: &'static str, bug: Bug) -> Planted {
    Planted { mistake, breaks, within, bug }
}

/// Mistakes in a function's adapter, which sends something else.
macro_rules! sends {
    ($rewrite:expr) => {
        Bug { rewrite: $rewrite, ..Bug::NONE }
    };
}

/// Mistakes in a function itself, `context` / `function`, which does something else.
macro_rules! does {
    ($context:literal / $function:literal: $mutation:expr) => {
        Bug { code: |code| instead(code, $context, $function, $mutation), ..Bug::NONE }
    };
}

const PLANTED: &[Planted] = &[
    planted_bug(
        StockConserved,
        3,
        "reserve-stock writes the holds and does not take the units",
        sends!(|call| edited(call, "inventory/reserve-stock", "TransactWriteItems", |body| {
            if let Some(items) = body["TransactItems"].as_array_mut() {
                items.retain(|item| item["Put"].is_object());
            }
        })),
    ),
    planted_bug(
        StockNeverNegative,
        3,
        "reserve-stock takes units without the condition that they are there",
        sends!(|call| unconditional(call, "inventory/reserve-stock", "Update")),
    ),
    planted_bug(
        NoOversell,
        3,
        "reserve-stock and commit-stock say yes and write nothing",
        Bug {
            code: |code| {
                let code = instead(code, "inventory", "reserve-stock", |_, _, _| given(json!({ "outcome": "held" })));
                instead(code, "inventory", "commit-stock", |_, _, _| given(json!({ "outcome": "committed" })))
            },
            ..Bug::NONE
        },
    ),
    planted_bug(
        StockAsTold,
        10,
        "adjust-stock writes its record over the one of the same key, and adjusts again",
        sends!(|call| unconditional(call, "inventory/adjust-stock", "Put")),
    ),
    planted_bug(
        SoldOutIsTrue,
        3,
        "reserve-stock does not ask how many shards there are when the first one has too few units",
        sends!(|call| edited(call, "inventory/reserve-stock", "TransactWriteItems", |body| {
            for item in body["TransactItems"].as_array_mut().into_iter().flatten() {
                if let Some(update) = item.get_mut("Update").and_then(Value::as_object_mut) {
                    update.remove("ReturnValuesOnConditionCheckFailure");
                }
            }
        })),
    ),
    planted_bug(
        WithinLimits,
        20,
        "place-order counts what a customer has in a sale, and lets them have more",
        sends!(|call| unconditional(call, "orders/place-order", "Update")),
    ),
    planted_bug(
        ConfirmedHasStock,
        3,
        "commit-stock says yes and writes nothing",
        does!("inventory" / "commit-stock": |_, _, _| given(json!({ "outcome": "committed" }))),
    ),
    planted_bug(
        CancelledHoldsNothing,
        3,
        "release-stock says that it is done and writes nothing",
        does!("inventory" / "release-stock": |_, _, _| given(json!({ "outcome": "released" }))),
    ),
    planted_bug(
        OneIntent,
        3,
        "cancel-payment replays the create under a key of its own",
        Bug {
            headers: |call| match is(call, "payments/cancel-payment", "POST /v1/payment_intents") {
                true => vec![("idempotency-key", format!("cancel/{}", call.request_id))],
                false => Vec::new(),
            },
            ..Bug::NONE
        },
    ),
    planted_bug(
        OneCapture,
        6,
        "payments uses a new idempotency key each time",
        Bug {
            headers: |call| match call.service == "stripe" && call.action.starts_with("POST") {
                true => vec![("idempotency-key", format!("{}/{}", call.request_id, call.number))],
                false => Vec::new(),
            },
            ..Bug::NONE
        },
    ),
    planted_bug(
        CaptureIsConfirmed,
        3,
        "confirm-order writes the wrong status",
        sends!(|call| edited(call, "orders/confirm-order", "UpdateItem", |body| {
            body["ExpressionAttributeValues"][":to"]["S"] = "CANCELLED".into();
        })),
    ),
    planted_bug(
        ConfirmedIsPaid,
        3,
        "capture-payment says yes and does not ask Stripe",
        does!("payments" / "capture-payment": |_, _, _| given(json!({ "outcome": "captured" }))),
    ),
    planted_bug(
        CancelledCostsNothing,
        3,
        "capture-payment says no, cancel-payment says that it is done, and neither asks Stripe",
        Bug {
            code: |code| {
                let code = instead(code, "payments", "capture-payment", |_, _, _| {
                    given(json!({ "outcome": "refused", "reason": "payment_canceled" }))
                });
                instead(code, "payments", "cancel-payment", |_, _, _| given(json!({ "outcome": "canceled" })))
            },
            ..Bug::NONE
        },
    ),
    planted_bug(
        LedgerIsStripe,
        3,
        "capture-payment writes down euros instead of cents",
        sends!(|call| edited(call, "payments/capture-payment", "UpdateItem", |body| {
            let cents = &mut body["ExpressionAttributeValues"][":captured"]["M"]["amount_minor"]["N"];
            if let Some(number) = cents.as_str().and_then(|cents| cents.parse::<i64>().ok()) {
                *cents = (number / 100).to_string().into();
            }
        })),
    ),
    planted_bug(
        NothingForNobody,
        3,
        "reserve-stock writes a wrong order id into its holds",
        sends!(|call| edited(call, "inventory/reserve-stock", "TransactWriteItems", |body| {
            for item in body["TransactItems"].as_array_mut().into_iter().flatten() {
                if item["Put"].is_object() {
                    reversed(&mut item["Put"]["Item"]["order_id"]["S"]);
                }
            }
        })),
    ),
    planted_bug(
        TakenIsKept,
        3,
        "place-order writes the order down under a wrong id",
        sends!(|call| edited(call, "orders/place-order", "PutItem", |body| {
            reversed(&mut body["Item"]["order_id"]["S"]);
        })),
    ),
    planted_bug(
        OneRequestPerKey,
        3,
        "place-order writes over the order of the same key",
        sends!(|call| unconditional(call, "orders/place-order", "PutItem")),
    ),
    planted_bug(
        EveryOrderEnds,
        6,
        "watch-orders looks after nobody",
        does!("orders" / "watch-orders": |_, _, _| given(json!({ "batchItemFailures": [] }))),
    ),
    planted_bug(
        EveryOrderEnds,
        3,
        "abandon-order never works, and watch-orders marks such orders without an error in its log",
        Bug {
            code: |code| {
                let code = instead(code, "orders", "abandon-order", |_, _, _| {
                    Box::pin(std::future::ready(Err(FunctionError::broken("a bug"))))
                });
                instead(code, "orders", "watch-orders", quietly)
            },
            ..Bug::NONE
        },
    ),
    planted_bug(
        EndsStay,
        3,
        "cancel-order takes back whatever there is",
        sends!(|call| unconditional(call, "orders/cancel-order", "UpdateItem")),
    ),
    planted_bug(
        CancelIsFinal,
        12,
        "cancel-order says yes and writes that the order is still pending",
        sends!(|call| edited(call, "orders/cancel-order", "UpdateItem", |body| {
            body["ExpressionAttributeValues"][":to"]["S"] = "PENDING".into();
        })),
    ),
    planted_bug(
        ComesToRest,
        3,
        "resume-orders never works",
        does!("orders" / "resume-orders": |_, _, _| Box::pin(std::future::ready(Err(FunctionError::broken("a bug"))))),
    ),
    planted_bug(
        MailSent,
        3,
        "send-email says that it is done and sends nothing",
        does!("notifications" / "send-email": |_, _, _| given(json!({ "batchItemFailures": [] }))),
    ),
    planted_bug(
        MailSentOnce,
        5,
        "send-email sends without a claim",
        sends!(|call| unconditional(call, "notifications/send-email", "UpdateItem")),
    ),
    planted_bug(
        MailTrue,
        3,
        "send-email tells every customer that the order is confirmed",
        does!("notifications" / "send-email": |inner, event, invocation| {
            let event = text_replaced(&event, "shop.order.cancelled.v1", "shop.order.confirmed.v1");
            Box::pin(async move { inner.handle(event, invocation).await })
        }),
    ),
    planted_bug(
        EventPublished,
        3,
        "publish-stock-events leaves out the last record of a batch",
        does!("inventory" / "publish-stock-events": |inner, mut event, invocation| {
            if let Some(records) = event["Records"].as_array_mut().filter(|records| records.len() > 1) {
                records.pop();
            }
            Box::pin(async move { inner.handle(event, invocation).await })
        }),
    ),
    planted_bug(
        EventTrue,
        3,
        "publish-order-events calls a cancelled order confirmed",
        sends!(|call| renamed(
            call,
            "orders/publish-order-events",
            "shop.order.cancelled.v1",
            "shop.order.confirmed.v1"
        )),
    ),
    planted_bug(
        EventRecognisable,
        5,
        "publish-order-events gives an event a new id each time",
        sends!(|call| {
            // In a form, quotes and colons are escaped.
            let (id, new) = ("%22id%22%3A%22", format!("%22id%22%3A%22{}-", call.request_id));
            renamed(call, "orders/publish-order-events", id, &new)
        }),
    ),
    planted_bug(
        AuditsAgree,
        3,
        "release-stock forgets when its tombstones may be thrown away",
        sends!(|call| edited(call, "inventory/release-stock", "TransactWriteItems", |body| {
            for item in body["TransactItems"].as_array_mut().into_iter().flatten() {
                *item = text_replaced(item, ", forget_at = :forget_at", "");
                if let Some(values) = item["Update"]["ExpressionAttributeValues"].as_object_mut() {
                    values.remove(":forget_at");
                }
            }
        })),
    ),
];

//! What the models say of each rule, seen in the shop: it is taken out of the shipped code, and a course of events that the
//! model's trace has shown goes wrong.

use std::{fmt::Write as _, fs};

use localcloud::{Code, driver::Call};
use models::{RuleReport, saga::Rule as Saga, stock::Rule as Stock};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::json;
use shop::{
    commands::docs::root,
    simulator::{
        Bug,
        matrix::{self, Faults, Recording, SCENARIOS},
        planted::{edited, given, instead, is, unconditional},
    },
};

use super::matrix::with_state;

const BEGIN: &str = "<!-- generated: the rules. UPDATE_PROOF=1 cargo test -p e2e rules -->";
const END: &str = "<!-- end of generated: the rules -->";

/// How the shop without a rule is seen to go wrong.
enum Seen {
    /// In a scenario of the kill matrix with nothing else going wrong: what is found contains this.
    Here { scenario: &'static str, found: &'static str, bug: Bug },
    /// By another test.
    There(&'static str),
    /// Nowhere, for this reason.
    Nowhere(&'static str),
}
use Seen::{Here, Nowhere, There};

const MATRIX: &str = "`tests/simulation/matrix.rs`";
const PLANTED: &str = "`tests/simulation/planted.rs`";
const BY_TTL: &str = "DynamoDB's TTL is not simulated";
const RACE: &str = "needs a call between two others that no scenario has";
const HARMLESS: &str = "nothing breaks";
const REWRITTEN: &str = "its function would have to be written differently";

/// A function sends something else.
const fn sends(rewrite: fn(&Call<'_>) -> Option<Vec<u8>>) -> Bug {
    Bug { rewrite, ..Bug::NONE }
}

/// Functions or the saga are others.
const fn does(code: fn(Code) -> Code) -> Bug {
    Bug { code, ..Bug::NONE }
}

/// The saga with other successors: state, place of the arrow, next state.
fn rewired(code: Code, arrows: &[(&str, &str, &str)]) -> Code {
    arrows.iter().fold(code, |code, (state, place, next)| with_state(code, state, place, json!(next)))
}

/// The undo, when Stripe answers that the money was captured, goes on with `next`. No state of a saga may be left without a
/// way to it, so another arrow, which these scenarios do not take, goes where that one went.
fn after_captured(code: Code, next: &str) -> Code {
    let arrows =
        [("PaymentCanceled", "/Choices/2/Next", next), ("PaymentCanceled", "/Choices/1/Next", "ConfirmCaptured")];
    rewired(code, &arrows)
}

fn saga(rule: Saga) -> Seen {
    match rule {
        Saga::HoldBeforePayment => Here {
            scenario: "cancelled before reserve",
            found: "cancelled-costs-nothing",
            bug: does(|code| {
                let arrows = [
                    ("Begin", "/Choices/0/Next", "AuthorizePayment"),
                    ("RememberPayment", "/Next", "ReserveStock"),
                    ("StockReserved", "/Choices/0/Next", "CommitStock"),
                ];
                rewired(code, &arrows)
            }),
        },
        Saga::CommitBeforeCapture => Here {
            scenario: "hold expired",
            found: "confirmed-has-stock",
            bug: does(|code| {
                let arrows = [
                    ("RememberPayment", "/Next", "CapturePayment"),
                    ("PaymentCaptured", "/Choices/0/Next", "CommitStock"),
                    ("StockCommitted", "/Choices/0/Next", "ConfirmOrder"),
                ];
                rewired(code, &arrows)
            }),
        },
        Saga::RecordRefusals => Here {
            scenario: "cancelled before reserve",
            found: "cancelled-holds-nothing",
            bug: does(refuses_without_a_record),
        },
        Saga::RefusedIsNotReleased => Here {
            scenario: "hold expired by schedule",
            found: "to follow: [(\"ReserveStock\", [\"RefuseStock\", \"AbandonOrder\"])]",
            bug: does(refuses_without_a_record),
        },
        Saga::CommitOnlyHeld => commit_only_held(),
        Saga::UndoReachesCommitted => Here {
            scenario: "cancelled before capture",
            found: "cancelled-holds-nothing",
            bug: sends(|call| {
                edited(call, "inventory/release-stock", "Query", |body| {
                    body["FilterExpression"] = "#state <> :committed".into();
                    body["ExpressionAttributeNames"]["#state"] = "state".into();
                    body["ExpressionAttributeValues"][":committed"] = json!({ "S": "committed" });
                })
            }),
        },
        Saga::OneKey => Here {
            scenario: "cancelled after authorize",
            found: "one-intent",
            bug: Bug { headers: |call| own_key(call, "payments/"), ..Bug::NONE },
        },
        Saga::OneIntentForLife => Here {
            scenario: "cancelled before authorize",
            found: "one-intent",
            bug: Bug { headers: |call| own_key(call, "payments/authorize-payment"), ..Bug::NONE },
        },
        Saga::ReplayTheCreate => Here {
            scenario: "cancelled before authorize",
            found: "cancelled-costs-nothing",
            bug: does(|code| {
                instead(code, "payments", "cancel-payment", |_, _, _| given(json!({ "outcome": "canceled" })))
            }),
        },
        Saga::ReleaseAfterCancel => Here {
            scenario: "confirmed by the undo",
            found: "confirmed-has-stock",
            bug: does(|code| {
                let arrows = [
                    ("StockRefused", "/Choices/1/Next", "ReleaseStock"),
                    ("ReleaseStock", "/Next", "CancelPayment"),
                    ("PaymentCanceled", "/Choices/0/Next", "AbandonOrder"),
                ];
                rewired(code, &arrows)
            }),
        },
        Saga::TurnForward => Here {
            scenario: "confirmed by the undo",
            found: "cancelled-costs-nothing",
            bug: does(|code| after_captured(code, "ReleaseStock")),
        },
        Saga::RefundOnlyCancelling => Here {
            scenario: "confirmed by the undo",
            found: "undisturbed, the order ended as Some(\"cancelled_deadline_passed\")",
            bug: does(|code| after_captured(code, "RefundPayment")),
        },
        Saga::ConfirmIsConditional => Here {
            scenario: "cancelled after capture",
            found: "cancel-is-final",
            bug: sends(|call| unconditional(call, "orders/confirm-order", "UpdateItem")),
        },
        Saga::CancelIsConditional => Here {
            scenario: "asked again",
            found: "ends-stay",
            bug: sends(|call| unconditional(call, "orders/cancel-order", "UpdateItem")),
        },
        Saga::ParkIsConditional => Here {
            scenario: "cancelled while parking",
            found: "ends-stay",
            bug: sends(|call| unconditional(call, "orders/park-order", "UpdateItem")),
        },
        Saga::Watchdog => Here {
            scenario: "an operator is called",
            found: "every-order-ends",
            bug: does(|code| {
                instead(code, "orders", "watch-orders", |_, _, _| given(json!({ "batchItemFailures": [] })))
            }),
        },
        Saga::OnlyRefusalsUndo => There(MATRIX),
        Saga::ReserveAgain | Saga::CommitAgain | Saga::ConfirmAgain => There(MATRIX),
        Saga::ReleaseByCondition => Nowhere(RACE),
        Saga::TombstonesStay | Saga::NoTtlOnHolds => Nowhere(BY_TTL),
        Saga::ExpiryLeavesCommitted | Saga::LookBehindSavedAnswers | Saga::Deadline => Nowhere(REWRITTEN),
        Saga::FirstLineDecides
        | Saga::CommitRefusesExpired
        | Saga::CaptureAgain
        | Saga::AbandonIsConditional
        | Saga::UndoAtOnce => Nowhere(HARMLESS),
    }
}

fn stock(rule: Stock) -> Seen {
    match rule {
        Stock::TakeWithHold => There(PLANTED),
        Stock::TakeIfEnough => Here {
            scenario: "sold out",
            found: "stock-never-negative",
            bug: sends(|call| unconditional(call, "inventory/reserve-stock", "Update")),
        },
        Stock::RecordRefusals => saga(Saga::RecordRefusals),
        Stock::CommitOnlyHeld => commit_only_held(),
        Stock::GiveBackWithEnd => Here {
            scenario: "declined",
            found: "stock-conserved",
            bug: sends(|call| {
                edited(call, "inventory/release-stock", "TransactWriteItems", |body| {
                    if let Some(items) = body["TransactItems"].as_array_mut() {
                        items.retain(|item| item["Update"]["Key"]["order_id"].is_object());
                    }
                })
            }),
        },
        Stock::PutIfAbsent => There(MATRIX),
        Stock::AdjustOnce => There(PLANTED),
        Stock::TombstonesStay => Nowhere(BY_TTL),
        Stock::EndAsRead => Nowhere(RACE),
        Stock::MoveTogether => Here {
            scenario: "gathered",
            found: "stock-conserved",
            bug: sends(|call| {
                edited(call, "inventory/reserve-stock", "TransactWriteItems", |body| {
                    let Some(items) = body["TransactItems"].as_array_mut() else { return };
                    if items.iter().all(|item| item["Update"].is_object()) {
                        items.retain(|item| item.to_string().contains("available - :units"));
                    }
                })
            }),
        },
        Stock::GiveBackToItsShard => Nowhere(HARMLESS),
        Stock::AllLinesTogether | Stock::OneHoldPerLine | Stock::QuantityIsChecked | Stock::ChangeByDelta => {
            Nowhere(REWRITTEN)
        }
    }
}

fn refuses_without_a_record(code: Code) -> Code {
    instead(code, "inventory", "refuse-stock", |_, _, _| given(json!({ "outcome": "never_held" })))
}

fn commit_only_held() -> Seen {
    Here {
        scenario: "cancelled after authorize",
        found: "stock-conserved",
        bug: sends(|call| unconditional(call, "inventory/commit-stock", "UpdateItem")),
    }
}

/// Stripe's create, under a key that only this invocation has.
fn own_key(call: &Call<'_>, whose: &str) -> Vec<(&'static str, String)> {
    match call.function.starts_with(whose) && is(call, call.function, "POST /v1/payment_intents") {
        true => vec![("idempotency-key", format!("again/{}", call.request_id))],
        false => Vec::new(),
    }
}

/// Every rule of the models, in their order, with how it is seen.
fn all() -> impl Iterator<Item = (String, Seen)> {
    let saga = Saga::ALL.into_iter().map(|rule| (format!("saga {rule:?}"), saga(rule)));
    saga.chain(Stock::ALL.into_iter().map(|rule| (format!("stock {rule:?}"), stock(rule))))
}

#[test]
fn a_shop_without_a_rule_goes_wrong_as_the_model_does() {
    let here: Vec<_> = all().filter(|(_, seen)| matches!(seen, Here { .. })).collect();
    let missed = here.par_iter().filter_map(|(rule, seen)| {
        let Here { scenario, found, bug } = seen else { return None };
        let scenario = SCENARIOS.iter().find(|known| known.name == *scenario).unwrap();
        let run = matrix::run(scenario, &Faults::default(), bug).unwrap();
        let wrong = matrix::wrong(&[Recording { scenario, run }]);
        (!wrong.iter().any(|what| what.contains(found))).then(|| format!("{rule}, {}: {wrong:#?}", scenario.name))
    });
    let missed: Vec<String> = missed.collect();
    assert!(missed.is_empty(), "not found: {}", missed.join("\n"));
}

/// With `UPDATE_PROOF=1` the document is written instead of compared.
#[test]
fn the_document_shows_the_rules() {
    let path = root().join("docs/PROOF.md");
    let text = fs::read_to_string(&path).unwrap();
    let expected = shop::documents::replaced(&path, &text, BEGIN, END, &table()).unwrap();
    if std::env::var_os("UPDATE_PROOF").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert_eq!(text, expected, "docs/PROOF.md is out of date: UPDATE_PROOF=1 cargo test -p e2e rules");
}

fn table() -> String {
    let mut table = String::from(
        "| model | rule | without it, in the model | without it, in the shop |\n| --- | --- | --- | --- |\n",
    );
    for (RuleReport { model, rule, says, broken, kept_for, .. }, (name, seen)) in
        models::report().into_iter().zip(all())
    {
        assert_eq!(format!("{model} {rule}"), name);
        let broken = match (broken, kept_for) {
            (Some(broken), _) => format!("not kept: {broken}"),
            (None, kept_for) => format!("nothing breaks. It is kept for this: {}", kept_for.unwrap_or_default()),
        };
        let seen = match seen {
            Here { scenario, found, .. } if found.contains("ended as") => {
                format!("{scenario}: the order ends otherwise")
            }
            Here { scenario, found, .. } if found.contains("to follow") => {
                format!("{scenario}: the undo leaves the payment as it is")
            }
            Here { scenario, found, .. } => format!("{scenario}: `{found}`"),
            There(test) => format!("found by {test}"),
            Nowhere(why) => format!("not tried: {why}"),
        };
        writeln!(table, "| {model} | {says} | {broken} | {seen} |").unwrap();
    }
    table
}

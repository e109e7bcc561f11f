//! oxidecomputer/omicron and steno: <https://github.com/oxidecomputer/omicron>, <https://github.com/oxidecomputer/steno>.
//! They have the best tests of sagas; these are what they learnt.

use std::time::Duration;

use localcloud::{
    Authentication,
    driver::{InvocationOutcome, Outcome},
    issuer::Scope,
};
use serde_json::json;

use super::{
    Exhibit, Peer,
    Proof::{Elsewhere, Test},
};
use crate::stage::{Faults, Stage};

pub const PEERS: &[Peer] = &[Peer {
    name: "oxide omicron and steno",
    repository: "oxidecomputer/omicron",
    read: "",
    exhibits: &[
        Exhibit {
            seen_in: &["#3894"],
            defect: "A test that lets every node fail never comes past the first.",
            here: "A fault that was planned and has not struck fails its test.",
            proof: Test("omicron_3894_a_fault_that_never_strikes_fails_its_test"),
        },
        Exhibit {
            seen_in: &["#2094"],
            defect: "Actions of sagas are not idempotent.",
            here: "Every step runs twice at the same time.",
            proof: Test("omicron_2094_every_step_forward_may_run_twice"),
        },
        Exhibit {
            seen_in: &["#6070"],
            defect: "Half of the sagas have no test of their undo.",
            here: "Every step of the undo runs twice at the same time.",
            proof: Test("omicron_6070_every_step_of_an_undo_may_run_twice"),
        },
        Exhibit {
            seen_in: &["#3211", "oxidecomputer/steno#138"],
            defect: "An undo fails, and nobody has decided what that means.",
            here: "It is tried for ever, never skipped, and calls an operator.",
            proof: Test("omicron_3211_an_undo_that_fails_is_loud_and_is_never_skipped"),
        },
        Exhibit {
            seen_in: &["test_helpers.rs"],
            defect: "No test dies between an effect and its record.",
            here: "One does, after the capture.",
            proof: Test("ecommerce_platform_payment_a_death_after_the_capture_does_not_look_like_a_failure"),
        },
        Exhibit {
            seen_in: &["steno"],
            defect: "Sagas have no versions.",
            here: "What an execution is started with does not change unnoticed.",
            proof: Elsewhere("tests/it/contracts.rs", "contracts_have_not_changed_unnoticed"),
        },
    ],
}];

/// There (<https://github.com/oxidecomputer/omicron/issues/3894>): a test that let every node fail never came further than
/// the first, and passed.
/// Here a fault that was planned and has not struck fails its test: `Stage::finish` asks for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "faults that were to strike and have not")]
async fn omicron_3894_a_fault_that_never_strikes_fails_its_test() {
    let Some((stage, faults)) = Stage::with_faults("plans a fault").await else {
        panic!("faults that were to strike and have not: this is not the local cloud");
    };
    faults.strike("payments/cancel-payment", "/cancel", Outcome::KilledBefore);
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

const FORWARD: [&str; 6] = [
    "inventory/reserve-stock",
    "payments/authorize-payment",
    "orders/park-order",
    "inventory/commit-stock",
    "payments/capture-payment",
    "orders/confirm-order",
];

const UNDO: [&str; 4] =
    ["inventory/refuse-stock", "payments/cancel-payment", "inventory/release-stock", "orders/abandon-order"];

/// Every invocation of these functions runs twice at the same time.
fn twice(faults: &Faults, functions: &[&str]) {
    functions.iter().for_each(|function| faults.strike_invocation(function, InvocationOutcome::Twice, 20));
}

/// There (<https://github.com/oxidecomputer/omicron/issues/2094>): actions of sagas were not idempotent.
/// Here every step of an order that goes through runs twice at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn omicron_2094_every_step_forward_may_run_twice() {
    let Some((stage, faults)) = Stage::with_faults("functions have to run twice").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    twice(&faults, &FORWARD);
    let parked = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &parked, "ACTION_REQUIRED").await;
    let bought = stage.order(&ada, "bought", &stage.order_of("MUG-01", 2, "pm_card_visa")).await;
    stage.watched_until(&ada, &bought, "CONFIRMED").await;
    stage.authenticate(&parked, Authentication::Succeed).await;
    stage.watched_until(&ada, &parked, "CONFIRMED").await;
    assert_eq!((stage.charged(&bought), stage.charged(&parked)), ((1, 2580), (1, 1290)));
    assert_eq!(stage.available("MUG-01").await, before - 3);
    stage.finish(&[]).await;
}

/// There (<https://github.com/oxidecomputer/omicron/issues/6070>): half of the sagas have no test that runs their undo twice.
/// Here every step of an undo runs twice at the same time: of an order that is taken back before its payment, of one after
/// it, and of one that never held anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn omicron_6070_every_step_of_an_undo_may_run_twice() {
    let Some((stage, faults)) = Stage::with_faults("functions have to run twice").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let parked = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &parked, "ACTION_REQUIRED").await;
    faults.strike("orders/confirm-order", "UpdateItem", Outcome::KilledBefore);
    let paid = stage.order(&ada, "paid", &stage.order_of("MUG-01", 2, "pm_card_visa")).await;
    stage.at_rest(&ada, &paid).await;
    assert_eq!(stage.charged(&paid), (1, 2580));

    twice(&faults, &UNDO);
    for id in [&parked, &paid] {
        stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    }
    let none = stage.order(&ada, "sold-out", &stage.order_of("LAMP-01", 4, "pm_card_visa")).await;
    for id in [&parked, &paid, &none] {
        stage.watched_until(&ada, id, "CANCELLED").await;
    }
    assert_eq!((stage.charged(&parked), stage.charged(&paid), stage.charged(&none)), ((0, 0), (1, 0), (0, 0)));
    assert_eq!((stage.available("MUG-01").await, stage.available("LAMP-01").await), (before, 3));
    stage.finish(&[]).await;
}

/// There (<https://github.com/oxidecomputer/omicron/pull/3211>, <https://github.com/oxidecomputer/steno/pull/138>): what to do
/// when an undo fails had no answer, until it became one: the saga is stuck, and says so.
/// Here an undo that does not get through is tried for ever, never skipped, and after a while calls an operator.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn omicron_3211_an_undo_that_fails_is_loud_and_is_never_skipped() {
    let Some((stage, faults)) = Stage::with_faults("hours have to pass").await else { return };
    let ada = stage.token_for("ada", Scope::Customer, Duration::from_secs(86_400));
    let id = stage.order(&ada, "stuck", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    faults.strike_all("payments/cancel-payment", "/cancel", Outcome::Unreachable);
    stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    let mut called = false;
    for _ in 0..20 {
        assert_eq!(stage.at_rest(&ada, &id).await["status"], "CANCELLING");
        called = stage.items("orders", "orders", &id)[0].get("needs_operator_since").is_some();
        if called {
            break;
        }
        // The longest time between two looks.
        stage.pass(Duration::from_secs(901)).await;
    }
    assert!(called, "nobody is called");
    assert_eq!(stage.intents(&id)[0]["status"], "requires_action");
    faults.mend();
    stage.watched_until(&ada, &id, "CANCELLED").await;
    assert_eq!(stage.intents(&id)[0]["status"], "canceled");
    stage.finish(&[]).await;
}

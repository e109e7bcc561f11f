//! aws-samples/aws-serverless-ecommerce-platform, commit 3b9ef36:
//! <https://github.com/aws-samples/aws-serverless-ecommerce-platform>. Found by reading.

use futures::future::join_all;
use localcloud::{driver::Outcome, issuer::Scope};
use serde_json::{Value, json};

use super::{
    Exhibit, Peer,
    Proof::{Elsewhere, Nothing, Test},
};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "AWS serverless e-commerce platform",
    repository: "aws-samples/aws-serverless-ecommerce-platform",
    read: "commit 3b9ef36",
    exhibits: &[
        Exhibit {
            seen_in: &["orders"],
            defect: "There is no stock.",
            here: "What is not there is not sold.",
            proof: Elsewhere("tests/it/e2e/ordering.rs", "what_is_sold_out_is_cancelled_without_a_payment"),
        },
        Exhibit {
            seen_in: &["orders/src/table_update"],
            defect: "A late event overwrites a later status.",
            here: "Every write of a status is conditional on the one before.",
            proof: Test("ecommerce_platform_orders_a_late_step_does_not_overwrite_a_status"),
        },
        Exhibit {
            seen_in: &["payment/src/on_completed/main.py"],
            defect: "A death after the capture makes a payment look failed.",
            here: "Stripe is asked again, under the same key.",
            proof: Test("ecommerce_platform_payment_a_death_after_the_capture_does_not_look_like_a_failure"),
        },
        Exhibit {
            seen_in: &["payment-3p/src/processPayment"],
            defect: "Two calls at once both take the money.",
            here: "The intent decides, once.",
            proof: Test("ecommerce_platform_payment_3p_captures_at_once_take_the_money_once"),
        },
        Exhibit {
            seen_in: &["orders/src/create_order"],
            defect: "Every POST makes up a new id.",
            here: "Requests under one key are one order.",
            proof: Test("ecommerce_platform_orders_requests_at_once_under_one_key_are_one_order"),
        },
        Exhibit {
            seen_in: &["orders"],
            defect: "An update of an order's products writes the old ones.",
            here: "",
            proof: Nothing("nothing changes an order's lines"),
        },
        Exhibit {
            seen_in: &["#96", "#147", "#151", "#207"],
            defect: "Wiping, deploying, a wish, and that it is not kept up.",
            here: "",
            proof: Nothing("no defects of correctness"),
        },
    ],
}];

/// There: an order's status is written without a condition, so that a late event overwrites a later status.
/// Here every write of a status is conditional on the one before it: late steps are told what the order is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ecommerce_platform_orders_a_late_step_does_not_overwrite_a_status() {
    let Some(stage) = Stage::local("calls steps directly").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let cancelled = stage.order(&ada, "declined", &stage.order_of("MUG-01", 1, "pm_card_visa_chargeDeclined")).await;
    stage.reaches(&ada, &cancelled, "CANCELLED").await;
    let confirmed = stage.order(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &confirmed, "CONFIRMED").await;
    for (id, status) in [(&cancelled, "CANCELLED"), (&confirmed, "CONFIRMED")] {
        let before = stage.get(&format!("/orders/{id}"), &ada).await.expect(200).bytes;
        for function in ["orders/park-order", "orders/confirm-order", "orders/abandon-order"] {
            let mut step = stage.step(id);
            step["reason"] = json!("deadline_passed");
            step["client_secret"] = json!("late");
            // Some of these are errors, which would call an operator: no undo can find a confirmed order.
            let _ = stage.cloud().invoke(function, step).await;
        }
        let after = stage.get(&format!("/orders/{id}"), &ada).await.expect(200);
        assert_eq!(after.json()["status"], status);
        assert_eq!(after.bytes, before);
    }
    stage.finish(&[]).await;
}

/// There (`payment/src/on_completed/main.py`): the money is taken and then the token deleted, with nothing written down, so
/// that a payment whose function died in between looks failed.
/// Here Stripe is asked again, under the same key, and what it says is written down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ecommerce_platform_payment_a_death_after_the_capture_does_not_look_like_a_failure() {
    let Some((stage, faults)) = Stage::with_faults("a function has to die").await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    faults.strike("payments/capture-payment", "/capture", Outcome::KilledAfter);
    let id = stage.order(&ada, "killed", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.at_rest(&ada, &id).await;
    assert_eq!((stage.charged(&id), stage.items("payments", "payments", &id).len()), ((1, 1290), 0));
    stage.watched_until(&ada, &id, "CONFIRMED").await;
    let payment = stage.get(&format!("/payments/{id}"), &admin).await.expect(200).json();
    assert_eq!((&payment["status"], stage.charged(&id)), (&json!("captured"), (1, 1290)));
    stage.finish(&[]).await;
}

/// There (`payment-3p/src/processPayment`): the token is read and then deleted, so that two calls at once are both told
/// that they took the money.
/// Here the intent decides, once: of eight captures at once each is told that the money was taken, and it was taken once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ecommerce_platform_payment_3p_captures_at_once_take_the_money_once() {
    let Some((stage, faults)) = Stage::with_faults("calls the step directly").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let capture = ("payments/capture-payment", "/capture");
    faults.strike_all(capture.0, capture.1, Outcome::Unreachable);
    let id = stage.order(&ada, "eight", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.at_rest(&ada, &id).await;
    assert_eq!(stage.charged(&id), (0, 0));
    faults.mend();
    let mut step = stage.step(&id);
    step["payment_intent_id"] = stage.intents(&id)[0]["id"].clone();
    let answers = join_all((0..8).map(|_| stage.cloud().invoke(capture.0, step.clone()))).await;
    for answer in answers {
        assert_eq!(answer.unwrap()["outcome"], "captured");
    }
    assert_eq!((stage.charged(&id), stage.items("payments", "payments", &id).len()), ((1, 1290), 1));
    stage.watched_until(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

/// There: every POST makes up a new id, so that a client's retry is a second order.
/// Here ten requests at once under one key are one order, and all are answered with its bytes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ecommerce_platform_orders_requests_at_once_under_one_key_are_one_order() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let body = stage.order_of("MUG-01", 2, "pm_card_visa");
    let answers = join_all((0..10).map(|_| stage.place(&ada, "impatient", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.bytes), (202, &answers[0].bytes));
    }
    let id = answers[0].json()["id"].as_str().unwrap().to_owned();
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let mine: Value = stage.get("/orders", &ada).await.expect(200).json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    assert_eq!((stage.charged(&id), stage.available("MUG-01").await), ((1, 2580), before - 2));
    stage.finish(&[]).await;
}

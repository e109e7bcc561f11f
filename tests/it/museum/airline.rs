//! aws-samples/aws-serverless-airline-booking, branch `archive`, commit a48a016:
//! <https://github.com/aws-samples/aws-serverless-airline-booking/tree/archive>. Found by reading `booking/template.yaml`.

use futures::future::join_all;
use localcloud::{
    driver::{InvocationOutcome, Outcome},
    issuer::Scope,
};
use serde_json::json;

use super::{
    Exhibit, Peer,
    Proof::{Elsewhere, Nothing, Test},
};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "AWS serverless airline booking",
    repository: "aws-samples/aws-serverless-airline-booking",
    read: "branch archive, commit a48a016",
    exhibits: &[
        Exhibit {
            seen_in: &["booking/template.yaml"],
            defect: "Seats are counted down and up by tasks that run at least once.",
            here: "A hold says what was taken, and is taken and given back once.",
            proof: Test("airline_reserve_flight_tasks_that_run_again_do_not_drift"),
        },
        Exhibit {
            seen_in: &["booking/template.yaml"],
            defect: "After a time-out of the reservation nothing is released.",
            here: "An unknown outcome is found out, and undone.",
            proof: Test("airline_reserve_flight_what_was_taken_before_a_time_out_comes_back"),
        },
        Exhibit {
            seen_in: &["booking/template.yaml", "duncanmcclean/statamic-cargo#251"],
            defect: "A refund that fails is skipped, and the booking cancelled.",
            here: "Nothing is released or cancelled before Stripe says that the money is back.",
            proof: Test("airline_refund_an_order_is_not_cancelled_before_its_money_is_back"),
        },
        Exhibit {
            seen_in: &["booking/template.yaml"],
            defect: "Every attempt makes up a new booking id.",
            here: "The order's id is made of customer and key.",
            proof: Test("airline_create_booking_a_retry_after_no_answer_makes_no_second_order"),
        },
        Exhibit {
            seen_in: &["payment"],
            defect: "There is no webhook: a customer who does not come back has paid for nothing.",
            here: "The webhook wakes the order.",
            proof: Elsewhere("tests/it/e2e/payment.rs", "a_customer_who_authenticates_gets_the_order"),
        },
        Exhibit {
            seen_in: &["payment"],
            defect: "The saga has no tests.",
            here: "",
            proof: Nothing("no defect by itself; see tests/it/saga.rs"),
        },
        Exhibit {
            seen_in: &["#172", "#86", "#106"],
            defect: "Deployment, layout and a wish.",
            here: "",
            proof: Nothing("no defects of correctness"),
        },
    ],
}];

/// There: a seat is taken by `seat - 1` and given back by `seat + 1`, by tasks that run at least once, so that every
/// repetition makes the number of seats wrong.
/// Here a hold says what was taken, and is taken and given back once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn airline_reserve_flight_tasks_that_run_again_do_not_drift() {
    let Some((stage, faults)) = Stage::with_faults("answers have to be lost").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    for function in ["inventory/reserve-stock", "inventory/release-stock"] {
        faults.strike_invocation(function, InvocationOutcome::AnswerLost, 1);
    }
    let id = stage.order(&ada, "declined", &stage.order_of("MUG-01", 2, "pm_card_visa_chargeDeclined")).await;
    stage.reaches(&ada, &id, "CANCELLED").await;
    assert_eq!(stage.available("MUG-01").await, before);
    let mut again = stage.step(&id);
    again["reason"] = json!("payment_declined");
    for _ in 0..3 {
        stage.cloud().invoke("inventory/release-stock", again.clone()).await.unwrap();
    }
    assert_eq!(stage.available("MUG-01").await, before);

    faults.strike_invocation("inventory/reserve-stock", InvocationOutcome::AnswerLost, 1);
    faults.strike_invocation("inventory/commit-stock", InvocationOutcome::AnswerLost, 1);
    let id = stage.order(&ada, "bought", &stage.order_of("MUG-01", 2, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.cloud().invoke("inventory/reserve-stock", stage.step(&id)).await.unwrap();
    assert_eq!(stage.available("MUG-01").await, before - 2);
    stage.finish(&[]).await;
}

/// There: when "Reserve Flight" times out, the flow only notifies, and the seat that may have been taken stays taken.
/// Here an unknown outcome is found out: the function dies after the units were taken, and the customer cancels.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn airline_reserve_flight_what_was_taken_before_a_time_out_comes_back() {
    let Some((stage, faults)) = Stage::with_faults("a function has to die").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    faults.strike("inventory/reserve-stock", "TransactWriteItems", Outcome::KilledAfter);
    let id = stage.order(&ada, "killed", &stage.order_of("MUG-01", 2, "pm_card_visa")).await;
    stage.at_rest(&ada, &id).await;
    assert_eq!(stage.available("MUG-01").await, before - 2);
    stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &id, "CANCELLED").await;
    assert_eq!(stage.available("MUG-01").await, before);
    stage.finish(&[]).await;
}

/// There: Refund has no Retry, and its Catch goes on to Cancel, so that the customer has paid for a cancelled booking.
/// Here an order is CANCELLED after Stripe has said that the money is back, and before that its units are not for sale. The
/// same cancel of a payment that had gone through was an error in <https://github.com/duncanmcclean/statamic-cargo/pull/251>.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn airline_refund_an_order_is_not_cancelled_before_its_money_is_back() {
    let Some((stage, faults)) = Stage::with_faults("refunds have to fail").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    // The money is taken, and nobody has written down that the order is confirmed, when its customer takes it back.
    faults.strike("orders/confirm-order", "UpdateItem", Outcome::KilledBefore);
    let id = stage.order(&ada, "paid", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.at_rest(&ada, &id).await;
    assert_eq!(stage.charged(&id), (1, 1290));
    let refund = ("payments/cancel-payment", "POST /v1/refunds");
    faults.strike_all(refund.0, refund.1, Outcome::Unreachable);
    stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(202);
    assert!(stage.eventually(async || faults.strikes(refund.0, refund.1) > 0).await);
    for _ in 0..3 {
        assert_eq!(stage.at_rest(&ada, &id).await["status"], "CANCELLING");
        assert_eq!((stage.charged(&id).1, stage.available("MUG-01").await), (1290, before - 1));
        stage.pass(std::time::Duration::from_secs(61)).await;
    }
    faults.mend();
    stage.watched_until(&ada, &id, "CANCELLED").await;
    assert_eq!((stage.charged(&id), stage.available("MUG-01").await), ((1, 0), before));
    stage.finish(&[]).await;
}

/// There: every attempt of "Create Booking" makes up a new id, so that a retry makes a second booking.
/// Here the id is made of the customer and the idempotency key: whoever never got an answer asks again, several times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn airline_create_booking_a_retry_after_no_answer_makes_no_second_order() {
    let Some((stage, faults)) = Stage::with_faults("a function has to die").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    faults.strike("orders/place-order", "PutItem", Outcome::KilledAfter);
    stage.place(&ada, "again", &body).await.expect(500);
    let answers = join_all((0..5).map(|_| stage.place(&ada, "again", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.bytes), (202, &answers[0].bytes));
    }
    let id = answers[0].json()["id"].as_str().unwrap().to_owned();
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let mine = stage.get("/orders", &ada).await.expect(200).json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    assert_eq!((stage.charged(&id), stage.available("MUG-01").await), ((1, 1290), before - 1));
    stage.finish(&[]).await;
}

//! Customers who take orders back.

use localcloud::issuer::Scope;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_not_captured_is_voided_and_released() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    // A card that needs 3-D Secure holds the order still.
    let id = stage.order(&ada, "back", &stage.order_of("MUG-01", 3, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    assert_eq!(stage.available("MUG-01").await, before - 3);
    let path = format!("/orders/{id}/cancel");
    let answer = stage.post(&path, &ada, &[], &json!({})).await.expect(202).json();
    assert_eq!(answer["status"], "CANCELLING");
    let order = stage.reaches(&ada, &id, "CANCELLED").await;
    assert_eq!(order["reason"], "cancelled_by_customer");
    assert_eq!(stage.available("MUG-01").await, before);
    assert_eq!(stage.intents(&id)[0]["status"], "canceled");
    // Again is no different.
    assert_eq!(stage.post(&path, &ada, &[], &json!({})).await.expect(202).json()["status"], "CANCELLED");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_right_after_the_order_ends_one_way_or_the_other() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    for attempt in 0..10 {
        let id = stage.order(&ada, &format!("race-{attempt}"), &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
        tokio::time::sleep(std::time::Duration::from_millis(attempt * 4)).await;
        let answer = stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await;
        let expected = match answer.status.as_u16() {
            202 => "CANCELLED",
            409 => {
                assert_eq!(answer.problem(), "order-confirmed");
                "CONFIRMED"
            }
            other => panic!("{other}"),
        };
        stage.reaches(&ada, &id, expected).await;
    }
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirmed_order_cannot_be_cancelled() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "done", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let answer = stage.post(&format!("/orders/{id}/cancel"), &ada, &[], &json!({})).await.expect(409);
    assert_eq!(answer.problem(), "order-confirmed");
    stage.finish(&[]).await;
}

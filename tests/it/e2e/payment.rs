//! Cards that are declined, and cards that need their customer.

use std::time::Duration;

use localcloud::{Authentication, issuer::Scope};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_card_cancels_the_order_and_gives_the_stock_back() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    for (key, card, reason) in [
        ("declined", "pm_card_visa_chargeDeclined", "payment_declined"),
        ("poor", "pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ] {
        let id = stage.order(&ada, key, &stage.order_of("MUG-01", 1, card)).await;
        assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], reason);
        assert_eq!(stage.intents(&id)[0]["status"], "canceled");
        stage.mailed(&id, "order_cancelled").await;
    }
    assert_eq!(stage.available("MUG-01").await, before);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_authenticates_gets_the_order() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    let parked = stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    let intent = stage.intents(&id).remove(0);
    assert_eq!(parked["next_action"]["client_secret"], intent["client_secret"]);
    stage.mailed(&id, "order_action_required").await;

    stage.authenticate(&id, Authentication::Succeed).await;
    let confirmed = stage.reaches(&ada, &id, "CONFIRMED").await;
    assert!(confirmed.get("next_action").is_none());
    stage.mailed(&id, "order_confirmed").await;
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_fails_the_banks_check_does_not() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    stage.authenticate(&id, Authentication::Fail).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "authentication_failed");
    assert_eq!(stage.intents(&id)[0]["status"], "canceled");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_never_comes_back_loses_the_order_at_its_deadline() {
    let Some(stage) = Stage::local("half an hour has to pass").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    assert_eq!(stage.available("MUG-01").await, before - 1);

    // Half an hour and then some, in steps, so that the watchdog looks now and then, as it would.
    for _ in 0..8 {
        stage.pass(Duration::from_secs(300)).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let order = stage.reaches(&ada, &id, "CANCELLED").await;
    assert!(["deadline_passed", "hold_expired"].iter().any(|reason| order["reason"] == *reason), "{order}");
    assert_eq!(stage.available("MUG-01").await, before);
    assert_eq!(stage.intents(&id)[0]["status"], "canceled");
    stage.finish(&[]).await;
}

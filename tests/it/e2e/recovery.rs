//! What happens when something goes wrong inside.

use std::time::Duration;

use localcloud::{Authentication, issuer::Scope};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_message_ends_in_the_dead_letter_queue_and_its_neighbours_are_handled() {
    let Some(stage) = Stage::local("a quarter of an hour has to pass").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    stage.send_message("notifications", "order-mails", "this is no event").await;
    let id = stage.order(&ada, "neighbour", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;
    let dead = stage.eventually(async || {
        // Each receive hides the message for its visibility timeout.
        stage.pass(Duration::from_secs(181)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage.depth("notifications/order-mails-dead").await == 1
    });
    assert!(dead.await, "it is not given up");
    assert_eq!(stage.mails(&id).await, ["order_confirmed"]);
    stage.finish(&[("notifications/order-mails-dead", 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_is_killed_finishes_its_orders_when_it_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(stage) = Stage::in_folder(folder.path(), "it cannot be killed").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let mut ids = Vec::new();
    for number in 0..8 {
        let card = if number == 7 { "pm_card_threeDSecureRequired" } else { "pm_card_visa" };
        ids.push(stage.order(&ada, &format!("order-{number}"), &stage.order_of("MUG-01", 1, card)).await);
    }
    stage.kill().await;

    let stage = Stage::in_folder(folder.path(), "it cannot be killed").await.unwrap();
    // It has another port now, and so another issuer.
    let ada = stage.token("ada", Scope::Customer);
    let waiting = ids.pop().unwrap();
    for id in &ids {
        stage.reaches(&ada, id, "CONFIRMED").await;
        stage.mailed(id, "order_confirmed").await;
    }
    stage.reaches(&ada, &waiting, "ACTION_REQUIRED").await;
    stage.authenticate(&waiting, Authentication::Succeed).await;
    stage.reaches(&ada, &waiting, "CONFIRMED").await;
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watchdog_starts_what_nobody_started() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    // The webhook that would wake the order is never sent: the customer authenticates, and Stripe stays silent.
    let id = stage.order(&ada, "silent", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    stage.lose_webhooks(true);
    stage.authenticate(&id, Authentication::Succeed).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.get(&format!("/orders/{id}"), &ada).await.json()["status"], "ACTION_REQUIRED");
    stage.pass(Duration::from_secs(61)).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

//! What happens when something goes wrong inside.

use std::time::Duration;

use localcloud::{issuer::Scope, sqs::NewMessage};

use crate::stage::{Stage, order_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_message_ends_in_the_dead_letter_queue_and_its_neighbours_are_handled() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let queue = stage.cloud.queue_name("notifications", "order-mails");
    stage.cloud.queues().send(&queue, NewMessage::text("this is no event")).unwrap();
    let id = stage.order(&ada, "neighbour", &order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.mailed(&id, "order_confirmed").await;
    let dead = stage.eventually(async || {
        // Each receive hides the message for its visibility timeout.
        stage.cloud.clock().advance(Duration::from_secs(181));
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage
            .cloud
            .queue_views()
            .iter()
            .any(|view| view.name == "notifications/order-mails-dead" && view.depth.visible == 1)
    });
    assert!(dead.await, "{:?}", stage.cloud.queue_views());
    assert_eq!(stage.mails(&id), ["order_confirmed"]);
    stage.finish(&[("notifications/order-mails-dead", 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_is_killed_finishes_its_orders_when_it_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::in_folder(folder.path()).await;
    let ada = stage.token("ada", Scope::Customer);
    let mut ids = Vec::new();
    for number in 0..8 {
        let card = if number == 7 { "pm_card_threeDSecureRequired" } else { "pm_card_visa" };
        ids.push(stage.order(&ada, &format!("order-{number}"), &order_of("MUG-01", 1, card)).await);
    }
    stage.kill().await;

    let stage = Stage::in_folder(folder.path()).await;
    // It has another port now, and so another issuer.
    let ada = stage.token("ada", Scope::Customer);
    let waiting = ids.pop().unwrap();
    for id in &ids {
        stage.reaches(&ada, id, "CONFIRMED").await;
        stage.mailed(id, "order_confirmed").await;
    }
    stage.reaches(&ada, &waiting, "ACTION_REQUIRED").await;
    stage.cloud.authenticate(stage.intents(&waiting)[0]["id"].as_str().unwrap(), succeed()).unwrap();
    stage.reaches(&ada, &waiting, "CONFIRMED").await;
    stage.finish(&[]).await;
}

fn succeed() -> localcloud::Authentication {
    localcloud::Authentication::Succeed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watchdog_starts_what_nobody_started() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    // The webhook that would wake the order is never sent: the customer authenticates, and Stripe stays silent.
    let id = stage.order(&ada, "silent", &order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    stage.cloud.lose_webhooks(true);
    stage.cloud.authenticate(stage.intents(&id)[0]["id"].as_str().unwrap(), succeed()).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.get(&format!("/orders/{id}"), &ada).await.json()["status"], "ACTION_REQUIRED");
    stage.cloud.clock().advance(Duration::from_secs(61));
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

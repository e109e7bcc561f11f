//! dotnet/eShop, commit 5624ad5, and its predecessor eShopOnContainers: <https://github.com/dotnet/eShop>.

use std::time::Duration;

use futures::future::join_all;
use localcloud::{Authentication, driver::Outcome, issuer::Scope};
use serde_json::json;

use super::{Exhibit, Peer, Proof::Test};
use crate::stage::{ATTEMPTS, Stage};

pub const PEERS: &[Peer] = &[Peer {
    name: "eShop",
    repository: "dotnet/eShop",
    read: "commit 5624ad5",
    exhibits: &[
        Exhibit {
            seen_in: &["#888", "dotnet-architecture/eShopOnContainers#2001"],
            defect: "Stock is checked before the payment and removed after it.",
            here: "Units are gone before the payment begins.",
            proof: Test("eshop_888_units_are_taken_before_the_payment_and_not_after"),
        },
        Exhibit {
            seen_in: &["RabbitMQEventBus.cs"],
            defect: "A message is acknowledged although its handler has failed.",
            here: "It stays in its queue.",
            proof: Test("eshop_event_bus_a_message_whose_handler_fails_comes_again"),
        },
        Exhibit {
            seen_in: &["dotnet-architecture/eShopOnContainers#700"],
            defect: "Nobody publishes later what could not be published.",
            here: "The stream's reader does not go on before it has.",
            proof: Test("eshop_700_an_event_that_could_not_be_published_is_published_later"),
        },
        Exhibit {
            seen_in: &["IdentifiedCommandHandler", "the orders API"],
            defect: "An error is forgotten, a duplicate is told success, and 200 is answered whatever happened.",
            here: "What was not carried out is answered 503, also to a duplicate.",
            proof: Test("eshop_identified_command_a_duplicate_of_a_failed_request_is_not_told_success"),
        },
    ],
}];

/// There (<https://github.com/dotnet/eShop/issues/888>,
/// <https://github.com/dotnet-architecture/eShopOnContainers/issues/2001>): stock is checked before the payment and removed
/// after it, so that several orders are paid with the same units.
/// Here units are gone before the payment begins: while one buyer's payment stalls, nobody else can buy them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eshop_888_units_are_taken_before_the_payment_and_not_after() {
    let Some((stage, faults)) = Stage::with_faults("a payment has to stall").await else { return };
    let (ada, bob) = (stage.token("ada", Scope::Customer), stage.token("bob", Scope::Customer));
    let create = ("payments/authorize-payment", "POST /v1/payment_intents");
    faults.stall(create.0, create.1);
    let id = stage.order(&ada, "all-three", &stage.order_of("LAMP-01", 3, "pm_card_visa")).await;
    assert!(stage.eventually(async || faults.strikes(create.0, create.1) > 0).await);
    faults.mend();
    assert_eq!((stage.available("LAMP-01").await, stage.intents(&id).len()), (0, 0));
    let late = stage.order(&bob, "one", &stage.order_of("LAMP-01", 1, "pm_card_visa")).await;
    assert_eq!(stage.reaches(&bob, &late, "CANCELLED").await["reason"], "sold_out");
    assert_eq!(stage.intents(&late).len(), 0);
    // Nobody waits for a call longer than this.
    stage.pass(Duration::from_secs(5)).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

/// There (`RabbitMQEventBus.cs`): a message is acknowledged even when its handler throws, and is lost.
/// Here a message whose handler failed stays in its queue.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eshop_event_bus_a_message_whose_handler_fails_comes_again() {
    let Some((stage, faults)) = Stage::with_faults("a table has to be out of reach").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let claim = ("notifications/send-email", "UpdateItem");
    faults.strike_all(claim.0, claim.1, Outcome::FailedBefore);
    let id = stage.order(&ada, "mug", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert!(stage.eventually(async || faults.strikes(claim.0, claim.1) >= ATTEMPTS).await);
    assert_eq!(stage.mails(&id).await.len(), 0);
    faults.mend();
    stage.pass(Duration::from_secs(181)).await;
    stage.mailed(&id, "order_confirmed").await;
    assert_eq!(stage.mails(&id).await, ["order_confirmed"]);
    stage.finish(&[]).await;
}

/// There (<https://github.com/dotnet-architecture/eShopOnContainers/issues/700>): an event that could not be published is
/// marked so in the outbox, and nobody publishes it later.
/// Here the stream's reader does not go on before its events are published.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eshop_700_an_event_that_could_not_be_published_is_published_later() {
    let Some((stage, faults)) = Stage::with_faults("a topic has to be out of reach").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let publish = ("orders/publish-order-events", "PublishBatch");
    let id = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.mailed(&id, "order_action_required").await;
    // What came before is published, so that what fails is the event that the customer has to hear of.
    faults.strike_all(publish.0, publish.1, Outcome::Unreachable);
    stage.authenticate(&id, Authentication::Succeed).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    assert!(stage.eventually(async || faults.strikes(publish.0, publish.1) >= ATTEMPTS).await);
    assert_eq!(stage.mails(&id).await, ["order_action_required"]);
    faults.mend();
    stage.mailed(&id, "order_confirmed").await;
    stage.finish(&[]).await;
}

/// There (`IdentifiedCommandHandler`, and the endpoint that answers 200 whatever comes of the command): an error is caught
/// and forgotten, and a duplicate may be told success although the first one failed.
/// Here a request that was not carried out is answered 503, its duplicates too, and the next one carries it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eshop_identified_command_a_duplicate_of_a_failed_request_is_not_told_success() {
    let Some((stage, faults)) = Stage::with_faults("a table has to be out of reach").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    faults.strike_all("orders/place-order", "PutItem", Outcome::Unreachable);
    for answer in join_all((0..3).map(|_| stage.place(&ada, "mug", &body))).await {
        assert_eq!(answer.expect(503).problem(), "unavailable");
    }
    faults.mend();
    assert_eq!(stage.get("/orders", &ada).await.expect(200).json(), json!({ "items": [] }));
    let id = stage.order(&ada, "mug", &body).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

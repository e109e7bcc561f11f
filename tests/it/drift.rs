//! `service.yaml` against the code: nothing described that does not exist, and nothing that exists undescribed.

use std::time::Duration;

use kernel::Clock;
use localcloud::{Authentication, issuer::Scope};
use reqwest::Method;
use serde_json::{Value, json};
use shop::local;

use crate::{e2e::sale, stage::Stage};

#[test]
fn the_descriptions_fit_together() {
    local::shop().unwrap();
}

#[test]
fn every_function_has_a_handler_and_every_handler_a_description() {
    let shop = local::shop().unwrap();
    let mut described: Vec<String> = Vec::new();
    for service in &shop.services {
        described.extend(service.functions.keys().map(|name| format!("{}/{name}", service.context)));
    }
    let mut coded: Vec<String> = Vec::new();
    for (context, functions) in local::code().functions {
        coded.extend(functions.iter().map(|function| format!("{context}/{}", function.name())));
    }
    described.sort();
    coded.sort();
    assert_eq!(described, coded);
}

/// Runs the shop through everything it does, and finds no grant that was never needed and no setting that was never read. That
/// every call was granted shows in that everything went through: what is not granted is denied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_grant_is_used_and_every_setting_is_read() {
    let stage = Stage::local("it counts grants").await.unwrap();
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));

    // Bought, declined, sold out, taken back.
    let bought = stage.order(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &bought, "CONFIRMED").await;
    stage.place(&ada, "bought", &stage.order_of("MUG-01", 1, "pm_card_visa")).await.expect(202);
    let declined = stage.order(&ada, "declined", &stage.order_of("MUG-01", 1, "pm_card_visa_chargeDeclined")).await;
    stage.reaches(&ada, &declined, "CANCELLED").await;
    let sold_out = stage.order(&ada, "sold-out", &stage.order_of("LAMP-01", 4, "pm_card_visa")).await;
    stage.reaches(&ada, &sold_out, "CANCELLED").await;
    let taken_back = stage.order(&ada, "back", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &taken_back, "ACTION_REQUIRED").await;
    stage.post(&format!("/orders/{taken_back}/cancel"), &ada, &[], &json!({})).await.expect(202);
    stage.reaches(&ada, &taken_back, "CANCELLED").await;
    // A repetition that would be refused now: the product is unknown, and so the order is looked up first.
    stage.place(&ada, "never", &stage.order_of("NOPE-01", 1, "pm_card_visa")).await.expect(422);

    // Authenticated after a while.
    let authenticated = stage.order(&ada, "3ds", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &authenticated, "ACTION_REQUIRED").await;
    stage.authenticate(&authenticated, Authentication::Succeed).await;
    stage.reaches(&ada, &authenticated, "CONFIRMED").await;

    // Read.
    stage.get("/products", "").await.expect(200);
    stage.get("/products/MUG-01", "").await.expect(200);
    stage.get("/orders", &ada).await.expect(200);
    stage.get("/stock/MUG-01", &admin).await.expect(200);
    stage.get("/availability?skus=MUG-01", "").await.expect(200);
    stage.get(&format!("/payments/{bought}"), &admin).await.expect(200);
    for path in ["/orders?list=all", "/sales", "/stock/MUG-01/adjustments", "/dead-letters"] {
        stage.get(path, &admin).await.expect(200);
    }
    stage.get(&format!("/holds/{bought}"), &admin).await.expect(200);
    stage.get(&format!("/mails/{bought}"), &admin).await.expect(200);

    // Counted, changed and removed.
    let delivery = json!({ "delta": 1, "reason": "found one" });
    stage.post("/stock/MUG-01", &admin, &[("idempotency-key", "found")], &delivery).await.expect(200);
    stage.post("/stock/MUG-01", &admin, &[("idempotency-key", "found")], &delivery).await.expect(200);
    stage.send(Method::DELETE, "/products/PEN-01", &admin, &[("if-match", "\"1\"")], Vec::new()).await.expect(204);

    spread(&stage, &ada, &admin).await;
    sale(&stage, &ada, &admin).await;
    abandoned(&stage, &ada).await;
    stuck(&stage).await;
    given_up(&stage, &ada, &admin).await;

    let unused: Vec<String> = stage.cloud().unused_grants().iter().map(ToString::to_string).collect();
    assert_eq!(unused, Vec::<String>::new(), "granted and never needed");
    assert_eq!(stage.cloud().unread_settings(), Vec::<String>::new(), "set and never read");
    stage.finish(&[]).await;
}

/// Three units in three shards: gathered for an order, given back together, spread again, written off.
async fn spread(stage: &Stage, ada: &str, admin: &str) {
    let shards = json!({ "shards": 3 }).to_string().into_bytes();
    stage.send(Method::PUT, "/stock/LAMP-01/shards", admin, &[], shards).await.expect(200);
    let id = stage.order(ada, "gathered", &stage.order_of("LAMP-01", 3, "pm_card_threeDSecureRequired")).await;
    stage.reaches(ada, &id, "ACTION_REQUIRED").await;
    // The saga reserves again then, in an environment that has forgotten what the shards have.
    stage.pass(Duration::from_secs(2)).await;
    stage.authenticate(&id, Authentication::Fail).await;
    stage.reaches(ada, &id, "CANCELLED").await;
    assert_eq!(stage.stock("LAMP-01").await["shards"], json!([3, 0, 0]));
    stage.cloud().invoke("inventory/rebalance-stock", json!({})).await.unwrap();
    assert_eq!(stage.stock("LAMP-01").await["shards"], json!([1, 1, 1]));
    let fire = json!({ "delta": -2, "reason": "fire" });
    stage.post("/stock/LAMP-01", admin, &[("idempotency-key", "fire")], &fire).await.expect(200);
    assert_eq!(stage.available("LAMP-01").await, 1);
}

/// A sale in which a customer waits for longer than a message can, asks again, and would have more than is allowed.
async fn sale(stage: &Stage, ada: &str, admin: &str) {
    stage.put_sale("NOTE-01", &json!({ "per_customer": 1 })).await;
    let shards = json!({ "shards": 2 }).to_string().into_bytes();
    stage.send(Method::PUT, "/stock/NOTE-01/shards", admin, &[], shards).await.expect(200);
    stage.get("/sales/NOTE-01", "").await.expect(200);
    let units = stage.available("NOTE-01").await;
    let rest = json!({ "delta": 2 - units, "reason": "two are left, in two shards" });
    stage.post("/stock/NOTE-01", admin, &[("idempotency-key", "rest")], &rest).await.expect(200);
    let declined = stage.order_of("NOTE-01", 1, "pm_card_visa_chargeDeclined");
    let id = stage.order(ada, "sale-declined", &declined).await;
    stage.reaches(ada, &id, "CANCELLED").await;
    sale::fill(stage, 1_000);
    stage.put_sale("NOTE-01", &json!({ "per_customer": 2 })).await;
    stage.pass(Duration::from_secs(2)).await;
    let order = stage.order_of("NOTE-01", 2, "pm_card_visa");
    let id = stage.order(ada, "sale", &order).await;
    stage.pass(Duration::from_secs(2)).await;
    stage.place(ada, "sale", &order).await.expect(202);
    let has_its_turn = async || {
        let order = stage.get(&format!("/orders/{id}"), ada).await.json();
        order["queue"]["waits_for"] == "turn"
    };
    assert!(stage.eventually(has_its_turn).await, "it gets no turn");
    stage.pass(Duration::from_secs(950)).await;
    let sent_again = async || {
        let unused: Vec<String> = stage.cloud().unused_grants().iter().map(ToString::to_string).collect();
        !unused.iter().any(|grant| grant.starts_with("orders/start-orders: sqs:SendMessage"))
    };
    assert!(stage.eventually(sent_again).await, "its message came before its turn, and was not sent again");
    stage.pass(Duration::from_secs(100)).await;
    stage.reaches(ada, &id, "CONFIRMED").await;
    // Nobody else gets any, and who asks then is not even written down.
    let bob = stage.token("bob", Scope::Customer);
    let order = stage.order_of("NOTE-01", 1, "pm_card_visa");
    let id = stage.order(&bob, "sale-missed", &order).await;
    stage.reaches(&bob, &id, "CANCELLED").await;
    stage.pass(Duration::from_secs(1)).await;
    assert_eq!(stage.place(&bob, "sale-over", &order).await.expect(409).problem(), "sold-out");
    stage.send(Method::DELETE, "/sales/NOTE-01", admin, &[], Vec::new()).await.expect(204);
}

/// A customer who never comes back: the hold expires, the watchdog looks, the order ends.
async fn abandoned(stage: &Stage, ada: &str) {
    let id = stage.order(ada, "abandoned", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(ada, &id, "ACTION_REQUIRED").await;
    stage.pass(Duration::from_secs(1_801)).await;
    // The schedule's own turn, played by hand, so that it comes before the watchdog's.
    stage.cloud().invoke("inventory/expire-reservations", json!({})).await.unwrap();
    // The watch may have been set only now, by the clock as it was moved.
    let over = stage.eventually(async || {
        stage.pass(Duration::from_secs(61)).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let orders = stage.cloud().scan("orders", "orders").unwrap();
        orders.iter().any(|order| order["order_id"] == id.as_str() && order["status"] == "CANCELLED")
    });
    assert!(over.await, "{id} was not ended");
}

/// An order that nothing gets through calls an operator: one is put in the watchdog's way that is long past its deadline.
async fn stuck(stage: &Stage) {
    let orders = stage.cloud().scan("orders", "orders").unwrap();
    let mut order = orders.into_iter().find(|order| order["status"] == "CANCELLED").unwrap();
    order["order_id"] = json!("ord_ffffffffffffffffffffffffffffffff");
    order["status"] = json!("CANCELLING");
    order["reason"] = json!("cancelled_by_customer");
    let past = stage.cloud().clock().now() - kernel::SignedDuration::from_hours(2);
    order["created_at"] = json!(past.to_string());
    order["deadline"] = json!((past + kernel::SignedDuration::from_mins(30)).to_string());
    stage.cloud().put("orders", "orders", &order).unwrap();
    let watch: Value = json!({ "order_id": order["order_id"], "round": 8 });
    let queue = stage.cloud().queue_name("orders", "watch");
    stage.cloud().queues().send(&queue, localcloud::sqs::NewMessage::text(watch.to_string())).unwrap();
    let marked = stage.eventually(async || {
        let orders = stage.cloud().scan("orders", "orders").unwrap();
        let found = orders.iter().find(|found| found["order_id"] == order["order_id"]).unwrap();
        found["needs_operator_since"].is_string() && found["status"] == "CANCELLED"
    });
    assert!(marked.await, "no operator was called");
}

/// A message that was given up is seen and given back, and an admin has a saga started again.
async fn given_up(stage: &Stage, ada: &str, admin: &str) {
    let id = stage.order(ada, "resumed", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(ada, &id, "ACTION_REQUIRED").await;
    stage.post(&format!("/orders/{id}/resume"), admin, &[], &json!({})).await.expect(202);
    let dead = stage.cloud().queue_name("orders", "watch-dead");
    let watch = localcloud::sqs::NewMessage::text(json!({ "order_id": id, "round": 0 }).to_string());
    stage.cloud().queues().send(&dead, watch).unwrap();
    stage.get("/dead-letters", admin).await.expect(200);
    stage.post("/dead-letters/orders/watch/redrive", admin, &[], &json!({})).await.expect(202);
    stage.post(&format!("/orders/{id}/cancel"), admin, &[], &json!({})).await.expect(202);
    stage.reaches(ada, &id, "CANCELLED").await;
}

/// A call that `service.yaml` does not grant fails as IAM would have it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_granted_is_denied() {
    let order = json!({
        "order_id": "ord_00000000000000000000000000000000",
        "customer_id": "ada",
        "lines": [{ "sku": "MUG-01", "quantity": 1 }],
        "total": { "amount_minor": 1290, "currency": "EUR" },
        "payment_method": "pm_card_visa",
        "deadline": "2030-01-01T00:00:00Z",
    });
    for (granted, expected) in [(true, "does not exist"), (false, "AccessDeniedException")] {
        let mut shop = local::shop().unwrap();
        let orders = shop.services.iter_mut().find(|service| service.context == "orders").unwrap();
        if !granted {
            orders.functions["confirm-order"].grants.clear();
        }
        let cloud =
            localcloud::Cloud::start(shop, local::code(), localcloud::Options::default(), "http://localhost").unwrap();
        let failure = cloud.invoke("orders/confirm-order", json!({ "order": order })).await.unwrap_err().to_string();
        assert!(failure.contains(expected), "{failure}");
        if !granted {
            assert!(failure.contains("not authorized to perform: dynamodb:UpdateItem"), "{failure}");
        }
    }
}

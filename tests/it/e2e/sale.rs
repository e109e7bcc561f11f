//! Sales: when they are open, for whom, and the queue.

use std::time::Duration;

use localcloud::issuer::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

/// So long a price without a sale is remembered, and a little more.
const KNOWN_EVERYWHERE: Duration = Duration::from_secs(31);

impl Stage {
    /// The admin puts a product in a sale.
    pub async fn put_sale(&self, sku: &str, sale: &Value) -> Value {
        let (path, body) = (format!("/sales/{}", self.sku(sku)), sale.to_string().into_bytes());
        let admin = self.token("admin", Scope::Admin);
        self.send(Method::PUT, &path, &admin, &[], body).await.expect(200).json()
    }

    /// Now, and so many seconds later.
    async fn in_seconds(&self, seconds: i64) -> String {
        let now = self.get("/_local/clock", "").await.json();
        let now: kernel::Timestamp = now["now"].as_str().unwrap().parse().unwrap();
        (now + kernel::SignedDuration::from_secs(seconds)).to_string()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_a_sale_is_queued_held_and_paid() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let sale = stage.put_sale("MUG-01", &json!({ "per_customer": 2 })).await;
    assert_eq!((&sale["phase"], &sale["per_customer"]), (&json!("open"), &json!(2)));
    let path = format!("/sales/{}", stage.sku("MUG-01"));
    assert_eq!(stage.get(&path, "").await.expect(200).json(), sale, "everybody sees it");
    let before = stage.available("MUG-01").await;
    let order = stage.order_of("MUG-01", 1, "pm_card_visa");
    let id = stage.order(&ada, "one", &order).await;
    let order = stage.reaches(&ada, &id, "CONFIRMED").await;
    assert_eq!(order["queue"], Value::Null, "it waits no more");
    assert_eq!(stage.available("MUG-01").await, before - 1);
    stage.send(Method::DELETE, &path, &admin, &[], Vec::new()).await.expect(204);
    stage.get(&path, "").await.expect(404);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_gets_no_more_than_the_sale_allows_however_often_they_ask_at_once() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    stage.put_sale("MUG-01", &json!({ "per_customer": 3 })).await;
    let order = stage.order_of("MUG-01", 1, "pm_card_visa");
    let too_many = stage.place(&ada, "four", &stage.order_of("MUG-01", 4, "pm_card_visa")).await.expect(409);
    assert_eq!(too_many.problem(), "customer-limit");
    let at_once = (0..12).map(|number| {
        let (stage, ada, order) = (&stage, &ada, &order);
        async move {
            let key = format!("at-once-{number}");
            // Transactions that meet are told to come again.
            let mut answer = stage.place(ada, &key, order).await;
            for _ in 0..50 {
                if answer.status.as_u16() != 503 {
                    break;
                }
                answer = stage.place(ada, &key, order).await;
            }
            answer
        }
    });
    let answers = futures::future::join_all(at_once).await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.as_u16() == 202);
    assert_eq!(taken.len(), 3);
    assert!(refused.iter().all(|answer| answer.problem() == "customer-limit"), "{refused:?}");
    for answer in &taken {
        stage.reaches(&ada, answer.json()["id"].as_str().unwrap(), "CONFIRMED").await;
    }
    // An order that was cancelled does not count; another customer's neither.
    let bob = stage.token("bob", Scope::Customer);
    let declined = stage.order_of("MUG-01", 3, "pm_card_visa_chargeDeclined");
    let id = stage.order(&bob, "declined", &declined).await;
    stage.reaches(&bob, &id, "CANCELLED").await;
    let id = stage.order(&bob, "again", &stage.order_of("MUG-01", 3, "pm_card_visa")).await;
    stage.reaches(&bob, &id, "CONFIRMED").await;
    assert_eq!(stage.place(&bob, "more", &order).await.expect(409).problem(), "customer-limit");
    // A request that was answered is answered the same.
    let again = stage.place(&bob, "again", &stage.order_of("MUG-01", 3, "pm_card_visa")).await.expect(202);
    assert_eq!(again.json()["id"], id.as_str());
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_opens_and_closes_by_itself_and_by_hand() {
    let Some(stage) = Stage::local("it moves the clock").await else { return };
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let order = stage.order_of("MUG-01", 1, "pm_card_visa");
    let (opens_at, closes_at) = (stage.in_seconds(600).await, stage.in_seconds(1_200).await);
    let sale = stage.put_sale("MUG-01", &json!({ "opens_at": opens_at, "closes_at": closes_at })).await;
    assert_eq!(sale["phase"], "announced");
    assert_eq!(stage.place(&ada, "early", &order).await.expect(409).problem(), "sale-not-open");
    stage.pass(Duration::from_secs(601)).await;
    let id = stage.order(&ada, "early", &order).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.pass(Duration::from_secs(600)).await;
    assert_eq!(stage.place(&ada, "late", &order).await.expect(409).problem(), "sale-over");
    assert_eq!(stage.place(&ada, "early", &order).await.expect(202).json()["id"], id.as_str(), "it stays placed");
    // By hand: open for longer, and closed at once.
    stage.put_sale("MUG-01", &json!({})).await;
    stage.pass(Duration::from_secs(1)).await;
    let id = stage.order(&ada, "longer", &order).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let (past, now) = (stage.in_seconds(-60).await, stage.in_seconds(0).await);
    stage.put_sale("MUG-01", &json!({ "opens_at": past, "closes_at": now })).await;
    stage.pass(Duration::from_secs(1)).await;
    assert_eq!(stage.place(&ada, "closed", &order).await.expect(409).problem(), "sale-over");
    // With others in one order: not while it is in a sale.
    stage.put_sale("MUG-01", &json!({})).await;
    stage.pass(Duration::from_secs(1)).await;
    let mut both = order.clone();
    both["items"].as_array_mut().unwrap().push(json!({ "sku": stage.sku("PEN-01"), "quantity": 1 }));
    assert_eq!(stage.place(&ada, "both", &both).await.expect(422).problem(), "sale-alone");
    stage.send(Method::DELETE, "/sales/MUG-01", &admin, &[], Vec::new()).await.expect(204);
    stage.pass(KNOWN_EVERYWHERE).await;
    let id = stage.order(&ada, "both", &both).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_that_makes_no_sense_is_refused_with_every_reason() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let put = async |sku: &str, body: &Value| {
        stage.send(Method::PUT, &format!("/sales/{sku}"), &admin, &[], body.to_string().into_bytes()).await
    };
    let mug = stage.sku("MUG-01");
    let sale = json!({ "opens_at": "2030-01-02T00:00:00Z", "closes_at": "2030-01-01T00:00:00Z", "per_customer": 0 });
    let answer = put(&mug, &sale).await.expect(422);
    let pointers: Vec<Value> =
        answer.json()["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].clone()).collect();
    assert_eq!(pointers, [json!("/closes_at"), json!("/per_customer")]);
    for body in [json!([]), json!({ "opens_at": "tomorrow" }), json!({ "discount": 10 })] {
        assert_eq!(put(&mug, &body).await.expect(422).problem(), "invalid-request", "{body}");
    }
    put("NOPE-01", &json!({})).await.expect(404);
    stage.get(&format!("/sales/{mug}"), "").await.expect(404);
    stage.send(Method::DELETE, "/sales/NOPE-01", &admin, &[], Vec::new()).await.expect(404);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_sees_position_and_estimate_and_a_full_queue_lets_nobody_in() {
    let Some(stage) = Stage::local("it fills the queue").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    stage.put_sale("MUG-01", &json!({})).await;
    let before = stage.available("MUG-01").await;
    fill(&stage, 1_000);
    let order = stage.order_of("MUG-01", 1, "pm_card_visa");
    let id = stage.order(&ada, "waits", &order).await;
    let waits = async || {
        let order = stage.get(&format!("/orders/{id}"), &ada).await.expect(200).json();
        assert_eq!(order["status"], "PENDING");
        order["queue"]["waits_for"] == "turn"
    };
    assert!(stage.eventually(waits).await, "it never gets a turn");
    let queue = stage.get(&format!("/orders/{id}"), &ada).await.json()["queue"].clone();
    let (position, seconds) = (queue["position"].as_u64().unwrap(), queue["estimated_seconds"].as_u64().unwrap());
    assert!((900..=1_000).contains(&seconds), "{queue}");
    assert!(position.abs_diff(seconds * 45) <= 45, "at 45 a second: {queue}");
    assert_eq!(stage.available("MUG-01").await, before - 1, "its stock is held meanwhile");

    // The watchdog looks after a minute, and lets it wait.
    stage.pass(Duration::from_secs(61)).await;
    let comes_back = async || {
        let requests = stage.cloud().readings().requests;
        requests.get("orders/watch-orders").is_some_and(|calls| calls.contains_key("sqs:SendMessageBatch"))
    };
    assert!(stage.eventually(comes_back).await, "the watchdog does not look, or does not come back");
    assert_eq!(stage.cloud().executions().len(), 0, "it has started what waits for its turn");

    fill(&stage, 1_300);
    stage.pass(Duration::from_secs(1)).await;
    let full = stage.place(&ada, "too late", &order).await.expect(503);
    assert_eq!(full.problem(), "queue-full");
    assert_eq!(stage.place(&ada, "waits", &order).await.expect(202).json()["id"], id.as_str(), "who is in stays in");
    stage.pass(Duration::from_secs(1_001)).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sold_out_is_said_without_a_write_and_not_for_longer_than_it_is_true() {
    let Some(stage) = Stage::local("it counts writes and moves the clock").await else { return };
    let ada = stage.token("ada", Scope::Customer);
    stage.put_sale("LAMP-01", &json!({})).await;
    let all = stage.available("LAMP-01").await;
    let waits = stage.order_of("LAMP-01", all, "pm_card_threeDSecureRequired");
    let held = stage.order(&ada, "all", &waits).await;
    stage.reaches(&ada, &held, "ACTION_REQUIRED").await;
    let order = stage.order_of("LAMP-01", 1, "pm_card_visa");
    let missed = stage.order(&ada, "missed", &order).await;
    assert_eq!(stage.reaches(&ada, &missed, "CANCELLED").await["reason"], "sold_out");
    stage.pass(Duration::from_secs(1)).await;
    let written = || stage.cloud().readings().write_units.get("orders/place-order").copied().unwrap_or_default();
    let before = written();
    for attempt in 0..20 {
        let answer = stage.place(&ada, &format!("early-{attempt}"), &order).await.expect(409);
        assert_eq!(answer.problem(), "sold-out");
    }
    assert!((written() - before).abs() < 0.1, "{} units were written to refuse", written() - before);
    assert_eq!(stage.get("/sales/LAMP-01", "").await.json()["sold_out"], true);
    // The bank says no: the units are there again, and within a minute everybody is let in.
    stage.authenticate(&held, localcloud::Authentication::Fail).await;
    stage.reaches(&ada, &held, "CANCELLED").await;
    stage.pass(Duration::from_secs(61)).await;
    let id = stage.order(&ada, "late", &order).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    stage.finish(&[]).await;
}

/// So many seconds go by before the next turn to pay.
pub fn fill(stage: &Stage, seconds: i64) {
    let next = kernel::Clock::now(stage.cloud().clock()).as_microsecond() + seconds * 1_000_000;
    let turn = json!({ "admission": "next-turn", "next_at": next });
    stage.cloud().put("orders", "admissions", &turn).unwrap();
}

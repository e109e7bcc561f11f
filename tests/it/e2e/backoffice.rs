//! Those who run the shop.

use std::time::Duration;

use localcloud::{
    Authentication,
    issuer::Scope,
    switches::{Faults, Stripe},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

/// What happened to an order, as an admin is told: what, and by whom.
async fn story(stage: &Stage, admin: &str, id: &str) -> Vec<(String, String)> {
    let order = stage.get(&format!("/orders/{id}"), admin).await.expect(200).json();
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    let history = order["admin"]["history"].as_array().unwrap();
    history.iter().map(|entry| (text(entry, "what"), text(entry, "by"))).collect()
}

fn told(story: &[(String, String)]) -> Vec<(&str, &str)> {
    story.iter().map(|(what, by)| (what.as_str(), by.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_tells_its_story() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let id = stage.order(&ada, "story", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    stage.authenticate(&id, Authentication::Succeed).await;
    let seen = stage.reaches(&ada, &id, "CONFIRMED").await;
    assert!(seen["admin"].is_null(), "the customer is told what only admins are");

    let order = stage.get(&format!("/orders/{id}"), &admin).await.expect(200).json();
    let told_to_admins = &order["admin"];
    assert_eq!((&told_to_admins["email"], &told_to_admins["version"]), (&json!("ada@example.com"), &json!(3)));
    let story = story(&stage, &admin, &id).await;
    assert_eq!(told(&story), [("placed", "customer"), ("parked", "saga"), ("confirmed", "saga")]);
    let history = told_to_admins["history"].as_array().unwrap();
    let executions: Vec<_> = history.iter().filter_map(|entry| entry["execution"].as_str()).collect();
    assert!(executions.iter().all(|name| name.starts_with(&format!("{id}-"))), "{executions:?}");
    assert_ne!(executions[0], executions[1], "the webhook starts another execution");
    let events: Vec<_> = history.iter().map(|entry| (&entry["event"]["id"], &entry["event"]["type"])).collect();
    for (version, kind) in [(1, "placed"), (2, "action_required"), (3, "confirmed")] {
        let expected = (json!(format!("{id}:{version}")), json!(format!("shop.order.{kind}.v1")));
        assert_eq!((events[version - 1].0, events[version - 1].1), (&expected.0, &expected.1));
    }

    let holds = stage.get(&format!("/holds/{id}"), &admin).await.expect(200).json();
    assert_eq!(
        (&holds["holds"][0]["sku"], &holds["holds"][0]["state"]),
        (&json!(stage.sku("MUG-01")), &json!("committed"))
    );
    stage.mailed(&id, "order_confirmed").await;
    let sent = async || {
        let mails = stage.get(&format!("/mails/{id}"), &admin).await.expect(200).json();
        let mails = mails["mails"].as_array().unwrap().clone();
        mails.len() == 2 && mails.iter().all(|mail| mail["state"] == "sent" && mail["sent_at"].is_string())
    };
    assert!(stage.eventually(sent).await, "two mails were sent");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_resumes_and_takes_back_what_a_customer_has_parked() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let before = stage.available("MUG-01").await;
    let id = stage.order(&ada, "parked", &stage.order_of("MUG-01", 2, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    let known = stage.get(&format!("/orders/{id}"), &admin).await.expect(200);
    stage.post(&format!("/orders/{id}/resume"), &admin, &[], &json!({})).await.expect(202);
    let etag = known.headers["etag"].to_str().unwrap().to_owned();
    let header = [("if-none-match", etag.as_str())];
    stage.send(Method::GET, &format!("/orders/{id}"), &admin, &header, Vec::new()).await.expect(200);

    let answer = stage.post(&format!("/orders/{id}/cancel"), &admin, &[], &json!({})).await.expect(202).json();
    assert_eq!((&answer["status"], &answer["reason"]), (&json!("CANCELLING"), &json!("cancelled_by_shop")));
    stage.reaches(&ada, &id, "CANCELLED").await;
    assert_eq!(stage.available("MUG-01").await, before);
    let story = story(&stage, &admin, &id).await;
    let expected = [
        ("placed", "customer"),
        ("parked", "saga"),
        ("resumed", "admin"),
        ("cancelling", "admin"),
        ("cancelled", "saga"),
    ];
    assert_eq!(told(&story), expected);
    // What is settled stays as it is, and is not written to.
    let answer = stage.post(&format!("/orders/{id}/resume"), &admin, &[], &json!({})).await.expect(202).json();
    assert_eq!(answer["status"], "CANCELLED");
    assert_eq!(self::story(&stage, &admin, &id).await.len(), expected.len());
    let nobodys = "/orders/ord_00000000000000000000000000000000/resume";
    assert_eq!(stage.post(nobodys, &admin, &[], &json!({})).await.expect(404).problem(), "not-found");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_finds_orders() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let mut placed = Vec::new();
    for customer in ["find-a", "find-b", "find-a"] {
        let token = stage.token(customer, Scope::Customer);
        let key = format!("find-{}", placed.len());
        placed.push(stage.order(&token, &key, &stage.order_of("MUG-01", 1, "pm_card_visa")).await);
        stage.reaches(&token, &placed[placed.len() - 1], "CONFIRMED").await;
    }
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect()
    };
    // A deployed shop is shared by tests, and so customers have names of their own there, as skus have.
    let customer = stage.sku("find-a");
    let of_a = async || {
        let page = stage.get(&format!("/orders?customer={customer}"), &admin).await.expect(200).json();
        ids(&page) == [placed[2].clone(), placed[0].clone()]
            && page["items"][0]["admin"]["customer_id"] == customer.as_str()
    };
    assert!(stage.eventually(of_a).await, "find-a's orders, newest first");

    let (mut all, mut path) = (Vec::new(), "/orders?list=all&limit=2".to_owned());
    loop {
        let page = stage.get(&path, &admin).await.expect(200).json();
        all.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/orders?list=all&limit=2&cursor={cursor}");
    }
    assert!(
        placed.iter().all(|id| all.iter().filter(|one| *one == id).count() == 1),
        "{all:?} has {placed:?} once each"
    );
    for wrong in ["/orders?list=none", "/orders?list=all&customer=a", "/orders?customer="] {
        assert_eq!(stage.get(wrong, &admin).await.expect(422).problem(), "invalid-request", "{wrong}");
    }
    assert_eq!(stage.get("/orders?list=all&cursor=x", &admin).await.expect(400).problem(), "malformed-cursor");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_needs_an_operator_is_listed_until_it_is_settled() {
    let Some((stage, switches)) = Stage::with_switches("it takes Stripe down for hours").await else { return };
    // Tokens do not last as long as this takes.
    let admin = || stage.token("admin", Scope::Admin);
    let ada = stage.token("ada", Scope::Customer);
    switches.set(Faults { stripe: Stripe::Down, ..Faults::default() });
    let id = stage.order(&ada, "stuck", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    let listed = async || {
        let page = stage.get("/orders?list=needs-operator", &admin()).await.expect(200).json();
        page["items"].as_array().unwrap().iter().any(|order| order["id"] == id.as_str())
    };
    let marked = stage.eventually(async || {
        stage.pass(Duration::from_secs(901)).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        listed().await
    });
    assert!(marked.await, "nobody was called");
    let story = story(&stage, &admin(), &id).await;
    assert!(
        told(&story).contains(&("looked", "watchdog")) && told(&story).contains(&("operator", "watchdog")),
        "{story:?}"
    );
    switches.set(Faults::default());
    // The circuit to Stripe stays open for a moment.
    stage.pass(Duration::from_secs(61)).await;
    stage.post(&format!("/orders/{id}/resume"), &admin(), &[], &json!({})).await.expect(202);
    stage.reaches(&stage.token("ada", Scope::Customer), &id, "CANCELLED").await;
    assert!(!listed().await, "it is settled, and is listed still");
    let orders = stage.cloud().scan("orders", "orders").unwrap();
    let order = orders.iter().find(|order| order["order_id"] == id.as_str()).unwrap();
    assert!(order["attention"].is_null(), "it stays in the index for ever: {order}");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_of_a_sku_has_every_adjustment_newest_first() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    for (number, delta) in [7, -3, 2].into_iter().enumerate() {
        let key = format!("ledger-{number}");
        let body = json!({ "delta": delta, "reason": format!("number {number}") });
        stage
            .post(&format!("/stock/{}", stage.sku("PEN-01")), &admin, &[("idempotency-key", &key)], &body)
            .await
            .expect(200);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let page = async |path: String| stage.get(&path, &admin).await.expect(200).json();
    let path = format!("/stock/{}/adjustments", stage.sku("PEN-01"));
    let complete = async || {
        let first = page(format!("{path}?limit=2")).await;
        let deltas = |page: &Value| -> Vec<i64> {
            page["items"].as_array().unwrap().iter().map(|item| item["delta"].as_i64().unwrap()).collect()
        };
        let Some(cursor) = first["next_cursor"].as_str() else { return false };
        let second = page(format!("{path}?limit=2&cursor={cursor}")).await;
        deltas(&first) == [2, -3] && deltas(&second)[0] == 7 && second["items"][0]["reason"] == "number 0"
    };
    assert!(stage.eventually(complete).await, "the ledger is not complete");
    let nothing = stage.get("/stock/NOPE-01/adjustments", &admin).await.expect(200).json();
    assert_eq!(nothing["items"], json!([]));
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_seen_and_given_back() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    stage
        .send_message("orders", "watch-dead", r#"{"order_id":"ord_00000000000000000000000000000000","round":0}"#)
        .await;
    let watch = async || {
        let all = stage.get("/dead-letters", &admin).await.expect(200).json();
        let queues = all["queues"].as_array().unwrap();
        queues.iter().find(|queue| queue["queue"] == "orders/watch").unwrap().clone()
    };
    let seen = stage.eventually(async || {
        let watch = watch().await;
        watch["messages"] == 1 && watch["shown"][0]["body"].as_str().is_some_and(|body| body.contains("ord_0000"))
    });
    assert!(seen.await, "{}", watch().await);
    // Whoever looks takes nothing away: the next one sees it, too.
    for _ in 0..3 {
        assert_eq!(watch().await["shown"].as_array().unwrap().len(), 1);
    }
    let answer = stage.post("/dead-letters/orders/watch/redrive", &admin, &[], &json!({})).await.expect(202).json();
    assert_eq!(answer, json!({ "queue": "orders/watch", "moving": 1 }));
    assert!(stage.eventually(async || watch().await["messages"] == 0).await, "it was not given back");
    let unknown = stage.post("/dead-letters/orders/nothing/redrive", &admin, &[], &json!({})).await;
    assert_eq!(unknown.expect(404).problem(), "not-found");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_are_listed() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    stage.put_sale("PEN-01", &json!({ "per_customer": 2 })).await;
    let sku = stage.sku("PEN-01");
    let sale = async || {
        let sales = stage.get("/sales", "").await.expect(200).json();
        sales["items"].as_array().unwrap().iter().find(|sale| sale["sku"] == sku.as_str()).cloned()
    };
    assert!(stage.eventually(async || sale().await.is_some_and(|sale| sale["phase"] == "open")).await);
    stage.send(Method::DELETE, &format!("/sales/{sku}"), &admin, &[], Vec::new()).await.expect(204);
    assert!(stage.eventually(async || sale().await.is_none()).await, "it has ended, and is listed still");
    stage.finish(&[]).await;
}

//! The rules of the order API: keys, owners, tokens, pages.

use std::{collections::BTreeSet, time::Duration};

use localcloud::issuer::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_is_answered_with_the_same_bytes_and_orders_nothing_again() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    let first = stage.place(&ada, "again", &body).await.expect(202);
    let at_once = stage.place(&ada, "\"again\"", &body).await.expect(202);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    stage.reaches(&ada, &id, "CONFIRMED").await;
    // The price changes meanwhile; the order keeps its own.
    let admin = stage.token("admin", Scope::Admin);
    let dearer =
        json!({ "name": "Enamel mug", "description": "", "price": { "amount_minor": 9900, "currency": "EUR" } });
    let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
    stage
        .send(
            Method::PUT,
            &format!("/products/{}", stage.sku("MUG-01")),
            &admin,
            &headers,
            dearer.to_string().into_bytes(),
        )
        .await
        .expect(200);
    stage.pass(Duration::from_secs(31)).await;
    let later = stage.place(&ada, "again", &body).await.expect(202);
    assert_eq!(first.bytes, at_once.bytes);
    assert_eq!(first.bytes, later.bytes);
    assert_eq!(stage.available("MUG-01").await, before - 1);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_needed_well_formed_and_for_one_request_only() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    assert_eq!(stage.post("/orders", &ada, &[], &body).await.expect(400).problem(), "missing-idempotency-key");
    for key in ["\"unclosed", "", &"k".repeat(256)] {
        assert_eq!(stage.place(&ada, key, &body).await.expect(400).problem(), "malformed-idempotency-key", "{key}");
    }
    let id = stage.order(&ada, "mine", &body).await;
    let other = stage.order_of("MUG-01", 2, "pm_card_visa");
    assert_eq!(stage.place(&ada, "mine", &other).await.expect(422).problem(), "idempotency-key-reused");
    // Invalid bodies under a used key are another request too.
    let mut invalid = body.clone();
    invalid["currency"] = json!("euro");
    assert_eq!(stage.place(&ada, "mine", &invalid).await.expect(422).problem(), "idempotency-key-reused");
    // Another customer's key is another key.
    let bob = stage.token("bob", Scope::Customer);
    assert_ne!(stage.order(&bob, "mine", &body).await, id);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_are_the_servers() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("MUG-01", 2, "pm_card_visa");
    body["expected_total"] = json!({ "amount_minor": 1, "currency": "EUR" });
    let answer = stage.place(&ada, "cheap", &body).await.expect(409);
    assert_eq!(answer.problem(), "price-changed");
    assert!(answer.json()["detail"].as_str().unwrap().contains("25.80 EUR"));
    body["expected_total"] = json!({ "amount_minor": 2580, "currency": "EUR" });
    stage.order(&ada, "cheap", &body).await;
    let mut unknown = stage.order_of("NOPE-01", 1, "pm_card_visa");
    assert_eq!(stage.place(&ada, "nope", &unknown).await.expect(422).problem(), "unknown-sku");
    unknown["items"][0]["sku"] = json!(stage.sku("MUG-01"));
    unknown["currency"] = json!("USD");
    assert_eq!(stage.place(&ada, "nope", &unknown).await.expect(422).problem(), "other-currency");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_field_is_named() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("mug", 0, "4242424242424242");
    body["email"] = json!("ada@");
    body["currency"] = json!("euro");
    body["shipping_address"]["country"] = json!("Germany");
    let answer = stage.place(&ada, "wrong", &body).await.expect(422);
    assert_eq!(answer.problem(), "invalid-request");
    let problem = answer.json();
    let pointers: BTreeSet<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    let expected =
        ["/currency", "/email", "/items/0/quantity", "/items/0/sku", "/payment_method", "/shipping_address/country"];
    assert_eq!(pointers.into_iter().collect::<Vec<_>>(), expected);
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("4242424242424242"), "the answer repeats a card number");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_customers_order_looks_like_none() {
    let stage = Stage::start().await;
    let (ada, bob) = (stage.token("ada", Scope::Customer), stage.token("bob", Scope::Customer));
    let id = stage.order(&ada, "mine", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    let foreign = stage.get(&format!("/orders/{id}"), &bob).await.expect(404);
    let none = stage.get("/orders/ord_00000000000000000000000000000000", &bob).await.expect(404);
    assert_eq!(foreign.bytes, none.bytes);
    assert_eq!(
        stage.post(&format!("/orders/{id}/cancel"), &bob, &[], &json!({})).await.expect(404).problem(),
        "not-found"
    );
    stage.get("/orders/nonsense", &bob).await.expect(404);
    stage.get(&format!("/orders/{id}"), &stage.token("boss", Scope::Admin)).await.expect(200);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_needed_valid_and_of_the_right_scope() {
    let stage = Stage::start().await;
    let body = stage.order_of("MUG-01", 1, "pm_card_visa");
    let refused = stage.place("", "k", &body).await.expect(401);
    assert_eq!(refused.json(), json!({ "message": "Unauthorized" }));
    stage.place("nonsense", "k", &body).await.expect(401);
    let short = stage.token_for("ada", Scope::Customer, Duration::from_secs(60));
    stage.get("/orders", &short).await.expect(200);
    stage.pass(Duration::from_secs(61)).await;
    stage.get("/orders", &short).await.expect(401);
    let ada = stage.token("ada", Scope::Customer);
    let forbidden = stage.get("/stock/MUG-01", &ada).await.expect(403);
    assert_eq!(forbidden.json(), json!({ "message": "Forbidden" }));
    stage
        .post("/stock/MUG-01", &ada, &[("idempotency-key", "k")], &json!({ "delta": 5, "reason": "mine" }))
        .await
        .expect(403);
    let shards = json!({ "shards": 2 }).to_string().into_bytes();
    stage.send(Method::PUT, "/stock/MUG-01/shards", &ada, &[], shards).await.expect(403);
    stage.send(Method::PUT, "/sales/MUG-01", &ada, &[], b"{}".to_vec()).await.expect(403);
    stage.send(Method::DELETE, "/sales/MUG-01", &ada, &[], Vec::new()).await.expect(403);
    let order = "ord_00000000000000000000000000000000";
    for path in ["/stock/MUG-01/adjustments", &format!("/holds/{order}"), &format!("/mails/{order}"), "/dead-letters"] {
        stage.get(path, &ada).await.expect(403);
    }
    for path in [&format!("/orders/{order}/resume"), "/dead-letters/orders/watch/redrive"] {
        stage.post(path, &ada, &[], &json!({})).await.expect(403);
    }
    for path in ["/orders?list=all", "/orders?list=needs-operator", "/orders?customer=bob", "/orders?list=x"] {
        assert_eq!(stage.get(path, &ada).await.expect(403).problem(), "admins-only", "{path}");
    }
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_newest_first_and_complete() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut placed = Vec::new();
    for number in 0..5 {
        placed.push(stage.order(&ada, &format!("order-{number}"), &stage.order_of("NOTE-01", 1, "pm_card_visa")).await);
        stage.pass(Duration::from_millis(5)).await;
    }
    placed.reverse();
    let (mut seen, mut path) = (Vec::new(), "/orders?limit=2".to_owned());
    loop {
        let page = stage.get(&path, &ada).await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|order| order["id"].as_str().unwrap().to_owned()));
        let Value::String(cursor) = &page["next_cursor"] else { break };
        path = format!("/orders?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, placed);
    assert_eq!(stage.get("/orders?cursor=zzz", &ada).await.expect(400).problem(), "malformed-cursor");
    assert_eq!(stage.get("/orders?limit=0", &ada).await.expect(422).problem(), "invalid-request");
    let bob = stage.token("bob", Scope::Customer);
    assert_eq!(stage.get("/orders", &bob).await.expect(200).json(), json!({ "items": [] }));
    for id in &placed {
        stage.reaches(&ada, id, "CONFIRMED").await;
    }
    stage.finish(&[]).await;
}

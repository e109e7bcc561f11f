//! Products and stock, as admins keep them.

use localcloud::issuer::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Answer, Stage, order_of};

async fn put(stage: &Stage, path: &str, condition: &[(&str, &str)], body: &Value) -> Answer {
    let admin = stage.token("admin", Scope::Admin);
    let headers = [condition, &[("content-type", "application/json")]].concat();
    stage.send(Method::PUT, path, &admin, &headers, body.to_string().into_bytes()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_change_by_version_and_the_new_price_is_what_orders_cost() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let ada = stage.token("ada", Scope::Customer);
    let hat = |amount: i64| json!({ "name": "Hat", "description": "Felt.", "price": { "amount_minor": amount, "currency": "EUR" } });
    let created = put(&stage, "/products/HAT-01", &[("if-none-match", "*")], &hat(3000)).await.expect(201);
    assert_eq!(created.headers["etag"], "\"1\"");
    put(&stage, "/products/HAT-01", &[("if-none-match", "*")], &hat(1)).await.expect(412);
    put(&stage, "/products/HAT-01", &[], &hat(1)).await.expect(428);
    put(&stage, "/products/HAT-01", &[("if-match", "\"7\"")], &hat(1)).await.expect(412);
    let changed = put(&stage, "/products/HAT-01", &[("if-match", "\"1\"")], &hat(3500)).await.expect(200);
    assert_eq!(changed.headers["etag"], "\"2\"");
    let read = stage.send(Method::GET, "/products/HAT-01", "", &[("if-none-match", "\"2\"")], Vec::new()).await;
    assert_eq!(read.status.as_u16(), 304);
    let listed = stage.get("/products", "").await.expect(200).json();
    assert!(listed["items"].as_array().unwrap().iter().any(|product| product["id"] == "HAT-01"));

    let delivery = json!({ "delta": 5, "reason": "delivery" });
    stage.post("/stock/HAT-01", &admin, &[("idempotency-key", "hats")], &delivery).await.expect(200);
    let mut body = order_of("HAT-01", 1, "pm_card_visa");
    body["expected_total"] = json!({ "amount_minor": 3500, "currency": "EUR" });
    let known = stage.eventually(async || stage.place(&ada, "hat", &body).await.status.as_u16() == 202).await;
    assert!(known, "orders do not know the new price");

    stage.send(Method::DELETE, "/products/HAT-01", &admin, &[("if-match", "\"2\"")], Vec::new()).await.expect(204);
    stage.get("/products/HAT-01", "").await.expect(404);
    // The price is remembered for a while; then the product is off sale.
    stage.cloud.clock().advance(std::time::Duration::from_secs(31));
    let gone = stage.eventually(async || {
        stage.place(&ada, "another", &order_of("HAT-01", 1, "pm_card_visa")).await.status.as_u16() == 422
    });
    assert!(gone.await, "a removed product is still sold");
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_is_adjusted_once_per_key_and_never_below_nothing() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let adjust = async |key: &str, delta: i64| {
        let body = json!({ "delta": delta, "reason": "counted" });
        stage.post("/stock/LAMP-01", &admin, &[("idempotency-key", key)], &body).await
    };
    let first = adjust("more", 10).await.expect(200);
    let again = adjust("more", 10).await.expect(200);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(stage.available("LAMP-01").await, 13);
    assert_eq!(adjust("more", 11).await.expect(422).problem(), "idempotency-key-reused");
    adjust("broken", -3).await.expect(200);
    assert_eq!(adjust("too-many", -11).await.expect(409).problem(), "not-enough-stock");
    let stock = stage.stock("LAMP-01").await;
    assert_eq!((&stock["available"], &stock["received"], &stock["written_off"]), (&json!(10), &json!(13), &json!(3)));
    stage.get("/stock/NOPE-01", &admin).await.expect(404);
    stage.finish(&[]).await;
}

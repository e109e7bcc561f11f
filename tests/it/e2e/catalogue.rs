//! Products and stock, as admins keep them.

use localcloud::issuer::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Answer, Stage};

async fn put(stage: &Stage, path: &str, condition: &[(&str, &str)], body: &Value) -> Answer {
    let admin = stage.token("admin", Scope::Admin);
    let headers = [condition, &[("content-type", "application/json")]].concat();
    stage.send(Method::PUT, path, &admin, &headers, body.to_string().into_bytes()).await
}

/// The ids of all products, page by page.
async fn all_products(stage: &Stage) -> Vec<String> {
    let (mut ids, mut path) = (Vec::new(), "/products".to_owned());
    loop {
        let page = stage.get(&path, "").await.expect(200).json();
        ids.extend(page["items"].as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap().to_owned()));
        let Value::String(cursor) = &page["next_cursor"] else { return ids };
        path = format!("/products?cursor={cursor}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_change_by_version_and_the_new_price_is_what_orders_cost() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let ada = stage.token("ada", Scope::Customer);
    let hat = |amount: i64| json!({ "name": "Hat", "description": "Felt.", "price": { "amount_minor": amount, "currency": "EUR" } });
    let (sku, path) = (stage.sku("HAT-01"), format!("/products/{}", stage.sku("HAT-01")));
    let created = put(&stage, &path, &[("if-none-match", "*")], &hat(3000)).await.expect(201);
    assert_eq!(created.headers["etag"], "\"1\"");
    put(&stage, &path, &[("if-none-match", "*")], &hat(1)).await.expect(412);
    put(&stage, &path, &[], &hat(1)).await.expect(428);
    put(&stage, &path, &[("if-match", "\"7\"")], &hat(1)).await.expect(412);
    let changed = put(&stage, &path, &[("if-match", "\"1\"")], &hat(3500)).await.expect(200);
    assert_eq!(changed.headers["etag"], "\"2\"");
    let read = stage.send(Method::GET, &path, "", &[("if-none-match", "\"2\"")], Vec::new()).await;
    assert_eq!(read.status.as_u16(), 304);
    assert!(all_products(&stage).await.contains(&sku), "it is not listed");

    let delivery = json!({ "delta": 5, "reason": "delivery" });
    stage.post(&format!("/stock/{sku}"), &admin, &[("idempotency-key", "hats")], &delivery).await.expect(200);
    let mut body = stage.order_of("HAT-01", 1, "pm_card_visa");
    body["expected_total"] = json!({ "amount_minor": 3500, "currency": "EUR" });
    let known = stage.eventually(async || {
        let taken = stage.place(&ada, "hat", &body).await.status.as_u16() == 202;
        if !taken {
            // The first price may have been read between the two pieces of news, and is remembered for a while.
            stage.pass(std::time::Duration::from_secs(31)).await;
        }
        taken
    });
    assert!(known.await, "orders do not know the new price");

    stage.send(Method::DELETE, &path, &admin, &[("if-match", "\"2\"")], Vec::new()).await.expect(204);
    stage.get(&path, "").await.expect(404);
    // The price is remembered for a while, and the news of the removal may arrive while it is read once more. So each look is
    // an order of its own, after everything that is remembered has been forgotten: an order that was accepted stays so.
    let mut look = 0;
    let gone = stage.eventually(async || {
        stage.pass(std::time::Duration::from_secs(31)).await;
        look += 1;
        let answer = stage.place(&ada, &format!("look-{look}"), &stage.order_of("HAT-01", 1, "pm_card_visa")).await;
        answer.status.as_u16() == 422
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
        stage.post(&format!("/stock/{}", stage.sku("LAMP-01")), &admin, &[("idempotency-key", key)], &body).await
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

/// The last units are bought, although each is in a shard of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sku_is_spread_over_shards_and_sold_to_the_last_unit() {
    let stage = Stage::start().await;
    let (ada, admin) = (stage.token("ada", Scope::Customer), stage.token("admin", Scope::Admin));
    let path = format!("/stock/{}/shards", stage.sku("LAMP-01"));
    put(&stage, &path, &[], &json!({ "shards": 3 })).await.expect(200);
    assert_eq!(stage.stock("LAMP-01").await["shards"], json!([1, 1, 1]));
    let bought = stage.order(&ada, "two", &stage.order_of("LAMP-01", 2, "pm_card_visa")).await;
    stage.reaches(&ada, &bought, "CONFIRMED").await;
    let sold_out = stage.order(&ada, "two more", &stage.order_of("LAMP-01", 2, "pm_card_visa")).await;
    stage.reaches(&ada, &sold_out, "CANCELLED").await;
    put(&stage, &path, &[], &json!({ "shards": 1 })).await.expect(200);
    assert_eq!(stage.stock("LAMP-01").await["shards"], json!([1, 0, 0]), "shards that are left keep nothing");
    let last = stage.order(&ada, "the last", &stage.order_of("LAMP-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &last, "CONFIRMED").await;
    put(&stage, &path, &[], &json!({ "shards": 65 })).await.expect(422);
    stage.send(Method::PUT, &path, &admin, &[], b"{}".to_vec()).await.expect(422);
    stage.finish(&[]).await;
}

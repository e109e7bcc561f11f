//! What a page asks that shows the shop: availability, and an order that is followed.

use std::time::{Duration, Instant};

use localcloud::{Authentication, issuer::Scope};
use reqwest::Method;
use serde_json::json;

use crate::stage::{Answer, Stage};

impl Stage {
    /// The order if it is not what `etag` names any more, after so many seconds at most.
    async fn follow(&self, token: &str, id: &str, etag: &str, seconds: u32) -> Answer {
        let prefer = format!("wait={seconds}");
        let headers = [("if-none-match", etag), ("prefer", prefer.as_str())];
        self.send(Method::GET, &format!("/orders/{id}"), token, &headers, Vec::new()).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_followed_by_waiting_for_what_is_new() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "followed", &stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired")).await;
    stage.reaches(&ada, &id, "ACTION_REQUIRED").await;
    let seen = stage.get(&format!("/orders/{id}"), &ada).await.expect(200);
    let etag = seen.headers["etag"].to_str().unwrap().to_owned();

    let begun = Instant::now();
    let same = stage.follow(&ada, &id, &etag, 1).await.expect(304);
    assert!(begun.elapsed() >= Duration::from_secs(1), "it waits");
    assert_eq!((same.headers["etag"].to_str().unwrap(), same.bytes.len()), (etag.as_str(), 0));
    assert_eq!(same.headers["preference-applied"], "wait=1");
    let begun = Instant::now();
    stage.follow(&ada, &id, &format!("\"x\", W/{etag}"), 0).await.expect(304);
    assert_eq!(stage.follow(&ada, &id, "\"another\"", 5).await.expect(200).json(), seen.json());
    assert!(begun.elapsed() < Duration::from_secs(3), "who knows nothing yet does not wait");

    // Stripe's news may be longer on its way than one request waits.
    let follow = async {
        let mut answer = stage.follow(&ada, &id, &etag, 5).await;
        let news = stage.eventually(async || {
            if answer.status.as_u16() == 304 {
                answer = stage.follow(&ada, &id, &etag, 5).await;
            }
            answer.status.as_u16() == 200
        });
        assert!(news.await, "{id} stays as it was");
        answer
    };
    let (answer, ()) = tokio::join!(follow, stage.authenticate(&id, Authentication::Succeed));
    assert_ne!(answer.json()["status"], "ACTION_REQUIRED");
    assert_ne!(answer.headers["etag"].to_str().unwrap(), etag);
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let bob = stage.token("bob", Scope::Customer);
    stage.follow(&bob, &id, "\"1\"", 5).await.expect(404);
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_can_be_ordered_and_nobody_how_much_there_is() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let (mug, lamp) = (stage.sku("MUG-01"), stage.sku("LAMP-01"));
    let path = format!("/availability?skus={lamp},{mug},NOPE-01,{mug}");
    let items = |lamps: i64| {
        json!({ "items": [
            { "sku": lamp, "available": lamps, "more": false },
            { "sku": mug, "available": 10, "more": true },
            { "sku": "NOPE-01", "available": 0, "more": false },
        ] })
    };
    assert_eq!(stage.get(&path, "").await.expect(200).json(), items(3));
    let id = stage.order(&ada, "lamps", &stage.order_of("LAMP-01", 2, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let told = stage.eventually(async || stage.get(&path, "").await.expect(200).json() == items(1)).await;
    assert!(told, "a sale is seen");
    // A sku in several shards is one sum.
    let admin = stage.token("admin", Scope::Admin);
    let shards = json!({ "shards": 2 }).to_string().into_bytes();
    stage.send(Method::PUT, &format!("/stock/{lamp}/shards"), &admin, &[], shards).await.expect(200);
    let told = stage.eventually(async || stage.get(&path, "").await.expect(200).json() == items(1)).await;
    assert!(told, "over all shards");
    let many = (0..51).map(|number| format!("SKU-{number}")).collect::<Vec<_>>().join(",");
    for bad in ["/availability", "/availability?skus=", "/availability?skus=mug", &format!("/availability?skus={many}")]
    {
        assert_eq!(stage.get(bad, "").await.expect(422).problem(), "invalid-request", "{bad}");
    }
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_come_with_their_policy_and_do_not_hide_the_api() {
    let Some(stage) = Stage::local("pages come from CloudFront there").await else { return };
    for (path, status) in [("/", 200), ("/checkout.html", 200), ("/assets/js/api.js", 200), ("/nothing.html", 404)] {
        let page = stage.get(path, "").await.expect(status);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; ") && !policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
    }
    assert!(String::from_utf8(stage.get("/nothing.html", "").await.bytes).unwrap().contains("<!doctype html>"));
    assert_eq!(stage.get("/config.json", "").await.expect(200).json()["client_id"], "storefront");
    assert_eq!(stage.get("/nothing", "").await.expect(404).json()["message"], "Not Found");
    stage.get("/..%2fCargo.toml", "").await.expect(404);
    assert!(stage.get("/products", "").await.expect(200).json()["items"].is_array());
    stage.finish(&[]).await;
}

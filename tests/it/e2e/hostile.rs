//! Malformed and hostile requests: never a 5xx, never a trace of our insides.

use localcloud::issuer::Scope;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Any JSON, nested a little.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,12}", inner, 0..6).prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

/// A valid order with one part of it replaced by anything.
fn almost_an_order(order: Value) -> impl Strategy<Value = Value> {
    let pointers = prop::sample::select(vec![
        "/items",
        "/items/0",
        "/items/0/sku",
        "/items/0/quantity",
        "/currency",
        "/payment_method",
        "/email",
        "/shipping_address",
        "/shipping_address/country",
        "/shipping_address/line1",
    ]);
    (pointers, json_value()).prop_map(move |(pointer, value)| {
        let mut order = order.clone();
        if let Some(place) = order.pointer_mut(pointer) {
            *place = value;
        }
        order
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_gives_a_server_error() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let mut runner = TestRunner::deterministic();
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    for round in 0..150 {
        let order = almost_an_order(stage.order_of("MUG-01", 1, "pm_card_visa"))
            .new_tree(&mut runner)
            .unwrap()
            .current()
            .to_string()
            .into_bytes();
        let anything = json_value().new_tree(&mut runner).unwrap().current().to_string().into_bytes();
        let noise = bytes.new_tree(&mut runner).unwrap().current();
        for (place, body) in [order, anything, noise].into_iter().enumerate() {
            for (method, path) in [
                (Method::POST, "/orders"),
                (Method::PUT, "/products/HAT-02"),
                (Method::POST, "/stock/MUG-01"),
                (Method::PUT, "/stock/MUG-01/shards"),
                (Method::PUT, "/sales/MUG-01"),
                (Method::POST, "/products/MUG-01/images"),
                (Method::POST, "/orders/ord_00000000000000000000000000000000/resume"),
                (Method::POST, "/dead-letters/orders/nothing/redrive"),
                (Method::POST, "/webhooks/stripe"),
            ] {
                let key = format!("hostile-{round}-{place}");
                let headers =
                    [("idempotency-key", key.as_str()), ("content-type", "application/json"), ("if-none-match", "*")];
                let answer = stage.send(method.clone(), path, &admin, &headers, body.clone()).await;
                let shown = String::from_utf8_lossy(&body).into_owned();
                assert!(answer.status.as_u16() < 500, "{method} {path} {shown}: {answer:?}");
                if answer.status.is_client_error() {
                    answer.problem();
                }
            }
        }
    }
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_paths_and_queries_are_refused_politely() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    for path in [
        "/orders/%00",
        "/orders/..%2f..%2fetc",
        "/orders/ord_%F0%9F%92%A9",
        "/products/%22%27%3B--",
        "/stock/MUG-01%23",
        "/payments/x",
        "/sales/%22%27",
        "/sales/NOPE-01",
        "/products/%00/images",
        "/stock/%22/adjustments",
        "/stock/MUG-01/adjustments?cursor=%FF",
        "/stock/MUG-01/adjustments?limit=0",
        "/holds/x",
        "/mails/%F0%9F%92%A9",
        "/orders?customer=%00",
        "/orders?list=%22",
        "/availability?skus=%00",
        "/availability?skus=,,,",
        "/orders?limit=-1",
        "/orders?limit=99999999999999999999",
        "/orders?cursor=%FF%FE",
        "/products?cursor=AAAA",
        "/nothing/here",
    ] {
        let status = stage.get(path, &admin).await.status.as_u16();
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let answer = stage.send(Method::POST, "/orders", &admin, &[("idempotency-key", "deep")], deep.into_bytes()).await;
    assert!(answer.status.is_client_error(), "{answer:?}");
    stage.finish(&[]).await;
}

/// Source: API Gateway quotas, HTTP APIs: a payload of 10 MB.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_large_does_not_reach_a_function() {
    let Some(stage) = Stage::local("the emulator takes bodies of any size").await else { return };
    let admin = stage.token("admin", Scope::Admin);
    let large = json!({ "padding": "x".repeat(11 * 1024 * 1024) });
    stage.place(&admin, "large", &large).await.expect(413);
    stage.finish(&[]).await;
}

//! ACIDRain's three classes of attacks: stock, vouchers, carts.
//!
//! Warszawski and Bailis, "ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications" (SIGMOD 2017), found 22
//! such races in 12 shops. An attacker sends requests at the same time that were only thought of one after the other.

use futures::future::join_all;
use localcloud::issuer::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Exhibit, Peer, Proof::Test};
use crate::stage::Stage;

pub const PEERS: &[Peer] = &[Peer {
    name: "ACIDRain",
    repository: "",
    read: "SIGMOD 2017",
    exhibits: &[
        Exhibit {
            seen_in: &[
                "saleor/saleor#543",
                "magento/magento2#6363",
                "opencart/opencart#4811",
                "django-oscar/django-oscar#2102",
            ],
            defect: "Stock: simultaneous checkouts sell the same units.",
            here: "Units are taken by one conditional transaction.",
            proof: Test("acidrain_inventory_simultaneous_checkouts_of_one_customer_do_not_oversell"),
        },
        Exhibit {
            seen_in: &["vouchers"],
            defect: "Simultaneous checkouts use a voucher more often than allowed.",
            here: "There are no vouchers. What a key is good for, an order or an adjustment of stock, happens once.",
            proof: Test("acidrain_voucher_what_a_key_is_good_for_happens_once"),
        },
        Exhibit {
            seen_in: &["carts"],
            defect: "A cart changes between the computing of its total and the order, which is paid less than it contains.",
            here: "An order's content and price are one write.",
            proof: Test("acidrain_cart_what_is_charged_is_what_was_ordered"),
        },
    ],
}];

/// There: stock was read, compared and written back in steps, so that simultaneous checkouts sold the same units.
/// Filed as <https://github.com/saleor/saleor/issues/543>, <https://github.com/magento/magento2/issues/6363>,
/// <https://github.com/opencart/opencart/issues/4811> and <https://github.com/django-oscar/django-oscar/issues/2102>.
/// Here: units are taken by one conditional transaction, so three of ten simultaneous orders for three lamps get one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acidrain_inventory_simultaneous_checkouts_of_one_customer_do_not_oversell() {
    let stage = Stage::start().await;
    let mallory = stage.token("mallory", Scope::Customer);
    let body = stage.order_of("LAMP-01", 1, "pm_card_visa");
    let ids =
        join_all((0..10).map(async |attempt| stage.order(&mallory, &format!("lamp-{attempt}"), &body).await)).await;
    let mut confirmed = 0;
    for id in &ids {
        let mut order = Value::Null;
        let over = stage.eventually(async || {
            order = stage.get(&format!("/orders/{id}"), &mallory).await.expect(200).json();
            order["status"] == "CONFIRMED" || order["reason"] == "sold_out"
        });
        assert!(over.await, "{order}");
        let bought = order["status"] == "CONFIRMED";
        assert_eq!(stage.charged(id).0, i64::from(bought));
        confirmed += u32::from(bought);
    }
    assert_eq!((confirmed, stage.available("LAMP-01").await), (3, 0));
    stage.finish(&[]).await;
}

/// There: a voucher that was good for one use was used by several simultaneous checkouts.
/// Here there are no vouchers. What may happen once only is what an idempotency key names, an order or an adjustment of stock:
/// ten simultaneous uses of one key have one effect, and ten simultaneous write-offs of three units write off three.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acidrain_voucher_what_a_key_is_good_for_happens_once() {
    let stage = Stage::start().await;
    let admin = stage.token("admin", Scope::Admin);
    let path = format!("/stock/{}", stage.sku("LAMP-01"));
    let adjust = async |key: &str, delta: i64| loop {
        let body = json!({ "delta": delta, "reason": "counted" });
        let answer = stage.post(&path, &admin, &[("idempotency-key", key)], &body).await;
        // Transactions that meet are refused, and asked for again by whoever cares.
        if answer.status != 503 {
            return answer;
        }
    };
    let answers = join_all((0..10).map(|_| adjust("one-delivery", 7))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.bytes), (200, &answers[0].bytes));
    }
    assert_eq!(stage.stock("LAMP-01").await["received"], 10);

    adjust("most-are-broken", -7).await.expect(200);
    let keys: Vec<String> = (0..10).map(|number| format!("broken-{number}")).collect();
    let answers = join_all(keys.iter().map(|key| adjust(key, -1))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 409, 409, 409, 409, 409, 409, 409]);
    let stock = stage.stock("LAMP-01").await;
    assert_eq!((&stock["available"], &stock["written_off"]), (&json!(0), &json!(10)));
    stage.finish(&[]).await;
}

/// There: a cart was changed between the moment its total was computed and the moment it became an order, so that the order
/// was paid less than it contained.
/// Here an order's content and price are one write. Under one key, one of two contents wins, whole; and while the price
/// changes, every order is charged what its own lines come to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acidrain_cart_what_is_charged_is_what_was_ordered() {
    let stage = Stage::start().await;
    let mallory = stage.token("mallory", Scope::Customer);
    let bodies = [1, 5].map(|quantity| stage.order_of("MUG-01", quantity, "pm_card_visa"));
    for round in 0..5 {
        let key = format!("cart-{round}");
        let answers = join_all(bodies.iter().map(|body| stage.place(&mallory, &key, body))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 422], "one of them is the order, and the other is told so");
    }
    let price = async |version: u32, amount: i64| {
        let admin = stage.token("admin", Scope::Admin);
        let mug = json!({ "name": "Mug", "description": "", "price": { "amount_minor": amount, "currency": "EUR" } });
        let headers = [("if-match", &*format!("\"{version}\"")), ("content-type", "application/json")];
        let path = format!("/products/{}", stage.sku("MUG-01"));
        stage.send(Method::PUT, &path, &admin, &headers, mug.to_string().into_bytes()).await.expect(200);
        // What is remembered of the old price is forgotten, between any two requests.
        stage.pass(std::time::Duration::from_secs(31)).await;
    };
    let changes = async {
        for version in 1..6 {
            price(version, 1000 + i64::from(version)).await;
        }
    };
    let orders = async {
        for number in 0..15 {
            stage.order(&mallory, &format!("meanwhile-{number}"), &bodies[0]).await;
        }
    };
    tokio::join!(changes, orders);
    let page = stage.get("/orders?limit=100", &mallory).await.expect(200).json();
    let orders = page["items"].as_array().unwrap();
    assert_eq!(orders.len(), 20);
    for order in orders {
        let id = order["id"].as_str().unwrap();
        let cost =
            |line: &Value| line["quantity"].as_i64().unwrap() * line["unit_price"]["amount_minor"].as_i64().unwrap();
        let cost: i64 = order["items"].as_array().unwrap().iter().map(cost).sum();
        assert_eq!(order["total"]["amount_minor"], cost);
        stage.reaches(&mallory, id, "CONFIRMED").await;
        assert_eq!(stage.charged(id), (1, cost));
    }
    stage.finish(&[]).await;
}

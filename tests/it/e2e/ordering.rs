//! Orders that go through, and orders that are sold out.

use localcloud::issuer::Scope;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_confirmed_paid_deducted_and_mailed() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let before = stage.available("MUG-01").await;

    let answer = stage.place(&ada, "first", &stage.order_of("MUG-01", 2, "pm_card_visa")).await.expect(202);
    let placed = answer.json();
    assert_eq!(placed["status"], "PENDING");
    assert_eq!(placed["total"], json!({ "amount_minor": 2580, "currency": "EUR" }));
    let id = placed["id"].as_str().unwrap();
    assert_eq!(answer.headers["location"], format!("/orders/{id}").as_str());

    let confirmed = stage.reaches(&ada, id, "CONFIRMED").await;
    assert_eq!(confirmed["items"][0]["name"], "Enamel mug");
    assert_eq!(confirmed["created_at"], placed["created_at"]);
    assert!(confirmed.get("reason").is_none());
    assert_eq!(stage.available("MUG-01").await, before - 2);
    let intents = stage.intents(id);
    assert_eq!(intents.len(), 1);
    assert_eq!((&intents[0]["status"], &intents[0]["amount_received"]), (&json!("succeeded"), &json!(2580)));
    stage.mailed(id, "order_confirmed").await;
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_of_the_same_sku_are_merged_and_all_lines_are_held_or_none() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let mut body = stage.order_of("PEN-01", 1, "pm_card_visa");
    let (mug, pen) = (stage.sku("MUG-01"), stage.sku("PEN-01"));
    body["items"] =
        json!([{ "sku": pen, "quantity": 1 }, { "sku": mug, "quantity": 1 }, { "sku": pen, "quantity": 2 }]);
    let id = stage.order(&ada, "merged", &body).await;
    let order = stage.reaches(&ada, &id, "CONFIRMED").await;
    let lines: Vec<_> =
        order["items"].as_array().unwrap().iter().map(|line| (&line["sku"], &line["quantity"])).collect();
    assert_eq!(lines, [(&json!(mug), &json!(1)), (&json!(pen), &json!(3))]);

    // Three lamps are left, and forty tote bags minus none: the second line is sold out, so the first is not held either.
    body["items"] =
        json!([{ "sku": stage.sku("BAG-01"), "quantity": 1 }, { "sku": stage.sku("LAMP-01"), "quantity": 4 }]);
    let bags = stage.available("BAG-01").await;
    let id = stage.order(&ada, "too-many-lamps", &body).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");
    assert_eq!((stage.available("BAG-01").await, stage.available("LAMP-01").await), (bags, 3));
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sold_out_is_cancelled_without_a_payment() {
    let stage = Stage::start().await;
    let ada = stage.token("ada", Scope::Customer);
    let id = stage.order(&ada, "four-of-three", &stage.order_of("LAMP-01", 4, "pm_card_visa")).await;
    assert_eq!(stage.reaches(&ada, &id, "CANCELLED").await["reason"], "sold_out");
    assert_eq!(stage.intents(&id).len(), 0);
    stage.mailed(&id, "order_cancelled").await;
    stage.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_buyers_of_three_lamps_get_three() {
    let stage = Stage::start().await;
    let buy = async |buyer: u32| {
        let token = stage.token(&format!("buyer-{buyer}"), Scope::Customer);
        let id = stage.order(&token, "lamp", &stage.order_of("LAMP-01", 1, "pm_card_visa")).await;
        let mut order = json!(null);
        let over = stage.eventually(async || {
            order = stage.get(&format!("/orders/{id}"), &token).await.expect(200).json();
            order["status"] == "CONFIRMED" || order["status"] == "CANCELLED"
        });
        assert!(over.await, "{order}");
        order["status"] == "CONFIRMED"
    };
    let outcomes = futures::future::join_all((0..10).map(buy)).await;
    assert_eq!(outcomes.into_iter().filter(|confirmed| *confirmed).count(), 3);
    assert_eq!(stage.available("LAMP-01").await, 0);
    stage.finish(&[]).await;
}

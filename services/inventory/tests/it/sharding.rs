//! Skus that are spread over several shards.

use std::time::Duration;

use contracts::saga::{CommitStockAnswer, Refusal, ReserveStockAnswer::Held};
use serde_json::{Value, json};

use crate::{Inventory, refused, reserve};

impl Inventory {
    /// With so many units of A over so many shards.
    async fn spread(units: i64, shards: u32) -> Self {
        let inventory = Self::with(&[("A", units)]).await;
        let answer = inventory.set_shards("A", &json!({ "shards": shards })).await;
        assert_eq!(answer, (200, json!({ "sku": "A", "shards": shards })));
        inventory
    }

    /// What is available of A, by shard.
    async fn shards(&self) -> Vec<i64> {
        let (_, level) = self.look("A").await;
        serde_json::from_value(level["shards"].clone()).unwrap()
    }
}

#[tokio::test]
async fn units_are_spread_when_shards_are_opened_and_when_they_arrive() {
    let inventory = Inventory::spread(10, 4).await;
    assert_eq!(inventory.shards().await, [3, 3, 2, 2]);
    inventory.adjust("A", "more", &json!({ "delta": 30, "reason": "delivery" })).await;
    assert_eq!(inventory.shards().await, [10, 10, 10, 10]);
    let (_, level) = inventory.look("A").await;
    assert_eq!((&level["available"], &level["received"]), (&json!(40), &json!(40)));
    inventory.audit();
}

#[tokio::test]
async fn orders_take_from_different_shards_and_give_back_to_where_they_took() {
    let inventory = Inventory::spread(40, 4).await;
    let runtime = inventory.bench.runtime("reserve-stock");
    let orders: Vec<_> = (1..=16).map(|number| inventory.order(number, &[("A", 1)])).collect();
    for order in &orders {
        assert_eq!(reserve(runtime.clone(), order).await, Ok(Held));
    }
    let shards = inventory.shards().await;
    assert!(shards.iter().all(|units| *units < 10), "{shards:?}");
    for order in &orders {
        inventory.release(order, Refusal::PaymentDeclined).await.unwrap();
    }
    assert_eq!(inventory.shards().await, [10; 4]);
    inventory.audit();
}

#[tokio::test]
async fn no_unit_is_stranded() {
    let inventory = Inventory::spread(6, 4).await;
    assert_eq!(inventory.shards().await, [2, 2, 1, 1]);
    let large = inventory.order(1, &[("A", 5)]);
    assert_eq!(inventory.reserve(&large).await, Ok(Held), "five units, of which no shard has more than two");
    assert_eq!(inventory.reserve(&inventory.order(2, &[("A", 2)])).await, Ok(refused(Refusal::SoldOut)));
    assert_eq!(inventory.reserve(&inventory.order(3, &[("A", 1)])).await, Ok(Held), "the last one");
    assert_eq!(inventory.reserve(&inventory.order(4, &[("A", 1)])).await, Ok(refused(Refusal::SoldOut)));
    assert_eq!(inventory.available("A"), 0);
    assert_eq!(inventory.commit(&large).await, Ok(CommitStockAnswer::Committed));
    inventory.audit();
}

#[tokio::test]
async fn an_order_of_several_skus_finds_each_where_it_is() {
    let inventory = Inventory::with(&[("A", 4), ("B", 1), ("C", 3)]).await;
    inventory.set_shards("A", &json!({ "shards": 4 })).await;
    inventory.set_shards("C", &json!({ "shards": 3 })).await;
    let order = inventory.order(1, &[("A", 3), ("B", 1), ("C", 3)]);
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
    let other = inventory.order(2, &[("A", 1), ("B", 1)]);
    assert_eq!(inventory.reserve(&other).await, Ok(refused(Refusal::SoldOut)), "all or nothing");
    assert_eq!(inventory.available("A"), 1);
    inventory.audit();
}

#[tokio::test]
async fn orders_are_steered_past_empty_shards_without_a_write() {
    let inventory = Inventory::spread(64, 2).await;
    let function = inventory::functions().into_iter().find(|function| function.name() == "reserve-stock").unwrap();
    let handler = function.start(inventory.bench.runtime("reserve-stock")).await.unwrap();
    let place = async |number: u8| {
        let event = json!({ "order": inventory.order(number, &[("A", 1)]) });
        let invocation = lambda::Invocation { request_id: "1".into(), deadline: kernel::Timestamp::MAX };
        let before = inventory.bench.readings();
        let answer: Value = handler.handle(event, invocation).await.unwrap();
        assert_eq!(answer["outcome"], "held");
        let after = inventory.bench.readings();
        (after.total_requests() - before.total_requests(), after.total_write_units() - before.total_write_units())
    };
    // The first order learns that there are several shards, from a write that fails and two reads.
    assert!(place(1).await.0 > 1);
    assert_eq!(place(2).await, (1, 4.0), "the next ones know");
    // One shard loses all that it has.
    for number in 100..132 {
        let other = inventory.order(number, &[("A", 1)]);
        if inventory.shards().await[0] > 0 {
            inventory.reserve(&other).await.unwrap();
        }
    }
    inventory.bench.clock().advance(Duration::from_secs(2));
    for number in 3..20 {
        let (_, units) = place(number).await;
        assert!((units - 4.0).abs() < f64::EPSILON, "a write that failed: {units}");
    }
    inventory.audit();
}

#[tokio::test]
async fn shards_that_are_left_are_emptied_and_what_comes_back_is_moved_on() {
    let inventory = Inventory::spread(8, 4).await;
    let orders: Vec<_> = (1..=8).map(|number| inventory.order(number, &[("A", 1)])).collect();
    for order in &orders {
        inventory.reserve(order).await.unwrap();
    }
    inventory.set_shards("A", &json!({ "shards": 1 })).await;
    for order in &orders {
        inventory.release(order, Refusal::PaymentDeclined).await.unwrap();
    }
    assert!(inventory.shards().await[1..].iter().any(|units| *units > 0));
    let done = inventory.rebalance().await;
    assert_eq!((&done["skus"], &done["failed"], &done["complete"]), (&json!(1), &json!(0), &json!(true)));
    assert_eq!(inventory.shards().await, [8, 0, 0, 0]);
    assert_eq!(inventory.rebalance().await["moved"], 0);
    inventory.audit();
}

#[tokio::test]
async fn what_is_written_off_is_gathered_first() {
    let inventory = Inventory::spread(8, 4).await;
    let (status, _) = inventory.adjust("A", "lost", &json!({ "delta": -7, "reason": "fire" })).await;
    assert_eq!((status, inventory.available("A")), (200, 1));
    let (status, _) = inventory.adjust("A", "lost more", &json!({ "delta": -2, "reason": "fire" })).await;
    assert_eq!((status, inventory.available("A")), (409, 1));
    inventory.audit();
}

#[tokio::test]
async fn wrong_numbers_of_shards_are_refused() {
    let inventory = Inventory::with(&[("A", 1)]).await;
    for shards in [0, -1, 65] {
        let (status, problem) = inventory.set_shards("A", &json!({ "shards": shards })).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/shards")));
    }
    for sku in ["NEVER-SEEN", "no-sku"] {
        let (status, problem) = inventory.set_shards(sku, &json!({ "shards": 2 })).await;
        assert_eq!((status, &problem["type"]), (404, &json!("/problems/not-found")));
    }
    assert_eq!(inventory.set_shards("A", &json!({ "shards": 64 })).await.0, 200);
    assert_eq!(inventory.shards().await.len(), 64);
    inventory.audit();
}

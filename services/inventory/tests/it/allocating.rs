//! Queued orders of a sale, allocated in batches.

use contracts::{
    events::{CloudEvent, ORDER_QUEUED, QueuedOrder},
    saga::{OrderFacts, Refusal, ReserveStockAnswer::Held},
};
use kernel::{Clock, OrderId, SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{Inventory, invoke};

impl Inventory {
    /// Orders of one unit of A each, the first placed first.
    fn queue(&self, count: u32) -> Vec<OrderFacts> {
        self.queue_of(count, 1)
    }

    /// Orders of so many units of A each.
    fn queue_of(&self, count: u32, units: i64) -> Vec<OrderFacts> {
        let numbered = |number: u32| {
            let mut id = [0; 16];
            id[12..].copy_from_slice(&number.to_be_bytes());
            OrderFacts { order_id: OrderId::from_bytes(id), ..self.order(0, &[("A", units)]) }
        };
        (1..=count).map(numbered).collect()
    }

    /// Hands these messages over. The places of those that come again.
    async fn allocate(&self, bodies: &[String]) -> Vec<usize> {
        let record = |(place, body): (usize, &String)| json!({ "messageId": place.to_string(), "body": body });
        let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
        let runtime = self.bench.runtime("allocate-stock");
        let answer: Value = invoke(runtime, "allocate-stock", &json!({ "Records": records })).await.unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap().iter();
        failures.map(|failure| failure["itemIdentifier"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// Which of these orders hold something, by their places.
    fn holding(&self, orders: &[OrderFacts]) -> Vec<usize> {
        let holds = self.bench.scan("holds");
        let live = |order: &OrderFacts| {
            holds.iter().any(|hold| hold["order_id"] == order.order_id.as_str() && hold["state"] == "held")
        };
        orders.iter().enumerate().filter(|(_, order)| live(order)).map(|(place, _)| place).collect()
    }
}

fn message(order: &OrderFacts, placed_at: Timestamp) -> String {
    let data = QueuedOrder { placed_at, order: order.clone() };
    let id = order.order_id.to_string();
    serde_json::to_string(&CloudEvent::new(ORDER_QUEUED, id.clone(), id, placed_at, data)).unwrap()
}

/// Messages about these orders, which were placed a second after each other.
fn messages(inventory: &Inventory, orders: &[OrderFacts]) -> Vec<String> {
    let now = inventory.bench.clock().now();
    (0_i64..).zip(orders).map(|(place, order)| message(order, now + SignedDuration::from_secs(place))).collect()
}

#[tokio::test]
async fn a_batch_costs_little_more_than_its_holds() {
    let inventory = Inventory::with(&[("A", 200)]).await;
    let orders = inventory.queue(99);
    let before = inventory.bench.readings().total_write_units();
    assert_eq!(inventory.allocate(&messages(&inventory, &orders)).await, [0; 0]);
    let units = inventory.bench.readings().total_write_units() - before;
    assert!((units - 2.0 * 100.0).abs() < 0.1, "one transaction of 100 items, and it costs {units}");
    assert_eq!(inventory.holding(&orders).len(), 99);
    assert_eq!(inventory.available("A"), 101);
    inventory.audit();
}

#[tokio::test]
async fn first_come_is_first_served_whatever_the_order_of_messages() {
    for shards in [1, 4] {
        let inventory = Inventory::with(&[("A", 7)]).await;
        inventory.set_shards("A", &json!({ "shards": shards })).await;
        let orders = inventory.queue(10);
        let mut messages = messages(&inventory, &orders);
        messages.reverse();
        assert_eq!(inventory.allocate(&messages).await, [0; 0]);
        assert_eq!(inventory.holding(&orders), [0, 1, 2, 3, 4, 5, 6], "of {shards} shards");
        assert_eq!(inventory.available("A"), 0, "nothing is stranded on {shards} shards");
        inventory.audit();
    }
}

#[tokio::test]
async fn who_comes_again_gets_no_more_and_keeps_nobody_from_anything() {
    let inventory = Inventory::with(&[("A", 20)]).await;
    let orders = inventory.queue(5);
    assert_eq!(inventory.reserve(&orders[1]).await, Ok(Held), "its saga was faster");
    inventory.refuse(&orders[3], Refusal::CancelledByCustomer).await;
    let mut messages = messages(&inventory, &orders);
    messages.extend(messages.clone());
    assert_eq!(inventory.allocate(&messages).await, [0; 0]);
    assert_eq!(inventory.holding(&orders), [0, 1, 2, 4]);
    assert_eq!(inventory.allocate(&messages).await, [0; 0], "the whole batch comes again");
    assert_eq!(inventory.available("A"), 16);
    inventory.audit();
}

#[tokio::test]
async fn a_saga_finds_what_was_allocated_without_a_write() {
    let inventory = Inventory::with(&[("A", 20)]).await;
    let orders = inventory.queue(1);
    assert_eq!(inventory.allocate(&messages(&inventory, &orders)).await, [0; 0]);
    let order = OrderFacts { allocated: true, ..orders[0].clone() };
    let before = inventory.bench.readings().total_write_units();
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
    assert!((inventory.bench.readings().total_write_units() - before).abs() < 0.1);
    // The hint may be wrong.
    let unknown = OrderFacts { allocated: true, ..inventory.order(205, &[("A", 1)]) };
    assert_eq!(inventory.reserve(&unknown).await, Ok(Held));
    assert_eq!(inventory.available("A"), 18);
    inventory.audit();
}

#[tokio::test]
async fn what_is_poisoned_comes_again_alone() {
    let inventory = Inventory::with(&[("A", 20), ("B", 20)]).await;
    let orders = inventory.queue(2);
    let two_lines = inventory.order(200, &[("A", 1), ("B", 1)]);
    let now = inventory.bench.clock().now();
    let other_kind = message(&orders[0], now).replace(ORDER_QUEUED, "shop.order.placed.v1");
    let bodies =
        [message(&orders[0], now), "{".to_owned(), message(&two_lines, now), other_kind, message(&orders[1], now)];
    assert_eq!(inventory.allocate(&bodies).await, [1, 2, 3]);
    assert_eq!(inventory.holding(&orders), [0, 1]);
    inventory.audit();
}

#[tokio::test]
async fn a_whole_batch_of_which_nobody_can_be_served_is_settled_at_once() {
    let inventory = Inventory::with(&[("A", 2)]).await;
    let orders = inventory.queue_of(99, 3);
    assert_eq!(inventory.allocate(&messages(&inventory, &orders)).await, [0; 0]);
    assert_eq!((inventory.holding(&orders), inventory.available("A")), (vec![], 2));
    inventory.audit();
}

#[tokio::test]
async fn the_last_units_of_many_shards_are_allocated_in_two_transactions() {
    let inventory = Inventory::with(&[("A", 64)]).await;
    inventory.set_shards("A", &json!({ "shards": 64 })).await;
    let orders = inventory.queue(99);
    assert_eq!(inventory.allocate(&messages(&inventory, &orders)).await, [0; 0]);
    assert_eq!(inventory.holding(&orders), (0..64).collect::<Vec<_>>());
    let requests = &inventory.bench.readings().requests["inventory/allocate-stock"];
    assert_eq!(requests["dynamodb:TransactWriteItems"], 2, "they are moved together, and held: {requests:?}");
    inventory.audit();
}

#[tokio::test]
async fn units_that_lie_thin_are_moved_together_for_who_is_first() {
    let inventory = Inventory::with(&[("A", 6)]).await;
    inventory.set_shards("A", &json!({ "shards": 4 })).await;
    let large = inventory.order(201, &[("A", 5)]);
    let too_large = inventory.order(202, &[("A", 2)]);
    let last = inventory.order(203, &[("A", 1)]);
    let orders = [large, too_large, last];
    assert_eq!(inventory.allocate(&messages(&inventory, &orders)).await, [0; 0]);
    assert_eq!(inventory.holding(&orders), [0, 2], "two units were not there any more, one was");
    assert_eq!(inventory.available("A"), 0);
    inventory.audit();
}

#[tokio::test]
async fn who_is_too_late_and_who_wants_what_never_was_gets_nothing() {
    let inventory = Inventory::with(&[("A", 6)]).await;
    let late = inventory.queue(2);
    inventory.pass_the_deadline();
    let unknown = inventory.order(204, &[("NEVER", 1)]);
    let orders = [late, vec![unknown]].concat();
    assert_eq!(inventory.allocate(&messages(&inventory, &orders)).await, [0; 0]);
    assert_eq!(inventory.holding(&orders), [0; 0]);
    assert_eq!(inventory.available("A"), 6);
    inventory.audit();
}

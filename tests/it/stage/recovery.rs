//! Waiting for what the watchdog does: in the local cloud, where time can be let pass.

use std::time::Duration;

use serde_json::{Value, json};

use super::Stage;

impl Stage {
    /// An order with which nobody goes on any more, as soon as it is settled: lets the watchdog look at it, again and again.
    pub async fn watched_until_over(&self, token: &str, id: &str) -> Value {
        const ROUNDS: usize = 100;
        let mut order = Value::Null;
        for _ in 0..ROUNDS {
            order = self.at_rest(token, id).await;
            if is_settled(&order) {
                return order;
            }
            self.pass(Duration::from_secs(61)).await;
        }
        panic!("{id} is not settled: {order}");
    }

    /// The same, for an order that must end like this.
    pub async fn watched_until(&self, token: &str, id: &str, status: &str) -> Value {
        let order = self.watched_until_over(token, id).await;
        assert_eq!(order["status"], status, "{order}");
        order
    }

    /// The order, as soon as nothing is going on and it is settled, or watched until it is.
    pub async fn at_rest(&self, token: &str, id: &str) -> Value {
        let mut order = Value::Null;
        let rest = self.eventually(async || {
            let watched = self.cloud().is_quiet() && self.is_watched(id);
            order = self.get(&format!("/orders/{id}"), token).await.expect(200).json();
            watched || is_settled(&order)
        });
        assert!(rest.await, "{id} is neither settled nor watched: {order}");
        order
    }

    fn is_watched(&self, id: &str) -> bool {
        let queue = self.cloud().queue_name("orders", "watch");
        self.cloud().queues().peek(&queue, 1_000).unwrap().iter().any(|message| message.body.contains(id))
    }

    /// An item of a table by its order.
    pub fn items(&self, context: &str, table: &str, id: &str) -> Vec<Value> {
        let items = self.cloud().scan(context, table).unwrap();
        items.into_iter().filter(|item| item["order_id"] == id).collect()
    }

    /// What the saga hands to a step about an order.
    pub fn step(&self, id: &str) -> Value {
        let order = self.items("orders", "orders", id).remove(0);
        let line = |line: &Value| json!({ "sku": line["sku"], "quantity": line["quantity"] });
        let lines: Vec<Value> = order["lines"].as_array().unwrap().iter().map(line).collect();
        let mut facts = json!({ "lines": lines });
        for field in ["order_id", "customer_id", "total", "payment_method", "deadline"] {
            facts[field] = order[field].clone();
        }
        json!({ "order": facts })
    }

    /// How often money was taken for an order, and how much of it was not given back.
    pub fn charged(&self, id: &str) -> (i64, i64) {
        let intents = self.intents(id);
        let sum = |pointer: &str| intents.iter().filter_map(|intent| intent.pointer(pointer)?.as_i64()).sum::<i64>();
        let times = sum("/_local/charges_captured");
        (times, sum("/amount_received") - if times > 0 { sum("/_local/amount_refunded") } else { 0 })
    }
}

fn is_settled(order: &Value) -> bool {
    order["status"] == "CONFIRMED" || order["status"] == "CANCELLED"
}

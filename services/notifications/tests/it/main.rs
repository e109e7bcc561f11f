//! send-email, as its queue calls it, on a table in memory and a mailbox.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod once;

use contracts::{
    events::{CloudEvent, ORDER_CONFIRMED, OrderEvent, OrderEventLine},
    saga::Refusal,
};
use kernel::{Currency, CustomerId, EmailAddress, Money, OrderId, Quantity, Sku, Timestamp};
use lambda::{Invocation, Runtime};
use localcloud::testing::Bench;
use serde_json::{Value, json};

/// The context, without any mail at first.
struct Notifications {
    bench: Bench,
}

impl Notifications {
    fn new() -> Self {
        Self { bench: Bench::new(include_str!("../../service.yaml")) }
    }

    fn runtime(&self) -> Runtime {
        self.bench.runtime("send-email")
    }

    /// Delivers a batch; its messages are called `0`, `1` and so on. Answers which come again.
    async fn deliver(&self, bodies: &[String]) -> Vec<String> {
        deliver(self.runtime(), bodies).await
    }

    /// What the audit says.
    fn audit(&self) -> Vec<String> {
        let outbox = serde_json::to_value(self.bench.mails()).unwrap();
        notifications::audit::audit(&self.bench.scan("mails"), outbox.as_array().unwrap())
    }
}

async fn deliver(runtime: Runtime, bodies: &[String]) -> Vec<String> {
    let records = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| json!({ "messageId": n.to_string(), "body": body, "attributes": {} }));
    let event = json!({ "Records": records.collect::<Vec<Value>>() });
    let invocation = Invocation { request_id: "1".to_owned(), deadline: Timestamp::MAX };
    let handler = notifications::functions()[0].start(runtime).await.unwrap();
    let answer = handler.handle(event, invocation).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// The message that order number `n` causes.
fn message(kind: &str, n: u8) -> String {
    let order_id = order_id(n);
    let line = OrderEventLine {
        sku: Sku::parse("MUG-01").unwrap(),
        name: "Mug".to_owned(),
        quantity: Quantity::new(2).unwrap(),
        unit_price: Money::minor(1_980, Currency::EUR),
    };
    let order = OrderEvent {
        order_id: order_id.clone(),
        customer_id: CustomerId::parse("customer-1").unwrap(),
        email: EmailAddress::parse(format!("customer-{n}@example.com")).unwrap(),
        lines: vec![line],
        total: Money::minor(3_960, Currency::EUR),
        reason: (kind != ORDER_CONFIRMED).then_some(Refusal::SoldOut),
        created_at: Timestamp::UNIX_EPOCH,
    };
    let event = CloudEvent::new(kind, format!("{order_id}:{kind}"), order_id.as_str(), Timestamp::UNIX_EPOCH, order);
    serde_json::to_string(&event).unwrap()
}

fn order_id(n: u8) -> OrderId {
    OrderId::from_bytes([n; 16])
}

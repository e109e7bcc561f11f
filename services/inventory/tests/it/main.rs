//! The inventory: its functions as the saga, the schedule and the HTTP API call them, on a database in memory; and its
//! use cases under every order of events, on a model of that database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod adjusting;
mod allocating;
mod audit;
mod expiring;
mod faults;
mod interleavings;
mod memory;
mod publishing;
mod reserving;
mod sharding;
mod undoing;

use std::time::Duration;

use contracts::saga::{
    CommitStockAnswer, Line, OrderFacts, Refusal, RefuseStockAnswer, ReleaseStockAnswer, ReserveStockAnswer, Step,
    UndoStep,
};
use kernel::{Clock, Currency, CustomerId, Money, OrderId, PaymentMethodId, Quantity, SignedDuration, Sku, Timestamp};
use lambda::{FunctionError, Invocation, Runtime};
use localcloud::testing::Bench;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// How long after it was placed an order in these tests may still go through.
const DEADLINE: Duration = Duration::from_secs(1_800);

/// The inventory, empty at first.
struct Inventory {
    bench: Bench,
}

impl Inventory {
    /// With so many units of these skus.
    async fn with(stock: &[(&str, i64)]) -> Self {
        let inventory = Self { bench: Bench::new(include_str!("../../service.yaml")) };
        for (sku, units) in stock {
            let (status, body) = inventory.adjust(sku, "first", &json!({ "delta": units, "reason": "delivery" })).await;
            assert_eq!(status, 200, "{body}");
        }
        inventory
    }

    /// An order of these lines, placed now.
    fn order(&self, number: u8, lines: &[(&str, i64)]) -> OrderFacts {
        order(number, lines, self.bench.clock().now() + SignedDuration::try_from(DEADLINE).unwrap())
    }

    /// Lets the deadline of every order so far pass.
    fn pass_the_deadline(&self) {
        self.bench.clock().advance(DEADLINE + Duration::from_millis(1));
    }

    async fn reserve(&self, order: &OrderFacts) -> Result<ReserveStockAnswer, FunctionError> {
        reserve(self.bench.runtime("reserve-stock"), order).await
    }

    async fn commit(&self, order: &OrderFacts) -> Result<CommitStockAnswer, FunctionError> {
        invoke(self.bench.runtime("commit-stock"), "commit-stock", &Step { order: order.clone() }).await
    }

    async fn refuse(&self, order: &OrderFacts, reason: Refusal) -> RefuseStockAnswer {
        let undo = UndoStep { order: order.clone(), reason };
        invoke(self.bench.runtime("refuse-stock"), "refuse-stock", &undo).await.unwrap()
    }

    async fn release(&self, order: &OrderFacts, reason: Refusal) -> Result<ReleaseStockAnswer, FunctionError> {
        release(self.bench.runtime("release-stock"), order, reason).await
    }

    async fn expire(&self) -> Value {
        invoke(self.bench.runtime("expire-reservations"), "expire-reservations", &json!({})).await.unwrap()
    }

    /// `POST /stock/{sku}`: the status and the body's bytes.
    async fn adjust(&self, sku: &str, key: &str, body: &Value) -> (u64, String) {
        let headers = json!({ "idempotency-key": key });
        self.http("adjust-stock", json!({ "headers": headers, "body": body.to_string() }), sku).await
    }

    /// `PUT /stock/{sku}/shards`: the status and the body.
    async fn set_shards(&self, sku: &str, body: &Value) -> (u64, Value) {
        let event = json!({ "headers": {}, "body": body.to_string() });
        let (status, body) = self.http("set-stock-shards", event, sku).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    async fn rebalance(&self) -> Value {
        invoke(self.bench.runtime("rebalance-stock"), "rebalance-stock", &json!({})).await.unwrap()
    }

    /// `GET /stock/{sku}`.
    async fn look(&self, sku: &str) -> (u64, Value) {
        let (status, body) = self.http("get-stock", json!({ "headers": {} }), sku).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    async fn http(&self, function: &str, mut event: Value, sku: &str) -> (u64, String) {
        event["pathParameters"] = json!({ "sku": sku });
        event["requestContext"] = json!({ "http": { "method": "GET" } });
        event["isBase64Encoded"] = json!(false);
        let answer: Value = invoke(self.bench.runtime(function), function, &event).await.unwrap();
        (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap().to_owned())
    }

    /// Units of a sku that can be ordered.
    fn available(&self, sku: &str) -> i64 {
        let stock = self.bench.scan("stock");
        stock.iter().filter(|item| item["sku"] == sku).map(|item| item["available"].as_i64().unwrap()).sum()
    }

    /// The states of all holds, sorted by order and sku.
    fn holds(&self) -> Vec<String> {
        let say = |hold: &Value| {
            format!("{} {} {}", &hold["order_id"].as_str().unwrap()[34..], text(&hold["sku"]), text(&hold["state"]))
        };
        let mut holds: Vec<String> = self.bench.scan("holds").iter().map(say).collect();
        holds.sort();
        holds
    }

    /// Checks the invariants, which every test ends with.
    fn audit(&self) {
        let violations = inventory::audit::audit(&self.bench.scan("stock"), &self.bench.scan("holds"));
        assert_eq!(violations, Vec::<String>::new());
    }
}

async fn reserve(runtime: Runtime, order: &OrderFacts) -> Result<ReserveStockAnswer, FunctionError> {
    invoke(runtime, "reserve-stock", &Step { order: order.clone() }).await
}

async fn release(runtime: Runtime, order: &OrderFacts, reason: Refusal) -> Result<ReleaseStockAnswer, FunctionError> {
    invoke(runtime, "release-stock", &UndoStep { order: order.clone(), reason }).await
}

async fn invoke<T: DeserializeOwned>(runtime: Runtime, name: &str, event: &impl Serialize) -> Result<T, FunctionError> {
    let functions = inventory::functions();
    let function = functions.iter().find(|function| function.name() == name).unwrap();
    let invocation = Invocation { request_id: "1".to_owned(), deadline: Timestamp::MAX };
    let handler = function.start(runtime).await.unwrap();
    let answer = handler.handle(serde_json::to_value(event).unwrap(), invocation).await?;
    Ok(serde_json::from_value(answer).unwrap())
}

fn order(number: u8, lines: &[(&str, i64)], deadline: Timestamp) -> OrderFacts {
    let line = |&(sku, units): &(&str, i64)| Line { sku: self::sku(sku), quantity: Quantity::new(units).unwrap() };
    OrderFacts {
        order_id: OrderId::from_bytes([number; 16]),
        customer_id: CustomerId::parse("ada").unwrap(),
        lines: lines.iter().map(line).collect(),
        total: Money::minor(1_980, Currency::EUR),
        payment_method: PaymentMethodId::parse("pm_card_visa").unwrap(),
        deadline,
        allocated: false,
    }
}

fn sku(sku: &str) -> Sku {
    Sku::parse(sku).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn refused(reason: Refusal) -> ReserveStockAnswer {
    ReserveStockAnswer::Refused { reason }
}

//! Payments: the functions as the saga, Stripe, the queue, the stream and the HTTP API call them, on a table and a
//! Stripe in memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod api;
mod events;
mod losses;
mod steps;

use std::time::Duration;

use contracts::saga::{
    AuthorizePaymentAnswer, CancelPayment, CancelPaymentAnswer, CapturePayment, CapturePaymentAnswer, OrderFacts,
    Refusal, Step,
};
use kernel::{Clock, Currency, Money, OrderId, SignedDuration, Timestamp};
use lambda::{FunctionError, Invocation, Runtime};
use localcloud::{Authentication, testing::Bench};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// How long after it was placed an order in these tests may still go through.
const DEADLINE: Duration = Duration::from_secs(1_800);

/// Payments, with nothing paid yet.
struct Payments {
    bench: Bench,
}

impl Payments {
    fn new() -> Self {
        Self { bench: Bench::new(include_str!("../../service.yaml")) }
    }

    /// An order that is paid with this card, placed now.
    fn order(&self, number: u8, payment_method: &str) -> OrderFacts {
        OrderFacts {
            order_id: OrderId::from_bytes([number; 16]),
            customer_id: "customer".parse().unwrap(),
            lines: Vec::new(),
            total: Money::minor(1980, Currency::EUR),
            payment_method: payment_method.parse().unwrap(),
            deadline: self.bench.clock().now() + SignedDuration::try_from(DEADLINE).unwrap(),
            allocated: false,
        }
    }

    async fn authorize(&self, order: &OrderFacts) -> Result<AuthorizePaymentAnswer, FunctionError> {
        authorize(self.bench.runtime("authorize-payment"), order).await
    }

    /// Authorizes an order whose money can be set aside at once, and answers the intent's id.
    async fn authorized(&self, order: &OrderFacts) -> String {
        match self.authorize(order).await.unwrap() {
            AuthorizePaymentAnswer::Authorized { payment_intent_id } => payment_intent_id,
            other => panic!("{other:?}"),
        }
    }

    async fn capture(&self, order: &OrderFacts, intent_id: &str) -> Result<CapturePaymentAnswer, FunctionError> {
        capture(self.bench.runtime("capture-payment"), order, intent_id).await
    }

    async fn cancel(&self, order: &OrderFacts, refund: bool) -> Result<CancelPaymentAnswer, FunctionError> {
        cancel(self.bench.runtime("cancel-payment"), order, refund).await
    }

    /// The customer takes the bank's step for the only intent there is.
    fn authenticate(&self, outcome: Authentication) {
        let intents = self.bench.stripe().intents();
        self.bench.stripe().authenticate(intents[0]["id"].as_str().unwrap(), outcome).unwrap();
    }

    /// Delivers all of Stripe's webhooks, and answers the status that each got.
    async fn deliver_webhooks(&self) -> Vec<u64> {
        let mut statuses = Vec::new();
        for webhook in self.bench.stripe().drain_webhooks() {
            let signature = self.bench.stripe().sign(&webhook.body, self.bench.clock().now());
            statuses.push(self.receive(&webhook.body, &signature).await);
        }
        statuses
    }

    /// `POST /webhooks/stripe`.
    async fn receive(&self, body: &str, signature: &str) -> u64 {
        let event = json!({ "headers": { "stripe-signature": signature }, "body": body });
        self.http("receive-stripe-webhook", event).await.0
    }

    /// The bodies of the queued events.
    fn queued(&self) -> Vec<String> {
        self.bench.messages("stripe-events").into_iter().map(|message| message.body).collect()
    }

    /// Hands these messages to process-stripe-event, and answers those that failed.
    async fn process(&self, bodies: &[String]) -> Vec<String> {
        let record =
            |(n, body): (usize, &String)| json!({ "messageId": n.to_string(), "body": body, "attributes": {} });
        let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
        let runtime = self.bench.runtime("process-stripe-event");
        let answer: Value = invoke(runtime, "process-stripe-event", &json!({ "Records": records })).await.unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// `GET /payments/{id}`.
    async fn look(&self, id: &str) -> (u64, Value) {
        let (status, body) = self.http("get-payment", json!({ "headers": {}, "pathParameters": { "id": id } })).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    async fn http(&self, function: &str, mut event: Value) -> (u64, String) {
        event["requestContext"] = json!({ "http": { "method": "GET" } });
        event["isBase64Encoded"] = json!(false);
        let answer: Value = invoke(self.bench.runtime(function), function, &event).await.unwrap();
        (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap_or_default().to_owned())
    }

    /// The statuses of all rows.
    fn statuses(&self) -> Vec<String> {
        self.bench.scan("payments").iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect()
    }

    /// Stripe's statuses of all intents.
    fn at_stripe(&self) -> Vec<String> {
        let intents = self.bench.stripe().intents();
        intents.iter().map(|intent| intent["status"].as_str().unwrap().to_owned()).collect()
    }

    /// Checks the invariants, which every test ends with.
    fn audit(&self) {
        let wrong = payments::audit::audit(&self.bench.scan("payments"), &self.bench.stripe().intents());
        assert_eq!(wrong, Vec::<String>::new());
    }
}

async fn authorize(runtime: Runtime, order: &OrderFacts) -> Result<AuthorizePaymentAnswer, FunctionError> {
    invoke(runtime, "authorize-payment", &Step { order: order.clone() }).await
}

async fn capture(runtime: Runtime, order: &OrderFacts, id: &str) -> Result<CapturePaymentAnswer, FunctionError> {
    let input = CapturePayment { order: order.clone(), payment_intent_id: id.to_owned() };
    invoke(runtime, "capture-payment", &input).await
}

async fn cancel(runtime: Runtime, order: &OrderFacts, refund: bool) -> Result<CancelPaymentAnswer, FunctionError> {
    let input = CancelPayment { order: order.clone(), refund_if_captured: refund };
    invoke(runtime, "cancel-payment", &input).await
}

/// Starts a function anew and invokes it once.
async fn invoke<O: DeserializeOwned>(runtime: Runtime, name: &str, input: &impl Serialize) -> Result<O, FunctionError> {
    let functions = payments::functions();
    let function = functions.iter().find(|function| function.name() == name).unwrap();
    let handler = function.start(runtime).await.map_err(FunctionError::transient)?;
    let invocation = Invocation { request_id: "1".to_owned(), deadline: Timestamp::MAX };
    let answer = handler.handle(serde_json::to_value(input).unwrap(), invocation).await?;
    Ok(serde_json::from_value(answer).unwrap())
}

fn refused_authorization(reason: Refusal) -> AuthorizePaymentAnswer {
    AuthorizePaymentAnswer::Refused { reason }
}

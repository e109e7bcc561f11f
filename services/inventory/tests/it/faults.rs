//! When DynamoDB rejects a write because others are in the way, refuses it, or does it and its answer is lost.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use contracts::saga::{
    CommitStockAnswer, Refusal, RefuseStockAnswer, ReleaseStockAnswer::Released, ReserveStockAnswer::Held, Step,
    UndoStep,
};
use lambda::{FunctionError, Runtime};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{Inventory, invoke, refused, release, reserve};

/// What becomes of a write.
#[derive(Debug, Clone)]
enum Fate {
    /// It is done, and the answer is a server error.
    AnswerLost,
    /// It is not done: this error is the answer.
    Error(Value),
    /// It is done after somebody else has done something.
    Late(Arc<Turnstile>),
}

/// Where a late write waits while somebody else is faster.
#[derive(Debug, Default)]
struct Turnstile {
    reached: Notify,
    open: Notify,
}

impl Turnstile {
    /// Does `late`, whose write comes to this turnstile, and when it is there `fast`, to its end.
    async fn overtake<L, F>(&self, late: impl Future<Output = L>, fast: impl Future<Output = F>) -> (L, F) {
        let fast = async {
            self.reached.notified().await;
            let outcome = fast.await;
            self.open.notify_one();
            outcome
        };
        tokio::join!(late, fast)
    }
}

/// A transaction that is canceled for these reasons.
fn canceled(reasons: &[&str]) -> Fate {
    let reasons: Vec<Value> = reasons.iter().map(|code| json!({ "Code": code })).collect();
    let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    Fate::Error(json!({ "__type": name, "CancellationReasons": reasons }))
}

fn error(name: &str) -> Fate {
    Fate::Error(json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "as scripted" }))
}

/// The writes still to go wrong, and how many writes there were.
#[derive(Debug, Clone, Default)]
struct Script(Arc<Mutex<(VecDeque<Fate>, usize)>>);

impl Script {
    fn of(fates: impl IntoIterator<Item = Fate>) -> Self {
        Self(Arc::new(Mutex::new((fates.into_iter().collect(), 0))))
    }

    fn writes(&self) -> usize {
        self.0.lock().unwrap().1
    }

    /// The function's runtime, in which the first writes come to what the script says.
    fn runtime(&self, inventory: &Inventory, function: &str) -> Runtime {
        let mut runtime = inventory.bench.runtime(function);
        let inner = runtime.sdk.http_client().unwrap();
        let http = SharedHttpClient::new(Scripted { inner, script: self.clone() });
        runtime.sdk = runtime.sdk.to_builder().http_client(http).build();
        runtime
    }
}

#[derive(Debug, Clone)]
struct Scripted<T> {
    inner: T,
    script: Script,
}

impl HttpClient for Scripted<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Scripted { inner, script: self.script.clone() })
    }
}

impl HttpConnector for Scripted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if !["TransactWriteItems", "PutItem", "UpdateItem"].iter().any(|write| target.ends_with(write)) {
            return self.inner.call(request);
        }
        let fate = {
            let mut script = self.script.0.lock().unwrap();
            script.1 += 1;
            script.0.pop_front()
        };
        match fate {
            None => self.inner.call(request),
            Some(Fate::Error(body)) => HttpConnectorFuture::ready(Ok(answer(400, &body))),
            Some(Fate::Late(turnstile)) => {
                let inner = self.inner.clone();
                HttpConnectorFuture::new(async move {
                    turnstile.reached.notify_one();
                    turnstile.open.notified().await;
                    inner.call(request).await
                })
            }
            Some(Fate::AnswerLost) => {
                let effect = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    effect.await?;
                    Ok(answer(500, &json!({ "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError" })))
                })
            }
        }
    }
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), body.to_string().into());
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

#[tokio::test(start_paused = true)]
async fn whoever_meets_others_tries_again() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 1)]);
    let in_the_way = [
        canceled(&["None", "TransactionConflict"]),
        canceled(&["None", "ThrottlingError"]),
        canceled(&["None", "ProvisionedThroughputExceeded"]),
    ];
    let script = Script::of(in_the_way);
    assert_eq!(reserve(script.runtime(&inventory, "reserve-stock"), &order).await, Ok(Held));
    assert_eq!(script.writes(), 4);

    let script = Script::of([error("TransactionConflictException")]);
    let step = Step { order: order.clone() };
    let committed = invoke(script.runtime(&inventory, "commit-stock"), "commit-stock", &step).await;
    assert_eq!((committed, script.writes()), (Ok(CommitStockAnswer::Committed), 2));

    let script = Script::of([error("TransactionConflictException")]);
    let undo = UndoStep { order: inventory.order(2, &[("A", 1)]), reason: Refusal::DeadlinePassed };
    let refusal = invoke(script.runtime(&inventory, "refuse-stock"), "refuse-stock", &undo).await;
    assert_eq!((refusal, script.writes()), (Ok(RefuseStockAnswer::NeverHeld), 2));
    inventory.audit();
}

#[tokio::test(start_paused = true)]
async fn whoever_meets_others_too_often_gives_up_for_now() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 1)]);
    let conflict = || canceled(&["None", "TransactionConflict"]);
    let script = Script::of((0..9).map(|_| conflict()));
    let failed = reserve(script.runtime(&inventory, "reserve-stock"), &order).await.unwrap_err();
    assert_eq!((failed.name, script.writes()), (FunctionError::TRANSIENT, 5));
    assert!(inventory.holds().is_empty(), "a conflict is no refusal");
    assert_eq!(inventory.reserve(&order).await, Ok(Held));
}

#[tokio::test]
async fn a_hold_that_exists_decides_whatever_else_is_in_the_way() {
    let inventory = Inventory::with(&[("A", 1)]).await;
    let order = inventory.order(1, &[("A", 1)]);
    inventory.reserve(&order).await.unwrap();
    let script = Script::of([canceled(&["ConditionalCheckFailed", "TransactionConflict"])]);
    assert_eq!(reserve(script.runtime(&inventory, "reserve-stock"), &order).await, Ok(Held));
    // And when DynamoDB tells of the empty shelf only, the tombstone meets the hold.
    let script = Script::of([canceled(&["None", "ConditionalCheckFailed"])]);
    assert_eq!(reserve(script.runtime(&inventory, "reserve-stock"), &order).await, Ok(Held));
    assert_eq!((script.writes(), inventory.holds()), (2, vec!["01 A held".to_owned()]));
    inventory.audit();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 2)]);
    let script = Script::of([Fate::AnswerLost]);
    assert_eq!(reserve(script.runtime(&inventory, "reserve-stock"), &order).await, Ok(Held));
    assert_eq!((script.writes(), inventory.available("A")), (2, 3));

    let script = Script::of([Fate::AnswerLost]);
    let step = Step { order: order.clone() };
    let committed = invoke(script.runtime(&inventory, "commit-stock"), "commit-stock", &step).await;
    assert_eq!((committed, script.writes()), (Ok(CommitStockAnswer::Committed), 2));

    let script = Script::of([Fate::AnswerLost]);
    let released = release(script.runtime(&inventory, "release-stock"), &order, Refusal::PaymentDeclined).await;
    assert_eq!((released, inventory.available("A")), (Ok(Released), 5));
    inventory.audit();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stays_lost_is_found_out_by_the_next_invocation() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 2)]);
    let lost = || Script::of((0..9).map(|_| Fate::AnswerLost));
    let failed = reserve(lost().runtime(&inventory, "reserve-stock"), &order).await.unwrap_err();
    assert_eq!(failed.name, FunctionError::TRANSIENT);
    assert_eq!((inventory.reserve(&order).await, inventory.available("A")), (Ok(Held), 3));

    let failed = release(lost().runtime(&inventory, "release-stock"), &order, Refusal::SoldOut).await.unwrap_err();
    assert_eq!(failed.name, FunctionError::TRANSIENT);
    let released = inventory.release(&order, Refusal::PaymentDeclined).await;
    assert_eq!((released, inventory.available("A")), (Ok(Released), 5));
    assert_eq!(inventory.reserve(&order).await, Ok(refused(Refusal::SoldOut)), "the first reason stays");

    let late = inventory.order(2, &[("A", 9)]);
    let refusing = Script::of([canceled(&["None", "ConditionalCheckFailed"]), Fate::AnswerLost]);
    let sold_out = reserve(refusing.runtime(&inventory, "reserve-stock"), &late).await;
    assert_eq!(sold_out, Ok(refused(Refusal::SoldOut)), "it meets its own tombstone");
    inventory.audit();
}

#[tokio::test]
async fn a_release_that_is_overtaken_looks_again() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let order = inventory.order(1, &[("A", 2)]);
    inventory.reserve(&order).await.unwrap();
    let overtaken = || canceled(&["ConditionalCheckFailed", "None"]);
    let script = Script::of([overtaken(), overtaken()]);
    let released = release(script.runtime(&inventory, "release-stock"), &order, Refusal::PaymentDeclined).await;
    assert_eq!((released, script.writes(), inventory.available("A")), (Ok(Released), 3, 5));
    inventory.audit();
}

#[tokio::test]
async fn units_come_back_once_whoever_read_the_hold_before_it_changed() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let orders = [1, 2, 3].map(|number| inventory.order(number, &[("A", 1)]));
    for order in &orders {
        inventory.reserve(order).await.unwrap();
    }
    let late = || {
        let turnstile = Arc::new(Turnstile::default());
        (Script::of([Fate::Late(Arc::clone(&turnstile))]), turnstile)
    };

    let (script, turnstile) = late();
    let second = release(script.runtime(&inventory, "release-stock"), &orders[0], Refusal::PaymentDeclined);
    let both = turnstile.overtake(second, inventory.release(&orders[0], Refusal::SoldOut)).await;
    assert_eq!((both, script.writes(), inventory.available("A")), ((Ok(Released), Ok(Released)), 1, 3));

    let (script, turnstile) = late();
    let after = release(script.runtime(&inventory, "release-stock"), &orders[1], Refusal::PaymentDeclined);
    let both = turnstile.overtake(after, inventory.commit(&orders[1])).await;
    assert_eq!((both.0, both.1), (Ok(Released), Ok(CommitStockAnswer::Committed)));
    assert_eq!((script.writes(), inventory.available("A")), (2, 4));

    inventory.pass_the_deadline();
    let (script, turnstile) = late();
    let (runtime, event) = (script.runtime(&inventory, "expire-reservations"), json!({}));
    let expiry = invoke(runtime, "expire-reservations", &event);
    let (expiry, _) = turnstile.overtake(expiry, inventory.release(&orders[2], Refusal::PaymentDeclined)).await;
    let expiry: Value = expiry.unwrap();
    assert_eq!(expiry, json!({ "released": 0, "overtaken": 1, "failed": 0, "complete": true }));
    assert_eq!(inventory.available("A"), 5);
    inventory.audit();
}

#[tokio::test]
async fn an_expiry_that_is_overtaken_or_fails_leaves_the_others_their_turn() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    for number in 1..=3 {
        inventory.reserve(&inventory.order(number, &[("A", 1)])).await.unwrap();
    }
    inventory.pass_the_deadline();
    let script = Script::of([canceled(&["ConditionalCheckFailed", "None"]), error("ResourceNotFoundException")]);
    let runtime = script.runtime(&inventory, "expire-reservations");
    let expiry: Value = invoke(runtime, "expire-reservations", &json!({})).await.unwrap();
    assert_eq!(expiry, json!({ "released": 1, "overtaken": 1, "failed": 1, "complete": true }));
    assert_eq!(inventory.expire().await["released"], 2);
    assert_eq!(inventory.available("A"), 5);
    inventory.audit();
}

#[tokio::test(start_paused = true)]
async fn an_adjustment_is_not_refused_while_the_same_one_may_be_under_way() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    let script = Script::of([canceled(&["TransactionConflict", "ConditionalCheckFailed"])]);
    let body = json!({ "delta": -5, "reason": "broken" }).to_string();
    let event = json!({
        "pathParameters": { "sku": "A" }, "headers": { "idempotency-key": "k" }, "body": body, "isBase64Encoded": false,
        "requestContext": { "http": { "method": "POST" } },
    });
    let answer: Value = invoke(script.runtime(&inventory, "adjust-stock"), "adjust-stock", &event).await.unwrap();
    assert_eq!((&answer["statusCode"], script.writes()), (&json!(200), 2));
    inventory.audit();
}

#[tokio::test]
async fn what_will_never_work_is_not_tried_again() {
    let inventory = Inventory::with(&[("A", 5)]).await;
    for fate in [canceled(&["None", "ValidationError"]), error("AccessDeniedException"), error("ValidationException")] {
        let script = Script::of([fate]);
        let failed =
            reserve(script.runtime(&inventory, "reserve-stock"), &inventory.order(1, &[("A", 1)])).await.unwrap_err();
        assert_eq!((failed.name, script.writes()), (FunctionError::BROKEN, 1));
    }
}

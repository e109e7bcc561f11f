//! Carries a function's calls to where they are answered, with whatever the driver has decided to go wrong on the way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_smithy_runtime_api::client::result::ConnectorError;
use fakestripe::Fault;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    aws::AwsError,
    cloud::Inner,
    connector::{Incoming, Outgoing},
    driver::{Call, Fate, Outcome},
    endpoint::{Asked, error_answer},
};

tokio::task_local! {
    /// The invocation that the current task is.
    pub(crate) static RUNNING: Arc<Running>;
}

/// An invocation that is under way.
pub(crate) struct Running {
    /// `context/function`.
    pub function: String,
    /// Its request id.
    pub request_id: String,
    calls: AtomicU32,
    /// Told when the environment dies.
    pub killed: Notify,
}

impl Running {
    pub fn new(function: &str, request_id: &str) -> Arc<Self> {
        Arc::new(Self {
            function: function.to_owned(),
            request_id: request_id.to_owned(),
            calls: AtomicU32::new(0),
            killed: Notify::new(),
        })
    }

    /// The environment dies: whoever runs the invocation drops it, and this call never ends.
    async fn die<T>(&self) -> T {
        self.killed.notify_one();
        std::future::pending().await
    }
}

/// A call on its way.
struct Carried<'a> {
    running: &'a Running,
    number: u32,
    asked: Asked,
    request: Outgoing,
}

impl Carried<'_> {
    fn call(&self) -> Call<'_> {
        Call {
            function: &self.running.function,
            request_id: &self.running.request_id,
            number: self.number,
            service: self.asked.service,
            action: &self.asked.action,
            body: &self.request.body,
        }
    }
}

impl Inner {
    /// Answers a request that a function sent out, as the driver will have it.
    pub(crate) async fn carry(self: Arc<Self>, request: Outgoing) -> Result<Incoming, ConnectorError> {
        let Ok(running) = RUNNING.try_with(Arc::clone) else { return Ok(self.answer(request, Fault::None).await) };
        let number = running.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let asked = self.asked(&request);
        let mut carried = Carried { running: &running, number, asked, request };
        if let Some(body) = self.driver.rewrite(&carried.call()) {
            carried.request.body = body;
        }
        for (name, value) in self.driver.headers(&carried.call()) {
            carried.request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            carried.request.headers.push((name.to_owned(), value));
        }
        let fate = self.driver.call(&carried.call());
        let outcome = self.deliver(&carried, fate).await;
        let status = outcome.as_ref().map_or(0, |answer| answer.status);
        self.driver.answered(&carried.call(), status);
        outcome
    }

    async fn deliver(self: &Arc<Self>, carried: &Carried<'_>, fate: Fate) -> Result<Incoming, ConnectorError> {
        self.wait(fate.there).await;
        let service = carried.asked.service;
        let stripe = service == "stripe";
        let answer = match fate.outcome {
            Outcome::Conflict if conflicts(&carried.asked) => conflict(&carried.asked, &carried.request),
            Outcome::KeyInUse if stripe => self.perform(carried, Fault::KeyInUse).await,
            Outcome::Throttled if stripe => self.perform(carried, Fault::RateLimited).await,
            Outcome::FailedBefore if stripe => self.perform(carried, Fault::ServerErrorBefore).await,
            Outcome::FailedAfter if stripe => self.perform(carried, Fault::ServerErrorAfter).await,
            Outcome::Performed | Outcome::Conflict | Outcome::KeyInUse => self.perform(carried, Fault::None).await,
            Outcome::Throttled => error_answer(service, &throttled(service)),
            Outcome::FailedBefore => error_answer(service, &failed()),
            Outcome::FailedAfter => {
                self.perform(carried, Fault::None).await;
                error_answer(service, &failed())
            }
            Outcome::Unreachable => return broken(),
            Outcome::AnswerLost => {
                self.perform(carried, Fault::None).await;
                self.wait(fate.back).await;
                return broken();
            }
            Outcome::Twice => {
                self.perform(carried, Fault::None).await;
                self.perform(carried, Fault::None).await
            }
            Outcome::Late(after) => {
                self.perform_later(carried, after);
                return std::future::pending().await;
            }
            Outcome::KilledBefore => return carried.running.die().await,
            Outcome::KilledAfter => {
                self.perform(carried, Fault::None).await;
                return carried.running.die().await;
            }
        };
        self.wait(fate.back).await;
        Ok(answer)
    }

    async fn perform(self: &Arc<Self>, carried: &Carried<'_>, fault: Fault) -> Incoming {
        self.driver.performed(&carried.call());
        Arc::clone(self).answer(carried.request.clone(), fault).await
    }

    /// The call is made by the network, as it were: neither its caller's end nor its environment's stops it.
    fn perform_later(self: &Arc<Self>, carried: &Carried<'_>, after: Duration) {
        let cloud = Arc::clone(self);
        let running = Running::new(&carried.running.function, &carried.running.request_id);
        let (number, asked, request) = (carried.number, self.asked(&carried.request), carried.request.clone());
        self.spawn(async move {
            cloud.clock.sleep(after).await;
            let carried = Carried { running: &running, number, asked, request };
            // Nobody waits for the answer any more.
            let _ = cloud.perform(&carried, Fault::None).await;
        });
    }

    async fn wait(&self, duration: Duration) {
        if !duration.is_zero() {
            self.clock.sleep(duration).await;
        }
    }
}

fn broken() -> Result<Incoming, ConnectorError> {
    Err(ConnectorError::io("the connection was reset".into()))
}

/// Source: each service's API reference, "Common errors"; DynamoDB, "Error handling with DynamoDB".
fn throttled(service: &str) -> AwsError {
    let (status, code) = match service {
        "dynamodb" => (400, "ThrottlingException"),
        "sqs" => (403, "RequestThrottled"),
        "sns" => (400, "Throttling"),
        "ses" => (429, "TooManyRequestsException"),
        "s3" => (503, "SlowDown"),
        _ => (400, "ThrottlingException"),
    };
    AwsError { status, code: code.to_owned(), message: "Rate exceeded".to_owned() }
}

fn failed() -> AwsError {
    AwsError { status: 500, code: "InternalServerError".to_owned(), message: "Internal server error".to_owned() }
}

/// Whether DynamoDB can refuse this because a transaction has the item. Plain reads never wait for anybody.
fn conflicts(asked: &Asked) -> bool {
    let writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "TransactGetItems"];
    asked.service == "dynamodb" && writes.contains(&asked.action.as_str())
}

/// A transaction is canceled, with a reason per item; a plain write has an exception of its own.
///
/// Source: DynamoDB, "Transactional isolation levels and conflicts".
fn conflict(asked: &Asked, request: &Outgoing) -> Incoming {
    let message = "Transaction is ongoing for the item";
    if !asked.action.starts_with("Transact") {
        return error_answer("dynamodb", &AwsError::client("TransactionConflictException", message));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let items = body["TransactItems"].as_array().map_or(1, Vec::len);
    let reason = |place| match place {
        0 => json!({ "Code": "TransactionConflict", "Message": message }),
        _ => json!({ "Code": "None" }),
    };
    let reasons: Vec<Value> = (0..items).map(reason).collect();
    let code = "TransactionCanceledException";
    let mut answer = error_answer("dynamodb", &AwsError::client(code, ""));
    answer.body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    })
    .to_string()
    .into_bytes();
    answer
}

//! Carries a function's calls to where they are answered, with whatever the driver has decided to go wrong on the way.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
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

impl Inner {
    /// Answers a request that a function sent out, as the driver will have it.
    pub(crate) async fn carry(self: Arc<Self>, mut request: Outgoing) -> Result<Incoming, ConnectorError> {
        let Ok(running) = RUNNING.try_with(Arc::clone) else { return Ok(self.answer(request, Fault::None).await) };
        let number = running.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let asked = self.asked(&request);
        let (fate, changed) = {
            let call = Call {
                function: &running.function,
                request_id: &running.request_id,
                number,
                service: asked.service,
                action: &asked.action,
                body: &request.body,
            };
            (self.driver.call(&call), self.driver.rewrite(&call))
        };
        if let Some(body) = changed {
            request.body = body;
        }
        let outcome = self.perform(&running, &asked, request, fate).await;
        let status = outcome.as_ref().map_or(0, |answer| answer.status);
        self.driver.note(format_args!(
            "{} {} call {number} {asked}: {:?}, {status}",
            running.function, running.request_id, fate.outcome
        ));
        outcome
    }

    async fn perform(
        self: &Arc<Self>,
        running: &Running,
        asked: &Asked,
        request: Outgoing,
        fate: Fate,
    ) -> Result<Incoming, ConnectorError> {
        self.wait(fate.there).await;
        let cloud = || Arc::clone(self);
        let broken = || Err(ConnectorError::io("the connection was reset".into()));
        let stripe = asked.service == "stripe";
        let answer = match fate.outcome {
            Outcome::Performed => cloud().answer(request, Fault::None).await,
            Outcome::Conflict if conflicts(asked) => conflict(asked, &request),
            Outcome::KeyInUse if stripe => cloud().answer(request, Fault::KeyInUse).await,
            Outcome::Conflict | Outcome::KeyInUse => cloud().answer(request, Fault::None).await,
            Outcome::Throttled if stripe => cloud().answer(request, Fault::RateLimited).await,
            Outcome::FailedBefore if stripe => cloud().answer(request, Fault::ServerErrorBefore).await,
            Outcome::FailedAfter if stripe => cloud().answer(request, Fault::ServerErrorAfter).await,
            Outcome::Throttled => error_answer(asked.service, &throttled(asked.service)),
            Outcome::FailedBefore => error_answer(asked.service, &failed()),
            Outcome::FailedAfter => {
                let _ = cloud().answer(request, Fault::None).await;
                error_answer(asked.service, &failed())
            }
            Outcome::Unreachable => return broken(),
            Outcome::AnswerLost => {
                let _ = cloud().answer(request, Fault::None).await;
                self.wait(fate.back).await;
                return broken();
            }
            Outcome::Twice => {
                let _ = cloud().answer(request.clone(), Fault::None).await;
                cloud().answer(request, Fault::None).await
            }
            Outcome::Late(after) => {
                let cloud = cloud();
                self.spawn(async move {
                    cloud.clock.sleep(after).await;
                    let _ = cloud.answer(request, Fault::None).await;
                });
                return std::future::pending().await;
            }
            Outcome::KilledBefore => return running.die().await,
            Outcome::KilledAfter => {
                let _ = cloud().answer(request, Fault::None).await;
                return running.die().await;
            }
        };
        self.wait(fate.back).await;
        Ok(answer)
    }

    async fn wait(&self, duration: std::time::Duration) {
        if !duration.is_zero() {
            self.clock.sleep(duration).await;
        }
    }
}

/// Source: each service's API reference, "Common errors"; DynamoDB, "Error handling with DynamoDB".
fn throttled(service: &str) -> AwsError {
    let (status, code) = match service {
        "dynamodb" => (400, "ThrottlingException"),
        "sqs" => (403, "RequestThrottled"),
        "sns" => (400, "Throttling"),
        "ses" => (429, "TooManyRequestsException"),
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

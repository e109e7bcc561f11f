//! Lambda: starts functions when they are first needed, and holds them to their time limit.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use kernel::{Clock, SignedDuration};
use lambda::{Handler, Invocation, Settings};
use serde_json::Value;
use tokio::sync::OnceCell;
use tracing::{Instrument, info_span, warn};

use crate::cloud::Inner;

/// A deployed function.
pub(crate) struct Deployed {
    pub function: lambda::Function,
    pub timeout: Duration,
    pub settings: Settings,
    pub started: OnceCell<Handler>,
}

/// The functions by `context/name`.
pub(crate) type Deployment = BTreeMap<String, Deployed>;

/// An invocation that did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeFailure {
    /// The function answered with an error.
    #[error("{name}: {message}")]
    Error {
        /// The error's type, which Step Functions retries by.
        name: String,
        /// What it said.
        message: String,
    },
    /// The function did not answer within its time limit, and was ended.
    #[error("Task timed out after {0} seconds")]
    TimedOut(u64),
    /// No function has this name.
    #[error("Function not found: {0}")]
    NotFound(String),
}

impl Inner {
    /// Invokes a function and waits for its answer.
    pub(crate) async fn invoke(self: &Arc<Self>, target: &str, event: Value) -> Result<Value, InvokeFailure> {
        let deployed = self.functions.get(target).ok_or_else(|| InvokeFailure::NotFound(target.to_owned()))?;
        self.meter.note(|readings| *readings.invocations.entry(target.to_owned()).or_default() += 1);
        let request_id = self.ids.unique().to_string();
        let span = info_span!("invocation", function = target, %request_id);
        let limit = SignedDuration::try_from(deployed.timeout).unwrap_or(SignedDuration::MAX);
        let deadline = self.clock.now().checked_add(limit).unwrap_or(kernel::Timestamp::MAX);
        let invocation = Invocation { request_id, deadline };
        let work = async {
            let handler = self.handler(target, deployed).await?;
            handler
                .handle(event, invocation)
                .await
                .map_err(|error| InvokeFailure::Error { name: error.name.to_owned(), message: error.message })
        };
        // A panic ends the environment in AWS; here it ends the invocation, and must not end the cloud.
        let work = AssertUnwindSafe(work.instrument(span)).catch_unwind();
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = self.clock.sleep_until(deadline) => Ok(Err(InvokeFailure::TimedOut(deployed.timeout.as_secs()))),
        };
        let outcome = outcome.unwrap_or_else(|_| {
            Err(InvokeFailure::Error {
                name: "Runtime.ExitError".to_owned(),
                message: "the function panicked".to_owned(),
            })
        });
        outcome.inspect_err(|failure| warn!(function = target, %failure, "invocation failed"))
    }

    async fn handler(self: &Arc<Self>, target: &str, deployed: &Deployed) -> Result<Handler, InvokeFailure> {
        let start = || async { deployed.function.start(self.runtime(target, &deployed.settings)).await };
        let started = deployed.started.get_or_try_init(start).await;
        started
            .cloned()
            .map_err(|why| InvokeFailure::Error { name: "Runtime.ExitError".to_owned(), message: why.to_string() })
    }
}

//! Lambda: starts functions when they are first needed, and holds them to their time limit.

use std::{
    collections::BTreeMap,
    fmt,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use kernel::{Clock, SignedDuration};
use lambda::{Handler, Invocation, Settings};
use serde_json::Value;
use tokio::sync::OnceCell;
use tracing::{Instrument, info_span, warn};

use crate::{
    carrier::{RUNNING, Running},
    cloud::Inner,
    driver::{Driver, InvocationOutcome},
};

/// A deployed function.
pub(crate) struct Deployed {
    pub function: lambda::Function,
    pub timeout: Duration,
    pub settings: Settings,
    /// The one environment, where invocations share it.
    pub shared: OnceCell<Handler>,
    /// Environments that wait for an invocation, where each has one to itself.
    pub idle: Mutex<Vec<Handler>>,
}

impl Deployed {
    fn idle(&self) -> MutexGuard<'_, Vec<Handler>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has ever been started.
    pub fn is_started(&self) -> bool {
        self.shared.initialized() || !self.idle().is_empty()
    }
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
    /// Lambda refused it: too many at once.
    #[error("Rate Exceeded.")]
    Throttled,
    /// The function may have run; what it answered is not known.
    #[error("the answer was lost")]
    Lost,
    /// No function has this name.
    #[error("Function not found: {0}")]
    NotFound(String),
}

impl Inner {
    /// Invokes a function and waits for its answer, as the driver will have it.
    pub(crate) async fn invoke(self: &Arc<Self>, target: &str, event: Value) -> Result<Value, InvokeFailure> {
        let deployed = self.functions.get(target).ok_or_else(|| InvokeFailure::NotFound(target.to_owned()))?;
        let fate = self.driver.invocation(target);
        let _under_way = (fate.outcome != InvocationOutcome::Throttled).then(|| UnderWay(&*self.driver, target));
        if !fate.wait.is_zero() {
            self.clock.sleep(fate.wait).await;
        }
        let outcome = match fate.outcome {
            InvocationOutcome::Run => self.run(target, deployed, event).await,
            InvocationOutcome::Throttled => Err(InvokeFailure::Throttled),
            InvocationOutcome::AnswerLost => self.run(target, deployed, event).await.and(Err(InvokeFailure::Lost)),
            InvocationOutcome::Twice => {
                let (cloud, again, copy) = (Arc::clone(self), target.to_owned(), event.clone());
                self.spawn(async move {
                    if let Some(deployed) = cloud.functions.get(&again) {
                        // Its answer is for nobody; a failure is logged where it happens.
                        let _ = cloud.run(&again, deployed, copy).await;
                    }
                });
                self.run(target, deployed, event).await
            }
        };
        outcome.inspect_err(|failure| warn!(function = target, %failure, "invocation failed"))
    }

    /// Runs an invocation in an environment of its function.
    async fn run(self: &Arc<Self>, target: &str, deployed: &Deployed, event: Value) -> Result<Value, InvokeFailure> {
        self.meter.note(|readings| *readings.invocations.entry(target.to_owned()).or_default() += 1);
        let request_id = self.ids.unique().to_string();
        self.driver.note(format_args!("{target} {request_id} starts: {}", WithoutToken(&event)));
        let span = info_span!("invocation", function = target, %request_id);
        let limit = SignedDuration::try_from(deployed.timeout).unwrap_or(SignedDuration::MAX);
        let began = self.clock.now();
        let deadline = began.checked_add(limit).unwrap_or(kernel::Timestamp::MAX);
        let running = Running::new(target, &request_id);
        let invocation = Invocation { request_id: request_id.clone(), deadline };
        let work = async {
            let handler = self.environment(target, deployed).await?;
            let answer = handler.handle(event, invocation).await;
            if self.driver.isolates() {
                deployed.idle().push(handler);
            }
            answer.map_err(|error| InvokeFailure::Error { name: error.name.to_owned(), message: error.message })
        };
        // A panic ends the environment in AWS; here it ends the invocation, and must not end the cloud.
        let work = AssertUnwindSafe(work.instrument(span)).catch_unwind();
        let exited = |message: &str| {
            Err(InvokeFailure::Error { name: "Runtime.ExitError".to_owned(), message: message.to_owned() })
        };
        let outcome = tokio::select! {
            // In this order, not at random: a simulation must be repeatable.
            biased;
            outcome = RUNNING.scope(Arc::clone(&running), work) => outcome.unwrap_or_else(|_| exited("the function panicked")),
            () = running.killed.notified() => exited("the environment died"),
            () = self.clock.sleep_until(deadline) => Err(InvokeFailure::TimedOut(deployed.timeout.as_secs())),
        };
        let seconds = self.clock.now().duration_since(began).as_secs_f64();
        self.meter.note(|readings| *readings.seconds.entry(target.to_owned()).or_default() += seconds);
        match &outcome {
            Ok(answer) => self.driver.note(format_args!("{target} {request_id} answers: {answer}")),
            Err(failure) => self.driver.note(format_args!("{target} {request_id} fails: {failure}")),
        }
        outcome
    }

    /// An environment for one invocation. One that died or ran out of time is not used again, where invocations do not
    /// share theirs: it never comes back to the idle ones.
    async fn environment(self: &Arc<Self>, target: &str, deployed: &Deployed) -> Result<Handler, InvokeFailure> {
        let start = || async { deployed.function.start(self.runtime(target, &deployed.settings)).await };
        let started = if !self.driver.isolates() {
            deployed.shared.get_or_try_init(start).await.cloned()
        } else if let Some(idle) = { deployed.idle().pop() } {
            Ok(idle)
        } else {
            start().await
        };
        started.map_err(|why| InvokeFailure::Error { name: "Runtime.ExitError".to_owned(), message: why.to_string() })
    }
}

/// An invocation that was let run. The driver is told of its end even if nobody waits for that.
struct UnderWay<'a>(&'a dyn Driver, &'a str);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.invoked(self.1);
    }
}

/// An event as it may be shown: a token is a secret, and differs from run to run.
struct WithoutToken<'a>(&'a Value);

impl fmt::Display for WithoutToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0["headers"]["authorization"].is_null() {
            return self.0.fmt(f);
        }
        let mut event = self.0.clone();
        event["headers"]["authorization"] = "Bearer …".into();
        event.fmt(f)
    }
}

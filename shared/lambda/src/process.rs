//! The process that Lambda starts.

use std::{process::ExitCode, time::Duration};

use kernel::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use tracing::{Instrument, error, info_span};
use tracing_subscriber::EnvFilter;

use crate::{Function, FunctionError, Invocation, Runtime};

/// Runs the function that Lambda asks for by `_HANDLER`, until Lambda ends the process.
///
/// One binary holds all of a context's functions (docs/adr/0001-one-binary-per-context.md); each runs in its own
/// environment, under its own role.
pub fn main(functions: Vec<Function>) -> ExitCode {
    log_as_json();
    // One thread: a function below 1,769 MB has less than one processor.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(functions)),
        Err(why) => Err(why.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            error!(%why, "cannot run");
            ExitCode::FAILURE
        }
    }
}

async fn run(functions: Vec<Function>) -> Result<(), lambda_runtime::Error> {
    let name = std::env::var("_HANDLER").map_err(|_| "_HANDLER is not set: this program is started by AWS Lambda")?;
    let known: Vec<_> = functions.iter().map(Function::name).collect();
    let function = functions.iter().find(|function| function.name() == name);
    let function =
        function.ok_or_else(|| format!("no function is called {name}; this binary has {}", known.join(", ")))?;
    let handler = function.start(Runtime::from_environment()?).await?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let handler = handler.clone();
        let invocation = invocation(&event.context);
        let span = info_span!("invocation", request_id = %invocation.request_id);
        async move { handler.handle(event.payload, invocation).await.map_err(Diagnostic::from) }.instrument(span)
    }))
    .await
}

fn invocation(context: &lambda_runtime::Context) -> Invocation {
    let deadline = Duration::from_millis(context.deadline);
    let deadline = i64::try_from(deadline.as_millis()).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    Invocation { request_id: context.request_id.clone(), deadline: deadline.unwrap_or(Timestamp::MAX) }
}

impl From<FunctionError> for Diagnostic {
    fn from(failure: FunctionError) -> Self {
        error!(name = failure.name, error = failure.message, "invocation failed");
        Self { error_type: failure.name.to_owned(), error_message: failure.message }
    }
}

/// One JSON line per event, at `info` unless `RUST_LOG` says otherwise.
fn log_as_json() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(true).init();
}

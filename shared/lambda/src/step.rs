//! Functions that the saga calls, and those that a schedule starts.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};

use crate::{FunctionError, Handler, Invocation, function::handler};

/// A saga step: typed input, typed answer.
pub fn step<I, O, F, Fut>(f: F) -> Handler
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
    F: Fn(I) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<O, FunctionError>> + Send + 'static,
{
    handler(move |event, _: Invocation| {
        let input = serde_json::from_value::<I>(event).map_err(FunctionError::broken);
        let f = f.clone();
        async move {
            let answer = f(input?).await?;
            serde_json::to_value(answer).map_err(FunctionError::broken)
        }
    })
}

/// A scheduled function. What the schedule sends is ignored; what the function answers is for the log.
pub fn schedule<O, F, Fut>(f: F) -> Handler
where
    O: Serialize + Send + 'static,
    F: Fn(Invocation) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<O, FunctionError>> + Send + 'static,
{
    handler(move |_, invocation| {
        let f = f.clone();
        async move {
            let answer = f(invocation).await?;
            serde_json::to_value(answer).map_err(FunctionError::broken)
        }
    })
}

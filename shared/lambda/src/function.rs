//! A function and its handler.

use std::{future::Future, pin::Pin, sync::Arc};

use async_trait::async_trait;
use kernel::Timestamp;
use serde_json::Value;

use crate::{FunctionError, Runtime, StartError};

/// What Lambda says about one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's id of this invocation.
    pub request_id: String,
    /// When Lambda will stop waiting for it.
    pub deadline: Timestamp,
}

/// Answers invocations. Built by [`crate::http`], [`crate::step`], [`crate::queue`], [`crate::stream`], [`crate::schedule`].
#[async_trait]
pub trait Handle: Send + Sync {
    /// Answers one invocation.
    ///
    /// # Errors
    /// When the invocation as a whole failed; parts of a batch that failed are in the answer.
    async fn handle(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError>;
}

/// A started function.
pub type Handler = Arc<dyn Handle>;

type Started = Pin<Box<dyn Future<Output = Result<Handler, StartError>> + Send>>;

/// A deployed function: its name, as in `service.yaml`, and how it starts.
pub struct Function {
    name: &'static str,
    start: Box<dyn Fn(Runtime) -> Started + Send + Sync>,
}

impl Function {
    /// The function `name`, which `start` makes ready once per environment.
    pub fn new<F, Fut>(name: &'static str, start: F) -> Self
    where
        F: Fn(Runtime) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Handler, StartError>> + Send + 'static,
    {
        Self { name, start: Box::new(move |runtime| Box::pin(start(runtime))) }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Makes it ready: reads settings, builds clients, fetches secrets.
    ///
    /// # Errors
    /// A setting or a secret is missing.
    pub async fn start(&self, runtime: Runtime) -> Result<Handler, StartError> {
        (self.start)(runtime).await
    }
}

/// Implements [`Handle`] for a closure.
pub(crate) struct FromFn<F>(pub F);

#[async_trait]
impl<F, Fut> Handle for FromFn<F>
where
    F: Fn(Value, Invocation) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Value, FunctionError>> + Send,
{
    async fn handle(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError> {
        (self.0)(event, invocation).await
    }
}

/// A handler from a closure over raw JSON.
pub(crate) fn handler<F, Fut>(f: F) -> Handler
where
    F: Fn(Value, Invocation) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, FunctionError>> + Send + 'static,
{
    Arc::new(FromFn(f))
}

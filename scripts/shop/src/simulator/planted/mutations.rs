//! What planted bugs are made of.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use lambda::{Function, FunctionError, Handle, Handler, Invocation};
use localcloud::{Code, driver::Call};
use serde_json::Value;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

/// What a handler answers, sooner or later.
pub type Answer = BoxFuture<'static, Result<Value, FunctionError>>;

/// A handler that does something else: it is given the right one, the event and the invocation.
pub type Mutation = fn(Handler, Value, Invocation) -> Answer;

struct Mutated {
    inner: Handler,
    mutation: Mutation,
}

#[async_trait]
impl Handle for Mutated {
    async fn handle(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError> {
        (self.mutation)(Arc::clone(&self.inner), event, invocation).await
    }
}

/// The code with one function's handler changed.
pub fn instead(mut code: Code, context: &str, name: &str, mutation: Mutation) -> Code {
    let functions = code.functions.iter_mut().filter(|(known, _)| *known == context);
    for function in functions.flat_map(|(_, functions)| functions).filter(|function| function.name() == name) {
        let start = |inner: Function| {
            let inner = Arc::new(inner);
            Function::new(inner.name(), move |runtime| {
                let inner = Arc::clone(&inner);
                async move {
                    let inner = inner.start(runtime).await?;
                    Ok(Arc::new(Mutated { inner, mutation }) as Handler)
                }
            })
        };
        let unused = Function::new("", |_| async { Err(lambda::StartError::Outside(String::new())) });
        let right = std::mem::replace(function, unused);
        *function = start(right);
    }
    code
}

/// Answers at once.
pub fn given(answer: Value) -> Answer {
    Box::pin(std::future::ready(Ok(answer)))
}

/// Does what is right, and says nothing in its log.
pub fn quietly(inner: Handler, event: Value, invocation: Invocation) -> Answer {
    Box::pin(async move { inner.handle(event, invocation).await }.with_subscriber(NoSubscriber::default()))
}

/// Whether `function` asks for `action`.
pub fn is(call: &Call<'_>, function: &str, action: &str) -> bool {
    call.function == function && call.action == action
}

/// What `function` sends when it asks for `action`, changed.
pub fn edited(call: &Call<'_>, function: &str, action: &str, edit: fn(&mut Value)) -> Option<Vec<u8>> {
    if !is(call, function, action) {
        return None;
    }
    let mut body: Value = serde_json::from_slice(call.body).ok()?;
    edit(&mut body);
    serde_json::to_vec(&body).ok()
}

/// What `function` sends to DynamoDB, as if the conditions of its writes of this kind were not there: `PutItem` or
/// `UpdateItem` by themselves, `Put` or `Update` in transactions. They are made to hold always, as DynamoDB takes no
/// unused values.
pub fn unconditional(call: &Call<'_>, function: &str, kind: &str) -> Option<Vec<u8>> {
    let transaction = call.action == "TransactWriteItems";
    if call.function != function || (call.action != kind && !transaction) {
        return None;
    }
    let mut body: Value = serde_json::from_slice(call.body).ok()?;
    match body["TransactItems"].as_array_mut().filter(|_| transaction) {
        Some(items) => items.iter_mut().filter_map(|item| item.get_mut(kind)).for_each(without_condition),
        None => without_condition(&mut body),
    }
    serde_json::to_vec(&body).ok()
}

fn without_condition(write: &mut Value) {
    if let Some(condition) = write["ConditionExpression"].as_str() {
        write["ConditionExpression"] =
            format!("({condition}) OR attribute_exists(nothing) OR attribute_not_exists(nothing)").into();
    }
}

/// What `function` sends to SNS, with other words.
pub fn renamed(call: &Call<'_>, function: &str, from: &str, to: &str) -> Option<Vec<u8>> {
    let is_its = call.function == function && call.service == "sns";
    is_its.then(|| String::from_utf8_lossy(call.body).replace(from, to).into_bytes())
}

/// JSON with other words.
pub fn text_replaced(json: &Value, from: &str, to: &str) -> Value {
    serde_json::from_str(&json.to_string().replace(from, to)).unwrap_or_default()
}

/// Another order id, made of the same digits.
pub fn reversed(order_id: &mut Value) {
    if let Some(digits) = order_id.as_str().and_then(|id| id.strip_prefix("ord_")) {
        let other: String = digits.chars().rev().collect();
        *order_id = format!("ord_{other}").into();
    }
}

//! Functions that the saga calls, and those that a schedule starts.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};

use crate::{FunctionError, Handler, Invocation, function::handler};

/// A saga step: typed input, typed answer. Everything that is logged meanwhile says which order it is about, and so does one
/// line at the end: `cargo shop logs --order` finds an order by it.
pub fn step<I, O, F, Fut>(f: F) -> Handler
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
    F: Fn(I) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<O, FunctionError>> + Send + 'static,
{
    handler(move |event, _: Invocation| {
        let order_id = event.pointer("/order/order_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let input = serde_json::from_value::<I>(event).map_err(FunctionError::broken);
        let f = f.clone();
        let work = async move {
            let answer = match input {
                Ok(input) => f(input).await,
                Err(failure) => Err(failure),
            };
            let answer = answer.and_then(|answer| serde_json::to_value(answer).map_err(FunctionError::broken));
            match &answer {
                Ok(answer) => info!(outcome = answer["outcome"].as_str(), "step answered"),
                Err(failure) => warn!(name = failure.name, error = failure.message, "step failed"),
            }
            answer
        };
        work.instrument(info_span!("step", %order_id))
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

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use kernel::Timestamp;
    use serde_json::json;
    use tracing::instrument::WithSubscriber;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn every_line_says_which_order_it_is_about() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let handler = step(|input: Value| async move {
            info!("working");
            match input["fail"].as_bool() {
                Some(true) => Err(FunctionError::transient("throttled")),
                _ => Ok(json!({ "outcome": "held" })),
            }
        });
        let invocation = || Invocation { request_id: "r".to_owned(), deadline: Timestamp::MAX };
        let run = async {
            handler.handle(json!({ "order": { "order_id": "ord_1" } }), invocation()).await.unwrap();
            let failing = json!({ "order": { "order_id": "ord_1" }, "fail": true });
            handler.handle(failing, invocation()).await.unwrap_err();
        };
        run.with_subscriber(subscriber).await;
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said: Vec<_> = lines.iter().map(|line| line["fields"]["message"].as_str().unwrap()).collect();
        assert_eq!(said, ["working", "step answered", "working", "step failed"]);
        assert_eq!(lines[1]["fields"]["outcome"], "held");
        assert!(lines.iter().all(|line| line["span"]["order_id"] == "ord_1"), "{text}");
    }
}

//! The catalogue's functions, as the HTTP API and the stream call them, on a database in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod images;
mod listing;
mod looking;
mod pictures;
mod publishing;
mod reading;
mod writing;

use std::collections::BTreeMap;

use kernel::Timestamp;
use lambda::{Invocation, Problem};
use localcloud::testing::Bench;
use serde_json::{Value, json};

/// The catalogue, empty at first.
struct Catalogue {
    bench: Bench,
}

/// A request, built up part by part.
#[derive(Clone)]
struct Call {
    function: &'static str,
    event: Value,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    status: u64,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Call {
    fn new(function: &'static str) -> Self {
        let context = json!({ "http": { "method": "GET" } });
        Self { function, event: json!({ "headers": {}, "requestContext": context, "isBase64Encoded": false }) }
    }

    fn id(mut self, id: &str) -> Self {
        self.event["pathParameters"] = json!({ "id": id });
        self
    }

    fn image(mut self, image_id: &str) -> Self {
        self.event["pathParameters"]["image_id"] = image_id.into();
        self
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.event["headers"][name] = value.into();
        self
    }

    fn query(mut self, name: &str, value: &str) -> Self {
        self.event["queryStringParameters"][name] = value.into();
        self
    }

    fn body(mut self, body: &Value) -> Self {
        self.event["body"] = body.to_string().into();
        self
    }
}

impl Answer {
    fn etag(&self) -> Option<&str> {
        self.headers.get("etag").map(String::as_str)
    }

    fn problem(&self) -> Problem {
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem: Problem = serde_json::from_value(self.body.clone()).unwrap();
        assert_eq!(u64::from(problem.status), self.status);
        problem
    }

    fn problem_kind(&self) -> String {
        self.problem().kind
    }
}

impl Catalogue {
    fn new() -> Self {
        Self { bench: Bench::new(include_str!("../../service.yaml")) }
    }

    /// Invokes a function with the call's event.
    async fn invoke(&self, call: Call) -> Value {
        let functions = catalog::functions();
        let function = functions.iter().find(|function| function.name() == call.function).unwrap();
        let handler = function.start(self.bench.runtime(call.function)).await.unwrap();
        let invocation = Invocation { request_id: "1".to_owned(), deadline: Timestamp::MAX };
        handler.handle(call.event, invocation).await.unwrap()
    }

    async fn call(&self, call: Call) -> Answer {
        let answer = self.invoke(call).await;
        let headers = answer["headers"].as_object().unwrap();
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        let body = answer["body"].as_str().unwrap_or_default();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() };
        Answer { status: answer["statusCode"].as_u64().unwrap(), headers, body }
    }

    async fn get(&self, id: &str) -> Answer {
        self.call(Call::new("get-product").id(id)).await
    }

    /// Creates a product that was not there.
    async fn create(&self, id: &str) -> Answer {
        let answer = self.call(put(id)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer
    }

    /// Removes a product in this version.
    async fn remove(&self, id: &str, etag: &str) {
        let answer = self.call(Call::new("delete-product").id(id).header("if-match", etag)).await;
        assert_eq!(answer, Answer { status: 204, headers: BTreeMap::new(), body: Value::Null });
    }
}

fn mug(name: &str) -> Value {
    json!({ "name": name, "description": "Holds tea.", "price": { "amount_minor": 1980, "currency": "EUR" } })
}

fn put(id: &str) -> Call {
    Call::new("put-product").id(id).body(&mug("Mug"))
}

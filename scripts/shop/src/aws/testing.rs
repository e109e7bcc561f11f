//! An AWS on a port of this machine that answers what it was told to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_credential_types::Credentials;
use axum::{Json, Router, extract::State, http::StatusCode};

use super::*;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) body: Value,
}

type Shared = Arc<Mutex<(VecDeque<(u16, Value)>, Vec<Request>)>>;

/// Answers in the order given, and keeps what was asked.
pub(crate) struct Fake {
    pub(crate) aws: Aws,
    shared: Shared,
}

impl Fake {
    pub(crate) async fn start(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let shared: Shared = Arc::new(Mutex::new((answers.into_iter().collect(), Vec::new())));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let config = SdkConfig::builder().region(Region::new("eu-central-1")).endpoint_url(url).credentials_provider(
            SharedCredentialsProvider::new(Credentials::new("AKID", "secret", None, None, "test")),
        );
        Self { aws: Aws::new(&config.build()).unwrap(), shared }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().unwrap().1.clone()
    }
}

async fn answer(State(shared): State<Shared>, request: axum::extract::Request) -> (StatusCode, Json<Value>) {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (target, authorization) = (header("x-amz-target"), header("authorization"));
    let line = format!("{} {}", head.method, head.uri);
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let mut shared = shared.lock().unwrap();
    shared.1.push(Request { line, target, authorization, body });
    let (status, answer) = shared.0.pop_front().expect("an answer for every request");
    (StatusCode::from_u16(status).unwrap(), Json(answer))
}

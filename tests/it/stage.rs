//! A running shop, as a client sees it: a URL and tokens, and a way to look at mails, payments and queues.
//!
//! Everything that the end-to-end tests do goes through here, so that another stage can take the local one's place.

use std::{path::Path, sync::Arc, time::Duration};

use kernel::CustomerId;
use localcloud::{Cloud, Options, issuer::Scope};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// How long anything may take. Tests wait for what they wait for, never for a time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shop in the local cloud, behind a socket.
pub struct Stage {
    pub cloud: Arc<Cloud>,
    url: String,
    client: Client,
    server: JoinHandle<()>,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The type of the problem that this answer must be.
    pub fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        problem["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

impl Stage {
    /// A new shop with its small catalogue.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// A shop that keeps everything in `folder`.
    pub async fn in_folder(folder: &Path) -> Self {
        Self::with(Options { data: Some(folder.to_owned()), ..Options::default() }).await
    }

    async fn with(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cloud = shop::local::start(options, &url).unwrap();
        let served = Arc::clone(&cloud);
        let server = tokio::spawn(async move {
            shop::local::serve(&served, listener, std::future::pending()).await.unwrap();
        });
        shop::seed::seed(&cloud).await.unwrap();
        Self { cloud, url, client: Client::new(), server }
    }

    pub fn token(&self, subject: &str, scope: Scope) -> String {
        self.token_for(subject, scope, Duration::from_secs(3_600))
    }

    pub fn token_for(&self, subject: &str, scope: Scope, lifetime: Duration) -> String {
        self.cloud.issuer().token(&CustomerId::parse(subject).unwrap(), scope, lifetime).unwrap()
    }

    /// Sends a request. `token` may be empty.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).body(body);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Method::GET, path, token, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, token: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send(Method::POST, path, token, &headers, body.to_string().into_bytes()).await
    }

    /// Places an order.
    pub async fn place(&self, token: &str, key: &str, body: &Value) -> Answer {
        self.post("/orders", token, &[("idempotency-key", key)], body).await
    }

    /// Places an order that must be accepted. Its id.
    pub async fn order(&self, token: &str, key: &str, body: &Value) -> String {
        let answer = self.place(token, key, body).await.expect(202);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// The order, as soon as it has this status.
    pub async fn reaches(&self, token: &str, id: &str, status: &str) -> Value {
        let mut last = Value::Null;
        let reached = self.eventually(async || {
            last = self.get(&format!("/orders/{id}"), token).await.expect(200).json();
            last["status"] == status
        });
        assert!(reached.await, "{id} did not become {status}: {last}");
        last
    }

    /// Available, received and written off units of a sku.
    pub async fn stock(&self, sku: &str) -> Value {
        let admin = self.token("admin", Scope::Admin);
        self.get(&format!("/stock/{sku}"), &admin).await.expect(200).json()
    }

    pub async fn available(&self, sku: &str) -> i64 {
        self.stock(sku).await["available"].as_i64().unwrap()
    }

    /// The payment intents of an order.
    pub fn intents(&self, order: &str) -> Vec<Value> {
        let intents = self.cloud.payment_intents();
        intents.into_iter().filter(|intent| intent["metadata"]["order_id"] == order).collect()
    }

    /// The templates of the mails that were sent about an order.
    pub fn mails(&self, order: &str) -> Vec<String> {
        let mails = self.cloud.mails();
        let about = mails.iter().filter(|mail| mail.tags.get("order_id").is_some_and(|id| id == order));
        about.filter_map(|mail| mail.tags.get("template").cloned()).collect()
    }

    /// The mails about an order, as soon as there are any.
    pub async fn mailed(&self, order: &str, template: &str) {
        let there = self.eventually(async || self.mails(order).iter().any(|sent| sent == template)).await;
        assert!(there, "no mail {template} about {order}: {:?}", self.mails(order));
    }

    /// Whether `holds` comes true before patience ends.
    pub async fn eventually(&self, mut holds: impl AsyncFnMut() -> bool) -> bool {
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            if holds().await {
                return true;
            }
            if tokio::time::Instant::now() > end {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets everything come to rest, then checks what must hold after every test: the shop's invariants, every order settled,
    /// source queues empty, and in the dead-letter queues exactly what the test says. Watches are the exception: they sleep in
    /// their queue until they next look.
    pub async fn finish(self, dead_letters: &[(&str, usize)]) {
        let settled = |order: &Value| ["CONFIRMED", "CANCELLED"].iter().any(|status| order["status"] == *status);
        let rest = self.eventually(async || {
            let orders = self.cloud.scan("orders", "orders").unwrap();
            self.cloud.is_quiet() && orders.iter().all(settled) && shop::invariants::check(&self.cloud).is_empty()
        });
        let rested = rest.await;
        assert_eq!(shop::invariants::check(&self.cloud), Vec::<String>::new());
        let answer = self.post("/_local/check", "", &[], &json!({})).await.expect(200);
        assert_eq!(answer.json(), json!({ "violations": [] }));
        for view in self.cloud.queue_views() {
            let expected = dead_letters.iter().find(|(name, _)| *name == view.name).map_or(0, |(_, count)| *count);
            let count = view.depth.visible + view.depth.in_flight;
            assert_eq!(count, expected, "{} holds {:?}", view.name, view.messages);
        }
        let orders = self.cloud.scan("orders", "orders").unwrap();
        assert!(rested, "the shop did not come to rest: {orders:?}");
        self.server.abort();
    }

    /// Ends the shop at once, wherever it is.
    pub async fn kill(self) {
        self.cloud.stop();
        self.server.abort();
        let _ = self.server.await;
    }
}

/// A valid order of so many of a sku.
pub fn order_of(sku: &str, quantity: i64, payment_method: &str) -> Value {
    json!({
        "items": [{ "sku": sku, "quantity": quantity }],
        "currency": "EUR",
        "payment_method": payment_method,
        "email": "ada@example.com",
        "shipping_address": {
            "name": "Ada Lovelace",
            "line1": "St. James Square 12",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
    })
}

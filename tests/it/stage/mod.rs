//! A running shop, as a client sees it: a URL and tokens, and a way to look at mails, payments and queues.
//!
//! Everything that the end-to-end tests do goes through here. A test gets a shop of its own in the local cloud, or, when
//! `EMPORIUM_STAGE` names one, its own products and customers in a shop that is deployed (`remote.rs`). What a deployed shop
//! cannot do, such as let an hour pass, a test asks for with [`Stage::local`], and is then listed as not run.

mod faults;
mod local;
mod recovery;
mod remote;
mod stand_ins;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use fakestripe::Authentication;
use localcloud::{Cloud, issuer::Scope, switches::Switches};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use shop::{invariants::Evidence, seed::Target};

pub use faults::{ATTEMPTS, Faults, LATEST};
use local::Local;
use remote::Remote;

/// Where a shop's insides can be looked at and played with, besides its API.
#[async_trait]
pub trait Inside: Send + Sync {
    /// Where the API is.
    fn url(&self) -> &str;
    /// How long anything may take. Tests wait for what they wait for, never for a time.
    fn patience(&self) -> Duration;
    /// What this test's product, customer or key of that name is called here.
    fn own(&self, name: &str) -> String;
    /// A token for a customer or an admin.
    fn token(&self, subject: &str, scope: Scope, lifetime: Duration) -> String;
    /// Lets a minute or less pass.
    async fn pass(&self, time: Duration);
    /// Stripe's payment intents, of all orders.
    fn intents(&self) -> Vec<Value>;
    /// Plays the customer's 3-D Secure step.
    async fn authenticate(&self, intent: &str, outcome: Authentication);
    /// From now on loses every webhook, or no longer does.
    fn lose_webhooks(&self, lost: bool);
    /// Puts a message into a queue.
    async fn send_message(&self, context: &str, queue: &str, text: &str);
    /// Messages that wait or are being handled, by `context/queue`, dead-letter queues included.
    async fn depths(&self) -> Vec<(String, usize)>;
    /// Whether no execution runs and no queue has work.
    async fn is_quiet(&self) -> bool;
    /// All that is written down.
    async fn evidence(&self) -> Evidence;
    /// The cloud, if it is the local one.
    fn cloud(&self) -> Option<&Cloud>;
    /// Ends it.
    async fn stop(&self);
}

/// A running shop.
pub struct Stage {
    inside: Box<dyn Inside>,
    client: Client,
    /// What the dead-letter queues held before the test.
    dead_before: Vec<(String, usize)>,
    /// What is to go wrong.
    faults: Option<Arc<Faults>>,
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
    /// A shop with a small catalogue.
    pub async fn start() -> Self {
        match Remote::named() {
            Some(remote) => Self::of(Box::new(remote)).await,
            None => Self::of(Box::new(Local::start(None).await)).await,
        }
    }

    /// A shop in the local cloud, for a test that asks more of it than a deployed shop can do. Nothing when the tests run
    /// against a deployed one: then the test is listed as not run, for `why`.
    pub async fn local(why: &str) -> Option<Self> {
        Self::local_in(None, why).await
    }

    /// The same, with a shop that keeps everything in `folder`.
    pub async fn in_folder(folder: &Path, why: &str) -> Option<Self> {
        Self::local_in(Some(folder), why).await
    }

    /// A shop in the local cloud, and what is to go wrong in it.
    pub async fn with_faults(why: &str) -> Option<(Self, Arc<Faults>)> {
        if let Some(remote) = Remote::named() {
            remote.not_run(why);
            return None;
        }
        let faults = Arc::new(Faults::default());
        let mut stage = Self::of(Box::new(Local::driven(faults.clone()).await)).await;
        stage.faults = Some(Arc::clone(&faults));
        Some((stage, faults))
    }

    /// A shop in the local cloud as `cargo shop up` starts it, and its switches.
    pub async fn with_switches(why: &str) -> Option<(Self, Arc<Switches>)> {
        if let Some(remote) = Remote::named() {
            remote.not_run(why);
            return None;
        }
        let switches = Arc::new(Switches::default());
        Some((Self::of(Box::new(Local::switched(switches.clone()).await)).await, switches))
    }

    async fn local_in(folder: Option<&Path>, why: &str) -> Option<Self> {
        if let Some(remote) = Remote::named() {
            remote.not_run(why);
            return None;
        }
        Some(Self::of(Box::new(Local::start(folder).await)).await)
    }

    async fn of(inside: Box<dyn Inside>) -> Self {
        let client = client_of(inside.url());
        let mut stage = Self { inside, client, dead_before: Vec::new(), faults: None };
        shop::seed::seed(&stage).await.unwrap();
        stage.dead_before = stage.inside.depths().await.into_iter().filter(|(name, _)| is_dead(name)).collect();
        stage
    }

    /// The local cloud, of a stage that [`Stage::local`] gave.
    pub fn cloud(&self) -> &Cloud {
        self.inside.cloud().expect("only a stage of Stage::local has a cloud to look into")
    }

    /// Where the API is.
    pub fn url(&self) -> &str {
        self.inside.url()
    }

    pub fn token(&self, subject: &str, scope: Scope) -> String {
        self.token_for(subject, scope, Duration::from_secs(3_600))
    }

    pub fn token_for(&self, subject: &str, scope: Scope, lifetime: Duration) -> String {
        self.inside.token(subject, scope, lifetime)
    }

    /// What this test's product of that name is called here.
    pub fn sku(&self, name: &str) -> String {
        self.inside.own(name)
    }

    /// A valid order of so many of a sku.
    pub fn order_of(&self, sku: &str, quantity: i64, payment_method: &str) -> Value {
        order_of(&self.sku(sku), quantity, payment_method)
    }

    /// Lets a minute or less pass.
    pub async fn pass(&self, time: Duration) {
        self.inside.pass(time).await;
    }

    /// Plays the customer's 3-D Secure step for an order.
    pub async fn authenticate(&self, order: &str, outcome: Authentication) {
        let intent = self.intents(order).remove(0);
        self.inside.authenticate(intent["id"].as_str().unwrap(), outcome).await;
    }

    /// From now on loses every webhook, or no longer does.
    pub fn lose_webhooks(&self, lost: bool) {
        self.inside.lose_webhooks(lost);
    }

    /// Puts a message into a queue.
    pub async fn send_message(&self, context: &str, queue: &str, text: &str) {
        self.inside.send_message(context, queue, text).await;
    }

    /// Messages that wait in a queue or are being handled.
    pub async fn depth(&self, name: &str) -> usize {
        let depths = self.inside.depths().await;
        depths.iter().find(|(queue, _)| queue == name).map(|(_, count)| *count).unwrap()
    }

    /// Whether no execution runs and no queue has work.
    pub async fn is_quiet(&self) -> bool {
        self.inside.is_quiet().await
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
        let mut request = self.client.request(method, format!("{}{path}", self.inside.url())).body(body);
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
        self.get(&format!("/stock/{}", self.sku(sku)), &admin).await.expect(200).json()
    }

    pub async fn available(&self, sku: &str) -> i64 {
        self.stock(sku).await["available"].as_i64().unwrap()
    }

    /// The payment intents of an order.
    pub fn intents(&self, order: &str) -> Vec<Value> {
        let intents = self.inside.intents();
        intents.into_iter().filter(|intent| intent["metadata"]["order_id"] == order).collect()
    }

    /// The templates of the mails that were sent about an order.
    pub async fn mails(&self, order: &str) -> Vec<String> {
        let outbox = self.inside.evidence().await.outbox;
        let about = outbox.iter().filter(|mail| mail["tags"]["order_id"] == order);
        about.map(|mail| mail["tags"]["template"].as_str().unwrap().to_owned()).collect()
    }

    /// The mails about an order, as soon as there are any.
    pub async fn mailed(&self, order: &str, template: &str) {
        let there = self.eventually(async || self.mails(order).await.iter().any(|sent| sent == template)).await;
        assert!(there, "no mail {template} about {order}: {:?}", self.mails(order).await);
    }

    /// Whether `holds` comes true before patience ends.
    pub async fn eventually(&self, mut holds: impl AsyncFnMut() -> bool) -> bool {
        let end = tokio::time::Instant::now() + self.inside.patience();
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
        let before = |name: &str| self.dead_before.iter().find(|(dead, _)| dead == name).map_or(0, |(_, count)| *count);
        let expected = |name: &str| dead_letters.iter().find(|(dead, _)| *dead == name).map_or(0, |(_, count)| *count);
        let (mut evidence, mut depths) = (Evidence::default(), Vec::new());
        let rest = self.eventually(async || {
            let quiet = self.is_quiet().await;
            depths = self.inside.depths().await;
            depths.retain(|(name, count)| *count != expected(name) + before(name));
            evidence = self.inside.evidence().await;
            quiet && depths.is_empty() && evidence.orders.iter().all(settled) && evidence.violations().is_empty()
        });
        let rested = rest.await;
        assert_eq!(evidence.violations(), Vec::<String>::new());
        assert_eq!(depths, [], "queues hold what they should not");
        if self.inside.cloud().is_some() {
            let answer = self.post("/_local/check", "", &[], &json!({})).await.expect(200);
            assert_eq!(answer.json(), json!({ "violations": [] }));
        }
        assert!(rested, "the shop did not come to rest: {:?}", evidence.orders);
        let unused = self.faults.as_ref().map(|faults| faults.unused()).unwrap_or_default();
        assert_eq!(unused, Vec::<String>::new(), "faults that were to strike and have not");
        self.inside.stop().await;
    }

    /// Ends the shop at once, wherever it is.
    pub async fn kill(self) {
        self.inside.stop().await;
    }
}

/// Names below `localhost` are this computer's, whatever its resolver thinks of them (RFC 6761 §6.3).
fn client_of(url: &str) -> Client {
    let url = reqwest::Url::parse(url).unwrap();
    let (host, port) = (url.host_str().unwrap(), url.port_or_known_default().unwrap());
    let builder = Client::builder();
    let builder =
        if host.ends_with(".localhost") { builder.resolve(host, ([127, 0, 0, 1], port).into()) } else { builder };
    builder.build().unwrap()
}

fn is_dead(queue: &str) -> bool {
    queue.ends_with("-dead")
}

impl Target for Stage {
    async fn send(
        &self,
        method: Method,
        path: &str,
        condition: (&str, &str),
        body: &Value,
    ) -> anyhow::Result<StatusCode> {
        let token = self.token("seed", Scope::Admin);
        let headers = [condition, ("content-type", "application/json")];
        Ok(self.send(method, path, &token, &headers, body.to_string().into_bytes()).await.status)
    }

    async fn prices(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.inside.evidence().await.prices)
    }

    fn sku(&self, sku: &str) -> String {
        self.inside.own(sku)
    }
}

/// A valid order of so many of a sku.
fn order_of(sku: &str, quantity: i64, payment_method: &str) -> Value {
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

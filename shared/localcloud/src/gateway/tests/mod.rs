//! The front door, from request to response.

mod answers;
mod events;
mod laws;
mod refusals;
mod routes;
mod sockets;

use std::{
    net::Ipv4Addr,
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use kernel::{CustomerId, ManualClock, Timestamp};
use serde_json::json;

use super::*;
use crate::issuer::{Scope, SigningKey};

static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| SigningKey::generate().unwrap().to_pkcs8().unwrap());

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// 12 March 2020, 19:03:58.390 UTC, as in the guide's example.
fn start() -> Timestamp {
    Timestamp::from_millisecond(1_584_039_838_390).unwrap()
}

/// Ids that count.
#[derive(Default)]
struct Counter(AtomicU64);

impl UniqueIds for Counter {
    fn unique(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1))
    }
}

type Outcome = Result<Value, InvokeError>;

/// Functions that all do the same, and remember what they were asked.
struct Functions {
    answer: Box<dyn Fn(&Value) -> Outcome + Send + Sync>,
    seen: Mutex<Vec<(String, Value)>>,
}

#[async_trait]
impl Invoke for Functions {
    async fn invoke(&self, target: &str, event: Value) -> Result<Value, InvokeError> {
        let answer = (self.answer)(&event);
        self.seen.lock().unwrap().push((target.to_owned(), event));
        answer
    }
}

/// A gateway with everything around it.
struct Bench {
    gateway: Arc<Gateway>,
    functions: Arc<Functions>,
    clock: Arc<ManualClock>,
    issuer: Arc<Issuer>,
}

fn route(method: &str, path: &str, scope: Option<&str>) -> RouteConfig {
    RouteConfig {
        method: method.to_owned(),
        path: path.to_owned(),
        scope: scope.map(str::to_owned),
        target: format!("{method} {path}"),
    }
}

fn shop() -> Vec<RouteConfig> {
    vec![
        route("GET", "/products", None),
        route("GET", "/stock/{sku}", Some("admin")),
        route("POST", "/orders", Some("customer")),
        route("POST", "/webhooks/stripe", None),
    ]
}

fn issuer_for(audience: &str, clock: &Arc<ManualClock>) -> Arc<Issuer> {
    let key = SigningKey::from_pkcs8(&KEY).unwrap();
    Arc::new(Issuer::new(key, "http://localhost:3000", audience, clock.clone(), Arc::new(Counter::default())))
}

impl Bench {
    fn new(routes: Vec<RouteConfig>) -> Self {
        Self::set_up(routes, |_| {}, |_| Ok(json!({ "statusCode": 204 })))
    }

    fn set_up(
        routes: Vec<RouteConfig>,
        configure: impl FnOnce(&mut GatewayConfig),
        answer: impl Fn(&Value) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(start()));
        let issuer = issuer_for("shop", &clock);
        let functions = Arc::new(Functions { answer: Box::new(answer), seen: Mutex::default() });
        let mut config = GatewayConfig::new(issuer.clone(), routes);
        configure(&mut config);
        let gateway = Gateway::new(config, functions.clone(), clock.clone(), Arc::new(Counter::default())).unwrap();
        Self { gateway: Arc::new(gateway), functions, clock, issuer }
    }

    fn token(&self, scope: Scope) -> String {
        self.issuer.token(&CustomerId::parse("ada").unwrap(), scope, Duration::from_secs(60)).unwrap()
    }

    async fn send(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Response<Bytes> {
        self.gateway.handle(request.body(body.into()).unwrap(), CLIENT).await
    }

    /// The event that the function got for this request.
    async fn event(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Value {
        let response = self.send(request, body).await;
        let (_, event) = self.functions.seen.lock().unwrap().pop().unwrap_or_else(|| panic!("{response:?}"));
        event
    }
}

fn get(path: &str) -> http::request::Builder {
    Request::get(path)
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

/// Status, `www-authenticate`, and body.
fn words(response: &Response<Bytes>) -> (u16, Option<&str>, &str) {
    (response.status().as_u16(), header(response, "www-authenticate"), std::str::from_utf8(response.body()).unwrap())
}

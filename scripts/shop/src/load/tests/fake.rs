//! A shop that is made up, and can be wrong.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::load::Target;

/// What the shop is wrong about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    LosesOrders,
    NeverEnds,
    ChangesItsMind,
    SameOrder,
    OtherBytes,
    OrdersAgain,
    StockBelowZero,
    StockStays,
    ChargesTwice,
    NeverCharges,
}

/// Every order is one mug, costs a euro and is confirmed at once.
#[derive(Debug, Default)]
pub struct Fake {
    pub lie: Option<Lie>,
    /// The request that blocks the server's thread for a second, by number.
    pub stall_at: Option<usize>,
    /// So many requests are refused first.
    pub turned_away: usize,
    /// It never answers a request for an order.
    pub silent: bool,
    /// Requests for an order so far.
    pub requests: Mutex<usize>,
    /// How often each order was looked at.
    pub looks: Mutex<BTreeMap<String, u32>>,
    /// Ids by key.
    pub orders: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Fake {
    pub fn with(lie: Lie) -> Self {
        Self { lie: Some(lie), ..Self::default() }
    }

    fn tells(&self, lie: Lie) -> bool {
        self.lie == Some(lie)
    }

    pub async fn serve(self) -> Target {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/orders", post(place).get(list))
            .route("/orders/{id}", get(order))
            .route("/stock/{sku}", get(stock))
            .route("/payments/{id}", get(payment))
            .with_state(Arc::new(self));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Target::parse(&url).unwrap()
    }

    /// The number of a request for an order, from 0 on.
    fn number(&self) -> usize {
        let mut requests = self.requests.lock().unwrap();
        *requests += 1;
        *requests - 1
    }
}

fn confirmed(id: &str, status: &str) -> Value {
    json!({ "id": id, "status": status, "total": { "amount_minor": 100, "currency": "EUR" } })
}

async fn place(State(fake): State<Arc<Fake>>, headers: HeaderMap) -> Response {
    let number = fake.number();
    if fake.silent {
        std::future::pending::<()>().await;
    }
    if fake.stall_at == Some(number) {
        std::thread::sleep(Duration::from_secs(1));
    }
    if number < fake.turned_away {
        let problem = json!({ "type": "/problems/unavailable", "title": "Busy", "status": 503 });
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], Json(problem)).into_response();
    }
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut orders = fake.orders.lock().unwrap();
    let ids = orders.entry(key.clone()).or_default();
    let again = !ids.is_empty();
    if !again || fake.tells(Lie::OrdersAgain) {
        ids.push(format!("ord_{key}_{}", ids.len()));
    }
    let id = if fake.tells(Lie::SameOrder) { "ord_0" } else { ids[0].as_str() };
    let mut body = confirmed(id, "PENDING");
    if again && fake.tells(Lie::OtherBytes) {
        body["status"] = "CONFIRMED".into();
    }
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

async fn order(State(fake): State<Arc<Fake>>, Path(id): Path<String>) -> Response {
    if fake.tells(Lie::LosesOrders) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut looks = fake.looks.lock().unwrap();
    let look = looks.entry(id.clone()).or_default();
    *look += 1;
    let status = match fake.lie {
        Some(Lie::NeverEnds) => "PENDING",
        Some(Lie::ChangesItsMind) if *look == 1 => "CANCELLED",
        _ => "CONFIRMED",
    };
    Json(confirmed(&id, status)).into_response()
}

async fn list(State(fake): State<Arc<Fake>>) -> Json<Value> {
    let orders = fake.orders.lock().unwrap();
    let items: Vec<_> = orders.values().flatten().map(|id| confirmed(id, "CONFIRMED")).collect();
    Json(json!({ "items": items }))
}

async fn stock(State(fake): State<Arc<Fake>>) -> Json<Value> {
    // An order that is made twice does not take twice, to be wrong in one way alone.
    let sold = if fake.tells(Lie::StockStays) { 0 } else { fake.orders.lock().unwrap().len() };
    let received = if fake.tells(Lie::StockBelowZero) { 1 } else { 1_000 };
    Json(json!({
        "available": received - sold as i64, "received": received, "written_off": 0, "committed_or_held": sold,
    }))
}

async fn payment(State(fake): State<Arc<Fake>>) -> Response {
    let entry = |kind: &str| json!({ "kind": kind, "amount_minor": 100 });
    let ledger = match fake.lie {
        Some(Lie::NeverCharges) => return StatusCode::NOT_FOUND.into_response(),
        Some(Lie::ChargesTwice) => vec![entry("authorized"), entry("captured"), entry("captured")],
        _ => vec![entry("authorized"), entry("captured")],
    };
    Json(json!({ "amount": { "amount_minor": 100, "currency": "EUR" }, "ledger": ledger })).into_response()
}

//! The part of the console at `/_local` that knows this shop: what it costs, faults to switch on, and orders to watch.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use anyhow::Context;
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::{Clock, CustomerId, Timestamp};
use lambda::Problem;
use localcloud::{Cloud, Readings, console, issuer::Scope, switches::Switches};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{prices, seed};

/// Since when it is counted, and how many orders were confirmed before.
#[derive(Default)]
struct Since(Mutex<Option<(Timestamp, u64)>>);

impl Since {
    fn of(&self, cloud: &Cloud) -> (Timestamp, u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| (cloud.clock().now(), 0))
    }
}

/// The routes.
pub fn router(cloud: &Arc<Cloud>, switches: Arc<Switches>) -> Router {
    let since = Since::default();
    since.of(cloud);
    Router::new()
        .route("/_local/bill", get(bill))
        .route("/_local/bill/reset", post(reset))
        .route("/_local/orders", post(place))
        .layer(Extension(Arc::new(since)))
        .with_state(Arc::downgrade(cloud))
        .merge(console::faults::router(cloud, switches))
}

type Shop = State<Weak<Cloud>>;

fn gone() -> Response {
    console::refused(&Problem::unavailable())
}

async fn bill(State(cloud): Shop, Extension(since): Extension<Arc<Since>>) -> Response {
    cloud.upgrade().map_or_else(gone, |cloud| Json(charged(&cloud, since.of(&cloud))).into_response())
}

async fn reset(State(cloud): Shop, Extension(since): Extension<Arc<Since>>) -> Response {
    let Some(cloud) = cloud.upgrade() else { return gone() };
    cloud.reset_readings();
    let from = (cloud.clock().now(), confirmed(&cloud));
    *since.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(from);
    Json(charged(&cloud, from)).into_response()
}

/// How many orders are confirmed.
fn confirmed(cloud: &Cloud) -> u64 {
    let orders = cloud.scan("orders", "orders").unwrap_or_default();
    orders.iter().filter(|order| order["status"] == "CONFIRMED").count() as u64
}

/// What AWS would be paid for what was asked of it, where an order is what came of it.
fn charged(cloud: &Cloud, (since, before): (Timestamp, u64)) -> Value {
    let readings = cloud.readings();
    let workflows = prices::Workflows::Express(readings.execution_seconds);
    let bill = prices::bill(cloud.shop(), &readings, &readings.seconds, workflows);
    let orders = confirmed(cloud).saturating_sub(before);
    let per_order = |total: f64| (orders > 0).then(|| total / orders as f64);
    json!({
        "orders": orders,
        "usd": bill.usd(),
        "usd_per_order": per_order(bill.usd()),
        "requests_per_order": per_order(readings.total_requests() as f64),
        "write_units_per_order": per_order(readings.total_write_units()),
        "lines": bill.0,
        "by_function": by_function(&readings),
        "since": since,
    })
}

fn by_function(readings: &Readings) -> Vec<Value> {
    let number = |of: &BTreeMap<String, f64>, name: &str| of.get(name).copied().unwrap_or_default();
    let row = |(name, invocations): (&String, &u64)| {
        json!({
            "function": name,
            "invocations": invocations,
            "requests": readings.requests.get(name).map(|of| of.values().sum::<u64>()).unwrap_or_default(),
            "write_units": number(&readings.write_units, name),
            "read_units": number(&readings.read_units, name),
            "seconds": number(&readings.seconds, name),
        })
    };
    readings.invocations.iter().map(row).collect()
}

/// Orders that a made-up customer places.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Orders {
    count: u32,
    card: Card,
}

/// How a made-up customer pays: Stripe's test cards.
///
/// Source: Stripe, "Testing".
#[derive(Clone, Copy, Deserialize)]
enum Card {
    #[serde(rename = "visa")]
    Visa,
    #[serde(rename = "declined")]
    Declined,
    #[serde(rename = "3ds")]
    ThreeDSecure,
}

impl Card {
    fn payment_method(self) -> &'static str {
        match self {
            Self::Visa => "pm_card_visa",
            Self::Declined => "pm_card_visa_chargeDeclined",
            Self::ThreeDSecure => "pm_card_threeDSecure2Required",
        }
    }
}

async fn place(State(cloud): Shop, body: Bytes) -> Response {
    const MOST: u32 = 100;
    let wanted = console::parse::<Orders>(&body).and_then(|wanted| match wanted.count {
        1..=MOST => Ok(wanted),
        _ => Err(Problem::invalid().field("/count", format!("must be 1 to {MOST}"))),
    });
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(problem) => return console::refused(&problem),
    };
    let Some(cloud) = cloud.upgrade() else { return gone() };
    let mut placed = 0;
    for number in 0..wanted.count {
        match order(&cloud, number, wanted.card).await {
            Ok(StatusCode::ACCEPTED) => placed += 1,
            // Refused, as when the shop is broken on purpose: whoever asked sees how many were placed.
            Ok(_) => {}
            Err(why) => return console::refused(&Problem::internal().detail(why.to_string())),
        }
    }
    (StatusCode::ACCEPTED, Json(json!({ "placed": placed }))).into_response()
}

/// Places an order through the API.
async fn order(cloud: &Cloud, number: u32, card: Card) -> anyhow::Result<StatusCode> {
    let customer = CustomerId::parse("visitor").context("the customer's id")?;
    let token = cloud.issuer().token(&customer, Scope::Customer, Duration::from_secs(600)).context("a token")?;
    let skus: Vec<_> = seed::skus().collect();
    let sku = skus.get(number as usize % skus.len()).context("the catalogue is empty")?;
    let body = json!({
        "items": [{ "sku": sku, "quantity": 1 }],
        "currency": "EUR",
        "payment_method": card.payment_method(),
        "email": "visitor@example.com",
        "shipping_address": { "name": "A Visitor", "line1": "1 Main Street", "city": "Springfield", "postal_code": "12345", "country": "US" },
    });
    let request = http::Request::post("/orders").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let key = format!("console-{}-{number}", cloud.clock().now().as_nanosecond());
    let request = request.header("idempotency-key", key).body(Bytes::from(body.to_string()))?;
    Ok(cloud.request(request).await.status())
}

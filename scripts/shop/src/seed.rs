//! A small catalogue with stock, put in through the API as an admin would.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use kernel::CustomerId;
use localcloud::{Cloud, issuer::Scope};
use serde_json::{Value, json};

/// Sku, name, description, price in euro cents, units.
const PRODUCTS: [(&str, &str, &str, i64, i64); 6] = [
    ("MUG-01", "Enamel mug", "Holds 350 ml of anything hot. Survives camping.", 1290, 100),
    ("TEE-01", "Crab T-shirt", "Organic cotton, unisex, rust red.", 2450, 80),
    ("NOTE-01", "Dotted notebook", "A5, 192 pages, opens flat.", 1490, 150),
    ("PEN-01", "Brass pen", "Takes standard refills. Ages well.", 3900, 40),
    ("BAG-01", "Canvas tote", "Carries a week of groceries.", 1890, 60),
    ("LAMP-01", "Desk lamp", "Dims from 5 to 100 percent. The last few.", 7900, 3),
];

/// Puts the catalogue in, unless it is there already, and waits until orders know its prices.
///
/// # Errors
/// The API refuses it.
pub async fn seed(cloud: &Cloud) -> anyhow::Result<()> {
    let admin = CustomerId::parse("seed").context("the admin's id")?;
    let token = cloud.issuer().token(&admin, Scope::Admin, Duration::from_secs(600)).context("a token")?;
    for (sku, name, description, amount_minor, units) in PRODUCTS {
        let price = json!({ "amount_minor": amount_minor, "currency": "EUR" });
        let product = json!({ "name": name, "description": description, "price": price });
        let put =
            send(cloud, Method::PUT, &format!("/products/{sku}"), &token, ("if-none-match", "*"), &product).await?;
        let known = put == StatusCode::PRECONDITION_FAILED;
        ensure!(put == StatusCode::CREATED || known, "PUT /products/{sku} answered {put}");
        let delivery = json!({ "delta": units, "reason": "the first delivery" });
        let key = ("idempotency-key", "the-first-delivery");
        let received = send(cloud, Method::POST, &format!("/stock/{sku}"), &token, key, &delivery).await?;
        ensure!(received.is_success(), "POST /stock/{sku} answered {received}");
    }
    wait_for_prices(cloud).await
}

async fn wait_for_prices(cloud: &Cloud) -> anyhow::Result<()> {
    for _ in 0..500 {
        let prices = cloud.scan("orders", "prices").context("the prices")?;
        if PRODUCTS.iter().all(|(sku, ..)| prices.iter().any(|price| price["sku"] == *sku)) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("the prices did not arrive at the orders context; see the log with RUST_LOG=info")
}

async fn send(
    cloud: &Cloud,
    method: Method,
    path: &str,
    token: &str,
    (name, value): (&str, &str),
    body: &Value,
) -> anyhow::Result<StatusCode> {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}")).header(name, value);
    let response = cloud.request(request.body(Bytes::from(body.to_string()))?).await;
    Ok(response.status())
}

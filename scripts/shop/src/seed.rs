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

/// The password of the [`accounts`]. The local cloud's sign-in page tells it to everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Two accounts: Ada, who buys, and an admin. Tokens from `/_local/token` for the same names are theirs.
///
/// # Errors
/// The local cloud does not take them.
pub fn accounts(cloud: &Cloud) -> anyhow::Result<()> {
    for (subject, email, groups) in [("ada", "ada@example.com", &[][..]), ("admin", "admin@example.com", &["admins"])] {
        cloud.user_pool().add(subject, email, PASSWORD, groups).with_context(|| email.to_owned())?;
    }
    Ok(())
}

/// The skus of the catalogue.
pub fn skus() -> impl Iterator<Item = &'static str> {
    PRODUCTS.iter().map(|(sku, ..)| *sku)
}

/// A shop that can be filled.
pub trait Target {
    /// Sends a request as an admin. `condition` is a header and its value.
    fn send(
        &self,
        method: Method,
        path: &str,
        condition: (&str, &str),
        body: &Value,
    ) -> impl Future<Output = anyhow::Result<StatusCode>>;

    /// The items of the orders context's prices.
    fn prices(&self) -> impl Future<Output = anyhow::Result<Vec<Value>>>;

    /// What a product is called in this shop, as tests share some.
    fn sku(&self, sku: &str) -> String {
        sku.to_owned()
    }
}

/// Puts the catalogue in, unless it is there already, and waits until orders know its prices.
///
/// # Errors
/// The API refuses it.
pub async fn seed(shop: &impl Target) -> anyhow::Result<()> {
    for (sku, name, description, amount_minor, units) in PRODUCTS {
        let sku = shop.sku(sku);
        let price = json!({ "amount_minor": amount_minor, "currency": "EUR" });
        let product = json!({ "name": name, "description": description, "price": price });
        let put = shop.send(Method::PUT, &format!("/products/{sku}"), ("if-none-match", "*"), &product).await?;
        let known = put == StatusCode::PRECONDITION_FAILED;
        ensure!(put == StatusCode::CREATED || known, "PUT /products/{sku} answered {put}");
        let delivery = json!({ "delta": units, "reason": "the first delivery" });
        let key = ("idempotency-key", "the-first-delivery");
        let received = shop.send(Method::POST, &format!("/stock/{sku}"), key, &delivery).await?;
        ensure!(received.is_success(), "POST /stock/{sku} answered {received}");
    }
    wait_for_prices(shop).await
}

async fn wait_for_prices(shop: &impl Target) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let end = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < end {
        let prices = shop.prices().await.context("the prices")?;
        if PRODUCTS.iter().all(|(sku, ..)| prices.iter().any(|price| price["sku"] == shop.sku(sku))) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("the prices did not arrive at the orders context; see the log with RUST_LOG=info")
}

impl Target for Cloud {
    async fn send(
        &self,
        method: Method,
        path: &str,
        (name, value): (&str, &str),
        body: &Value,
    ) -> anyhow::Result<StatusCode> {
        let admin = CustomerId::parse("seed").context("the admin's id")?;
        let token = self.issuer().token(&admin, Scope::Admin, Duration::from_secs(600)).context("a token")?;
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {token}")).header(name, value);
        let response = self.request(request.body(Bytes::from(body.to_string()))?).await;
        Ok(response.status())
    }

    async fn prices(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.scan("orders", "prices")?)
    }
}

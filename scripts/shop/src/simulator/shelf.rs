//! What a simulated shop sells, and the admins who look after it.

use std::sync::Arc;

use anyhow::ensure;
use http::Method;
use kernel::{Clock, SignedDuration};
use localcloud::{driver::Driver, issuer::Scope};
use serde_json::{Value, json};

use super::{
    dice::Dice,
    promises::Promises,
    world::{World, token},
};

/// A product, with its price in euro cents and its first units.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    /// The sku.
    pub sku: &'static str,
    /// Euro cents.
    pub price: i64,
    /// Units: few, so that they sell out.
    pub units: i64,
}

/// All products.
pub const SHELF: [Product; 4] = [
    Product { sku: "MUG-01", price: 1_290, units: 14 },
    Product { sku: "PEN-01", price: 3_900, units: 8 },
    Product { sku: "LAMP-01", price: 7_900, units: 3 },
    Product { sku: "BAG-01", price: 1_890, units: 30 },
];

/// Puts all products in, and waits until orders know their prices. Nothing may go wrong meanwhile.
///
/// # Errors
/// The shop does not take them.
pub async fn fill(world: &World) -> anyhow::Result<()> {
    put_in(world, &SHELF).await
}

/// Puts these products in, and waits until orders know their prices. Nothing may go wrong meanwhile.
///
/// # Errors
/// The shop does not take them.
pub async fn put_in<D: Driver + 'static>(world: &World<D>, products: &[Product]) -> anyhow::Result<()> {
    let admin = token("admin", Scope::Admin)?;
    for &Product { sku, price, units } in products {
        let product = product(sku, price);
        let path = format!("/products/{sku}");
        let put = world.send(Method::PUT, &path, &admin, &[("if-none-match", "*")], &product).await;
        ensure!(put.status.is_success(), "PUT {path}: {put:?}");
        let delivery = json!({ "delta": units, "reason": "the first delivery" });
        let (path, headers) = (format!("/stock/{sku}"), [("idempotency-key", "the-first-delivery")]);
        let received = world.send(Method::POST, &path, &admin, &headers, &delivery).await;
        ensure!(received.status.is_success(), "POST {path}: {received:?}");
    }
    for _ in 0..600 {
        if world.cloud().scan("orders", "prices")?.len() == products.len() {
            return Ok(());
        }
        world.pass(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("the prices did not arrive at the orders context")
}

/// What a product is put in as.
pub(super) fn product(sku: &str, price: i64) -> Value {
    json!({ "name": sku, "description": "", "price": { "amount_minor": price, "currency": "EUR" } })
}

/// Somebody who changes stock and prices while customers buy.
pub struct Admin {
    world: Arc<World>,
    promises: Arc<Promises>,
    token: String,
    dice: Dice,
}

impl Admin {
    /// The admin of the simulation with this seed.
    ///
    /// # Errors
    /// Its token cannot be signed.
    pub fn new(seed: u64, world: &Arc<World>, promises: &Arc<Promises>) -> anyhow::Result<Self> {
        Ok(Self {
            world: Arc::clone(world),
            promises: Arc::clone(promises),
            token: token("admin", Scope::Admin)?,
            dice: Dice::named(seed, "admin"),
        })
    }

    /// Works.
    ///
    /// # Errors
    /// None.
    pub async fn work(mut self) -> anyhow::Result<()> {
        // Some are in a sale before there are orders, and stay in it.
        for Product { sku, .. } in SHELF {
            if self.dice.percent(20) {
                self.open_sale(sku).await;
            }
        }
        // Some are spread before there are orders: afterwards few units are left.
        for Product { sku, .. } in SHELF {
            if self.dice.percent(30) {
                self.spread(sku).await;
            }
        }
        for task in 0..self.dice.between(1, 8) {
            let pause = self.dice.seconds(0, 600);
            self.world.pass(pause).await;
            let product = *self.dice.pick(&SHELF);
            match self.dice.below(10) {
                0..=3 => self.adjust(product.sku, task).await,
                4..=6 => self.spread(product.sku).await,
                _ => self.reprice(product).await,
            }
        }
        Ok(())
    }

    /// A product is in a sale, at once or soon, for a while or until it is sold.
    async fn open_sale(&mut self, sku: &str) {
        let now = self.world.clock.now();
        let mut after =
            |from, until| now + SignedDuration::try_from(self.dice.seconds(from, until)).unwrap_or_default();
        let (opens_at, closes_at) = (after(0, 120), after(300, 7_200));
        let per_customer = *self.dice.pick(&[1, 2, 3]);
        let body = json!({ "opens_at": opens_at, "closes_at": closes_at, "per_customer": per_customer });
        self.put(&format!("/sales/{sku}"), &body, &format!("{sku} is in a sale")).await;
    }

    /// Many are wanted, or few: a sku is spread over more shards, or over fewer.
    async fn spread(&mut self, sku: &str) {
        let shards = *self.dice.pick(&[1, 2, 3, 5]);
        let (path, body) = (format!("/stock/{sku}/shards"), json!({ "shards": shards }));
        self.put(&path, &body, &format!("{sku} is spread over {shards}")).await;
    }

    /// Puts something, and puts it again while nobody answers.
    async fn put(&mut self, path: &str, body: &Value, what: &str) {
        for attempt in 0..6 {
            let answer = self.world.send(Method::PUT, path, &self.token, &[], body).await;
            self.world.driver.tell(format_args!("{what}: {}", answer.status));
            if !answer.is_unknown() {
                return;
            }
            let pause = self.dice.millis(100, 1_000 << attempt);
            self.world.pass(pause).await;
        }
    }

    /// Units come in, or are written off; perhaps more than there are, which must be refused. A request whose outcome is
    /// unknown is sent again with its key, and one that went well sometimes too.
    async fn adjust(&mut self, sku: &str, task: u64) {
        let delta = *self.dice.pick(&[-20, -3, -1, 1, 2, 5]);
        let body = json!({ "delta": delta, "reason": "counted" });
        let key = format!("task-{task}");
        for attempt in 0..6 {
            let headers = [("idempotency-key", key.as_str())];
            let answer = self.world.send(Method::POST, &format!("/stock/{sku}"), &self.token, &headers, &body).await;
            self.promises.adjusted(sku, &key, delta, &answer);
            if !answer.is_unknown() && !self.dice.percent(20) {
                return;
            }
            let pause = self.dice.millis(100, 1_000 << attempt);
            self.world.pass(pause).await;
        }
    }

    async fn reprice(&mut self, product: Product) {
        let path = format!("/products/{}", product.sku);
        let read = self.world.send(Method::GET, &path, "", &[], &Value::Null).await;
        let price = product.price + i64::try_from(self.dice.below(500)).unwrap_or_default();
        let body = self::product(product.sku, price);
        let headers = [("if-match", read.etag.as_str())];
        let answer = self.world.send(Method::PUT, &path, &self.token, &headers, &body).await;
        self.world.driver.tell(format_args!("{} costs {price} now: {}", product.sku, answer.status));
    }
}

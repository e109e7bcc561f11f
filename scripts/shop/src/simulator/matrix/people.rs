//! Those who use the shop in a scenario. They do one thing after the other, and ask again until they are answered.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, anyhow, bail, ensure};
use bytes::Bytes;
use fakestripe::Authentication;
use http::{Method, Request, StatusCode};
use kernel::Clock;
use localcloud::{issuer::Scope, sqs::NewMessage};
use serde_json::{Value, json};

use crate::simulator::{
    promises::Promises,
    world::{Answer, World, token},
};

/// How long somebody waits before they ask again.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often somebody asks.
const ATTEMPTS: u32 = 8;

/// How long an admin thinks before they act.
const DECISION: Duration = Duration::from_secs(20);

/// How often an admin looks at what became of an upload: its message may have to come again, after three minutes.
const UPLOAD_LOOKS: u32 = 600;

/// The idempotency key of the one order.
const KEY: &str = "order-1";

/// A customer and an admin, and the shop that they use.
pub struct People {
    /// The shop.
    pub world: Arc<World>,
    promises: Arc<Promises>,
    customer: String,
    admin: String,
}

impl People {
    /// People of this world.
    ///
    /// # Errors
    /// Their tokens cannot be signed.
    pub fn new(world: &Arc<World>, promises: &Arc<Promises>) -> anyhow::Result<Self> {
        let (customer, admin) = (token("customer-1", Scope::Customer)?, token("admin", Scope::Admin)?);
        Ok(Self { world: Arc::clone(world), promises: Arc::clone(promises), customer, admin })
    }

    /// Asks until there is an answer that says something. `hear` hears every answer.
    async fn ask(
        &self,
        (method, path): (Method, &str),
        token: &str,
        headers: &[(&str, &str)],
        body: &Value,
        hear: impl Fn(&Answer),
    ) -> anyhow::Result<Answer> {
        for _ in 0..ATTEMPTS {
            let answer = self.world.send(method.clone(), path, token, headers, body).await;
            hear(&answer);
            if !answer.is_unknown() {
                return Ok(answer);
            }
            self.world.pass(PATIENCE).await;
        }
        bail!("{method} {path} is never answered")
    }

    /// The customer places an order of these lines. Its id.
    pub async fn place(&self, card: &str, lines: &[(&str, u32)]) -> anyhow::Result<String> {
        self.place_as(KEY, card, lines).await
    }

    /// The customer places an order under this key. Its id.
    pub async fn place_as(&self, key: &str, card: &str, lines: &[(&str, u32)]) -> anyhow::Result<String> {
        let hear = |answer: &Answer| self.promises.placed(&self.customer, key, answer);
        let answer = self.order(key, card, lines, hear).await?;
        ensure!(answer.status == StatusCode::ACCEPTED, "the order is not taken: {answer:?}");
        answer.json()["id"].as_str().map(str::to_owned).context("the order has no id")
    }

    /// The customer uses the order's key for another one.
    pub async fn reuse_the_key(&self, card: &str, lines: &[(&str, u32)]) -> anyhow::Result<()> {
        self.order(KEY, card, lines, |answer| self.promises.reused(KEY, answer)).await.map(drop)
    }

    async fn order(
        &self,
        key: &str,
        card: &str,
        lines: &[(&str, u32)],
        hear: impl Fn(&Answer),
    ) -> anyhow::Result<Answer> {
        let items: Vec<Value> =
            lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
        let body = json!({
            "items": items,
            "currency": "EUR",
            "payment_method": card,
            "email": "customer-1@example.com",
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "St. James Square 12", "city": "London", "postal_code": "SW1Y 4JH",
                "country": "GB",
            },
        });
        self.ask((Method::POST, "/orders"), &self.customer, &[("idempotency-key", key)], &body, hear).await
    }

    /// The customer would have more than the sale allows.
    pub async fn is_limited(&self, key: &str, lines: &[(&str, u32)]) -> anyhow::Result<()> {
        let answer = self.order(key, "pm_card_visa", lines, |_| {}).await?;
        ensure!(answer.json()["type"] == "/problems/customer-limit", "one more is taken: {answer:?}");
        Ok(())
    }

    /// The admin opens a sale with so many units for each customer.
    pub async fn open_sale(&self, sku: &str, per_customer: u32) -> anyhow::Result<()> {
        let (path, body) = (format!("/sales/{sku}"), json!({ "per_customer": per_customer }));
        let answer = self.ask((Method::PUT, &path), &self.admin, &[], &body, |_| {}).await?;
        ensure!(answer.status == StatusCode::OK, "PUT {path}: {answer:?}");
        let there = self.read(&path).await?.json();
        ensure!(there["phase"] == "open", "PUT {path} was done, and the sale is {there}");
        Ok(())
    }

    /// The admin takes the product out of its sale.
    pub async fn end_sale(&self, sku: &str) -> anyhow::Result<()> {
        let path = format!("/sales/{sku}");
        let answer = self.ask((Method::DELETE, &path), &self.admin, &[], &Value::Null, |_| {}).await?;
        ensure!(answer.status == StatusCode::NO_CONTENT, "DELETE {path}: {answer:?}");
        let there = self.ask((Method::GET, &path), &self.admin, &[], &Value::Null, |_| {}).await?;
        ensure!(there.status == StatusCode::NOT_FOUND, "DELETE {path} was done, and the sale is there: {there:?}");
        Ok(())
    }

    /// So many seconds go by before the next turn to pay.
    pub fn fill_the_queue(&self, seconds: i64) -> anyhow::Result<()> {
        let next = self.world.clock.now().as_microsecond() + seconds * 1_000_000;
        let turn = json!({ "admission": "next-turn", "next_at": next });
        self.world.cloud().put("orders", "admissions", &turn).map_err(|why| anyhow!(why))
    }

    /// The customer takes the order back. Whether that was still possible.
    pub async fn cancel(&self, id: &str) -> anyhow::Result<bool> {
        let path = format!("/orders/{id}/cancel");
        let hear = |answer: &Answer| self.promises.cancelled(id, answer);
        let answer = self.ask((Method::POST, &path), &self.customer, &[], &Value::Null, hear).await?;
        match answer.status {
            StatusCode::ACCEPTED => Ok(true),
            StatusCode::CONFLICT => Ok(false),
            _ => bail!("the order cannot be taken back: {answer:?}"),
        }
    }

    /// An admin takes the order back. Whether that was still possible.
    pub async fn cancel_for_the_shop(&self, id: &str) -> anyhow::Result<bool> {
        let path = format!("/orders/{id}/cancel");
        let hear = |answer: &Answer| self.promises.cancelled(id, answer);
        let answer = self.ask((Method::POST, &path), &self.admin, &[], &Value::Null, hear).await?;
        match answer.status {
            StatusCode::ACCEPTED => Ok(true),
            StatusCode::CONFLICT => Ok(false),
            _ => bail!("the order cannot be taken back: {answer:?}"),
        }
    }

    /// An admin does not want to wait for the watchdog, and waits for what comes of it.
    pub async fn resume(&self, id: &str) -> anyhow::Result<()> {
        let path = format!("/orders/{id}/resume");
        let answer = self.ask((Method::POST, &path), &self.admin, &[], &Value::Null, |_| {}).await?;
        ensure!(answer.status == StatusCode::ACCEPTED, "POST {path}: {answer:?}");
        self.world.pass(DECISION).await;
        Ok(())
    }

    /// A watch of the order was given up; an admin sees it, and gives it back.
    pub async fn redrive(&self, id: &str) -> anyhow::Result<()> {
        let cloud = self.world.cloud();
        let dead = cloud.queue_name("orders", "watch-dead");
        let watch = NewMessage::text(json!({ "order_id": id, "round": 0 }).to_string());
        cloud.queues().send(&dead, watch).map_err(|why| anyhow!(why))?;
        self.give_back("orders/watch").await
    }

    /// An admin sees that messages of a queue were given up, and gives them back.
    pub async fn give_back(&self, queue: &str) -> anyhow::Result<()> {
        let there = self.read("/dead-letters").await?.json();
        let queues = there["queues"].as_array().context("GET /dead-letters has no queues")?;
        let told =
            queues.iter().find(|told| told["queue"] == queue).with_context(|| format!("{queue} is not told of"))?;
        ensure!(told["messages"].as_u64() >= Some(1), "the dead letter is not told of: {told}");
        // What was looked at, and not put back, is out of sight for a moment.
        self.world.pass(DECISION).await;
        let path = format!("/dead-letters/{queue}/redrive");
        let answer = self.ask((Method::POST, &path), &self.admin, &[], &Value::Null, |_| {}).await?;
        ensure!(answer.status == StatusCode::ACCEPTED, "POST {path}: {answer:?}");
        self.world.pass(DECISION).await;
        Ok(())
    }

    /// An admin uploads a file as a picture of a product. What became of it, as soon as that is decided: its id and its state.
    pub async fn upload(&self, sku: &str, file: &[u8]) -> anyhow::Result<(String, String)> {
        let path = format!("/products/{sku}/images");
        let body = json!({ "content_type": "image/png", "size": file.len(), "alt": "What it looks like" });
        let answer = self.ask((Method::POST, &path), &self.admin, &[], &body, |_| {}).await?;
        ensure!(answer.status == StatusCode::CREATED, "POST {path}: {answer:?}");
        let announced = answer.json();
        let url = announced["upload"]["url"].as_str().context("there is no address to upload it to")?;
        let request = Request::put(url).header("content-type", "image/png").body(Bytes::copy_from_slice(file))?;
        let uploaded = self.world.cloud().upload(request).status();
        ensure!(uploaded.is_success(), "PUT {url}: {uploaded}");
        for _ in 0..UPLOAD_LOOKS {
            let images = self.read(&path).await?.json();
            let images = images["items"].as_array().context("GET …/images has no items")?;
            let ours =
                images.iter().find(|image| image["image_id"] == announced["image_id"]).context("it is not listed")?;
            if ours["state"] != "requested" {
                let text = |field: &str| ours[field].as_str().unwrap_or_default().to_owned();
                return Ok((text("image_id"), text("state")));
            }
            self.world.pass(PATIENCE).await;
        }
        bail!("nobody looks at the upload")
    }

    /// An admin takes a picture off its product.
    pub async fn remove_image(&self, sku: &str, image_id: &str) -> anyhow::Result<()> {
        let path = format!("/products/{sku}/images/{image_id}");
        let answer = self.ask((Method::DELETE, &path), &self.admin, &[], &Value::Null, |_| {}).await?;
        let gone = answer.status == StatusCode::NOT_FOUND;
        ensure!(answer.status == StatusCode::NO_CONTENT || gone, "DELETE {path}: {answer:?}");
        let there = self.read(&format!("/products/{sku}")).await?.json();
        ensure!(there["images"].as_array().is_none_or(Vec::is_empty), "DELETE {path} was done: {there}");
        Ok(())
    }

    /// The customer looks at the order.
    pub async fn look(&self, id: &str) -> anyhow::Result<Value> {
        let hear = |answer: &Answer| match answer.status {
            StatusCode::OK => self.promises.seen(id, &answer.json()),
            _ => self.promises.missed(id, answer),
        };
        let answer = self.ask((Method::GET, &format!("/orders/{id}")), &self.customer, &[], &Value::Null, hear).await?;
        Ok(answer.json())
    }

    /// Anybody, the customer or an admin, reads something that is there.
    pub async fn read(&self, path: &str) -> anyhow::Result<Answer> {
        let own = path.starts_with("/orders") && !path.contains('?');
        let token = if own { &self.customer } else { &self.admin };
        let answer = self.ask((Method::GET, path), token, &[], &Value::Null, |_| {}).await?;
        ensure!(answer.status == StatusCode::OK, "GET {path}: {answer:?}");
        Ok(answer)
    }

    /// The admin sends a product as it is to be: a new one, or a change of the version that an ETag names. A repetition of a
    /// request that was carried out is refused, because the version is another one by then: that is an answer too.
    pub async fn put_product(&self, sku: &str, product: &Value, etag: Option<&str>) -> anyhow::Result<()> {
        let header = etag.map_or(("if-none-match", "*"), |etag| ("if-match", etag));
        let path = format!("/products/{sku}");
        let answer = self.ask((Method::PUT, &path), &self.admin, &[header], product, |_| {}).await?;
        let done = answer.status.is_success() || answer.status == StatusCode::PRECONDITION_FAILED;
        ensure!(done, "PUT {path}: {answer:?}");
        let there = self.read(&path).await?.json();
        ensure!(there["name"] == product["name"], "PUT {path} was done, and the product is {there}");
        Ok(())
    }

    /// The admin removes a product.
    pub async fn delete_product(&self, sku: &str, etag: &str) -> anyhow::Result<()> {
        let path = format!("/products/{sku}");
        let headers = [("if-match", etag)];
        let answer = self.ask((Method::DELETE, &path), &self.admin, &headers, &Value::Null, |_| {}).await?;
        let gone = [StatusCode::NOT_FOUND, StatusCode::PRECONDITION_FAILED].contains(&answer.status);
        ensure!(answer.status.is_success() || gone, "DELETE {path}: {answer:?}");
        let there = self.ask((Method::GET, &path), &self.admin, &[], &Value::Null, |_| {}).await?;
        ensure!(there.status == StatusCode::NOT_FOUND, "DELETE {path} was done, and the product is there: {there:?}");
        Ok(())
    }

    /// The admin receives units, or writes them off.
    pub async fn adjust(&self, sku: &str, key: &str, delta: i64) -> anyhow::Result<()> {
        let body = json!({ "delta": delta, "reason": "counted" });
        let (path, headers) = (format!("/stock/{sku}"), [("idempotency-key", key)]);
        let hear = |answer: &Answer| self.promises.adjusted(sku, key, delta, answer);
        let answer = self.ask((Method::POST, &path), &self.admin, &headers, &body, hear).await?;
        ensure!(answer.status == StatusCode::OK, "POST {path}: {answer:?}");
        Ok(())
    }

    /// The admin spreads a sku over so many shards.
    pub async fn spread(&self, sku: &str, shards: usize) -> anyhow::Result<()> {
        let path = format!("/stock/{sku}/shards");
        let answer = self.ask((Method::PUT, &path), &self.admin, &[], &json!({ "shards": shards }), |_| {}).await?;
        ensure!(answer.status == StatusCode::OK, "PUT {path}: {answer:?}");
        let there = self.read(&format!("/stock/{sku}")).await?.json();
        let opened = there["shards"].as_array().is_some_and(|opened| opened.len() >= shards);
        ensure!(opened, "PUT {path} was done, and the shards are {there}");
        Ok(())
    }

    /// Waits until the customer sees the order in one of these states; if it never comes to that, until long after.
    pub async fn await_status(&self, id: &str, any_of: &[&str]) -> anyhow::Result<()> {
        for _ in 0..60 {
            let order = self.look(id).await?;
            if order["status"].as_str().is_some_and(|status| any_of.contains(&status)) {
                return Ok(());
            }
            self.world.pass(PATIENCE).await;
        }
        Ok(())
    }

    /// Waits until the order's payment has come to this at Stripe; if it never comes to that, until long after.
    pub async fn await_payment(&self, id: &str, status: &str) -> Option<String> {
        for _ in 0..600 {
            let intents = self.world.cloud().payment_intents();
            let such = |intent: &&Value| intent["metadata"]["order_id"] == id && intent["status"] == status;
            if let Some(intent) = intents.iter().find(such) {
                return intent["id"].as_str().map(str::to_owned);
            }
            self.world.pass(Duration::from_millis(100)).await;
        }
        None
    }

    /// The customer answers the bank's question, once there is one.
    pub async fn authenticate(&self, id: &str, outcome: Authentication) -> anyhow::Result<()> {
        self.await_status(id, &["ACTION_REQUIRED"]).await?;
        let intent = self.await_payment(id, "requires_action").await.context("the bank asks nothing")?;
        self.world.cloud().authenticate(&intent, outcome).ok().context("the bank does not listen")?;
        Ok(())
    }
}

//! Who comes to a sale. Buyers do not wait for each other, nor for the shop; each keeps at it as its browser would.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use http::{Method, StatusCode};
use kernel::{Clock, Timestamp};
use localcloud::{issuer::Scope, limits::Enforced};
use serde_json::{Value, json};

use super::SKU;
use crate::simulator::{
    dice::Dice,
    world::{Answer, World, token},
};

/// How often somebody asks for an order who is told to come again: about a minute.
const TRIES: u32 = 10;

/// Bots want so many orders each, ask so often for each, and pause so long whatever they are told.
const BOT_ORDERS: u32 = 5;
const BOT_TRIES: u32 = 30;
const BOT_PAUSE: Duration = Duration::from_millis(100);

/// How long somebody looks at an order that is not over.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The longest pause between two looks; the first is a second, and they double.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// An order that was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// When its buyer was due.
    pub due: Timestamp,
    /// When its buyer had the answer.
    pub accepted: Timestamp,
}

/// What buyers have seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Who came.
    pub arrived: u64,
    /// Of those, who is a bot.
    pub bots: u64,
    /// Requests for an order.
    pub requests: u64,
    /// Answers to these that say: later.
    pub pushed_back: u64,
    /// Orders that were refused at once, because all is sold.
    pub refused_at_once: u64,
    /// Orders that nobody could get an answer to.
    pub gave_up: u64,
    /// The orders that were taken, by id.
    pub orders: BTreeMap<String, Placed>,
    /// Orders that were seen to be over.
    pub over: u64,
    /// Answers that only the API's own limit gives (429), and when for the first and the last time.
    pub throttled: Option<(u64, Timestamp, Timestamp)>,
}

impl Seen {
    fn heard(&mut self, answer: &Answer, now: Timestamp) {
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            let (times, first, _) = self.throttled.unwrap_or((0, now, now));
            self.throttled = Some((times + 1, first, now));
        }
    }
}

/// All buyers of a sale.
pub(super) struct Buyers {
    world: Arc<World<Enforced>>,
    seed: u64,
    bots: u64,
    seen: Mutex<Seen>,
}

impl Buyers {
    /// Nobody yet; of a hundred so many will be `bots`.
    pub fn new(world: &Arc<World<Enforced>>, seed: u64, bots: u64) -> Self {
        Self { world: Arc::clone(world), seed, bots, seen: Mutex::default() }
    }

    /// What they have seen so far.
    pub fn seen(&self) -> Seen {
        self.state().clone()
    }

    /// How many came, got an order, and saw it end.
    pub fn counts(&self) -> (u64, u64, u64) {
        let seen = self.state();
        (seen.arrived, seen.orders.len() as u64, seen.over)
    }

    fn state(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buyer comes, and stays until its interest ends.
    ///
    /// # Errors
    /// Its token cannot be signed.
    pub async fn come(self: Arc<Self>, number: usize) -> anyhow::Result<()> {
        let name = format!("buyer-{number}");
        let mut dice = Dice::named(self.seed, &name);
        let bot = dice.percent(self.bots);
        {
            let mut seen = self.state();
            seen.arrived += 1;
            seen.bots += u64::from(bot);
        }
        let token = token(&name, Scope::Customer)?;
        let due = self.world.clock.now();
        if bot {
            join_all((0..BOT_ORDERS).map(|order| self.grab(&token, order, due))).await;
        } else if let Some(id) = self.place(&token, &mut dice, due).await {
            self.follow(&token, &id).await;
        }
        Ok(())
    }

    /// Places an order, again while it is told to come later. Its id, when it was taken.
    async fn place(&self, token: &str, dice: &mut Dice, due: Timestamp) -> Option<String> {
        for attempt in 0..TRIES {
            let answer = self.ask(token, "order").await;
            if !answer.is_unknown() {
                return self.settled(&answer, due);
            }
            let longest = (1_000_u64 << attempt).min(16_000);
            let pause = dice.millis(longest / 2, longest).max(answer.retry_after.unwrap_or_default());
            self.world.pass(pause).await;
        }
        self.state().gave_up += 1;
        None
    }

    /// A bot's order: it does not wait as it is told, and does not look at what it has.
    async fn grab(&self, token: &str, order: u32, due: Timestamp) {
        let key = format!("order-{order}");
        for _ in 0..BOT_TRIES {
            let answer = self.ask(token, &key).await;
            if !answer.is_unknown() {
                self.settled(&answer, due);
                return;
            }
            self.world.pass(BOT_PAUSE).await;
        }
        self.state().gave_up += 1;
    }

    async fn ask(&self, token: &str, key: &str) -> Answer {
        let answer = self.world.send(Method::POST, "/orders", token, &[("idempotency-key", key)], &order()).await;
        let mut seen = self.state();
        seen.requests += 1;
        seen.pushed_back += u64::from(answer.is_unknown());
        seen.heard(&answer, self.world.clock.now());
        answer
    }

    /// The request is answered for good.
    fn settled(&self, answer: &Answer, due: Timestamp) -> Option<String> {
        let accepted = self.world.clock.now();
        let mut seen = self.state();
        let id = answer.json()["id"].as_str().filter(|_| answer.status == StatusCode::ACCEPTED).map(str::to_owned);
        match &id {
            Some(id) => drop(seen.orders.insert(id.clone(), Placed { due, accepted })),
            None if answer.status == StatusCode::CONFLICT => seen.refused_at_once += 1,
            None => seen.gave_up += 1,
        }
        id
    }

    /// Looks at an order, ever less often, until it is over.
    async fn follow(&self, token: &str, id: &str) {
        let (path, mut waited, mut pause) = (format!("/orders/{id}"), Duration::ZERO, Duration::from_secs(1));
        while waited < PATIENCE {
            self.world.pass(pause).await;
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let answer = self.world.send(Method::GET, &path, token, &[], &Value::Null).await;
            self.state().heard(&answer, self.world.clock.now());
            if matches!(answer.json()["status"].as_str(), Some("CONFIRMED" | "CANCELLED")) {
                self.state().over += 1;
                return;
            }
        }
    }
}

/// One unit, for a card that works.
fn order() -> Value {
    json!({
        "items": [{ "sku": SKU, "quantity": 1 }],
        "currency": "EUR",
        "payment_method": "pm_card_visa",
        "email": "buyer@example.com",
        "shipping_address": {
            "name": "Ada Lovelace", "line1": "St. James Square 12", "city": "London", "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
    })
}

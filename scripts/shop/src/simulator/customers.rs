//! The customers of a simulated shop, and what they do to it.

use std::{sync::Arc, time::Duration};

use fakestripe::Authentication;
use http::{Method, StatusCode};
use localcloud::issuer::Scope;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    dice::Dice,
    promises::Promises,
    shelf::SHELF,
    world::{Answer, World, token},
};

/// A card, and how often it is used, in a hundred.
const CARDS: [(&str, u64); 8] = [
    ("pm_card_visa", 52),
    ("pm_card_visa_chargeDeclined", 8),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", 6),
    ("pm_card_threeDSecureRequired", 16),
    ("pm_card_threeDSecure2Required", 8),
    ("pm_card_threeDSecureRequiredChargeDeclined", 4),
    ("pm_card_mastercard", 4),
    ("pm_card_nobody_has", 2),
];

/// A customer: places some orders, one after the other or several at once.
pub struct Customer {
    /// Which of the simulation's customers.
    pub number: u32,
    /// How many orders to place.
    pub orders: u32,
    world: Arc<World>,
    promises: Arc<Promises>,
    token: String,
    dice: Dice,
    patient: bool,
}

impl Customer {
    /// Customer `number` of the simulation with this seed.
    ///
    /// # Errors
    /// Its token cannot be signed.
    pub fn new(
        seed: u64,
        number: u32,
        orders: u32,
        world: &Arc<World>,
        promises: &Arc<Promises>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            number,
            orders,
            world: Arc::clone(world),
            promises: Arc::clone(promises),
            token: token(&format!("customer-{number}"), Scope::Customer)?,
            dice: Dice::named(seed, &format!("customer {number}")),
            // Days are dear to simulate, as schedules go on meanwhile: one simulation in eight has some.
            patient: seed.is_multiple_of(8),
        })
    }

    /// Shops, until it has lost interest in its last order.
    ///
    /// # Errors
    /// An errand panicked.
    pub async fn shop(mut self) -> anyhow::Result<()> {
        let mut meanwhile = JoinSet::new();
        for order in 0..self.orders {
            let pause = if self.dice.percent(30) { self.dice.millis(0, 50) } else { self.dice.seconds(0, 900) };
            self.world.pass(pause).await;
            let errand = Errand {
                key: format!("order-{order}"),
                body: self.basket(),
                dice: Dice::named(u64::from(order), &format!("{} {:?}", self.number, self.dice.bits())),
                world: Arc::clone(&self.world),
                promises: Arc::clone(&self.promises),
                token: self.token.clone(),
                patient: self.patient,
            };
            if self.dice.percent(70) {
                errand.run().await;
            } else {
                meanwhile.spawn(errand.run());
            }
        }
        while let Some(ended) = meanwhile.join_next().await {
            ended?;
        }
        Ok(())
    }

    fn basket(&mut self) -> Value {
        let lines = *self.dice.pick(&[1, 1, 1, 2, 3]);
        let line = |dice: &mut Dice| json!({ "sku": dice.pick(&SHELF).sku, "quantity": dice.between(1, 3) });
        let items: Vec<Value> = (0..lines).map(|_| line(&mut self.dice)).collect();
        let mut drawn = self.dice.below(100);
        let card = CARDS.iter().find(|(_, share)| {
            let hit = drawn < *share;
            drawn = drawn.saturating_sub(*share);
            hit
        });
        json!({
            "items": items,
            "currency": "EUR",
            "payment_method": card.map_or("pm_card_visa", |(card, _)| *card),
            "email": format!("customer-{}@example.com", self.number),
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "St. James Square 12", "city": "London", "postal_code": "SW1Y 4JH",
                "country": "GB",
            },
        })
    }
}

/// One order, from the click to the end of the customer's interest in it.
struct Errand {
    key: String,
    body: Value,
    dice: Dice,
    world: Arc<World>,
    promises: Arc<Promises>,
    token: String,
    /// Whether a key may be replayed after hours: then Stripe may have forgotten its own.
    patient: bool,
}

impl Errand {
    async fn run(mut self) {
        let Some(id) = self.place().await else { return };
        if self.dice.percent(8) {
            self.reuse_the_key().await;
        }
        let cancels = self.dice.percent(22).then(|| self.moment_to_cancel());
        if let Some(after) = cancels {
            self.world.pass(after).await;
            self.cancel(&id).await;
        }
        self.follow(&id).await;
        if self.dice.percent(12) {
            let later = if self.patient { self.dice.seconds(3_600, 30 * 3_600) } else { self.dice.seconds(60, 3_600) };
            self.world.pass(later).await;
            let answer = self.send_order().await;
            self.promises.placed(&self.token, &self.key, &answer);
        }
    }

    /// Places the order: once, or twice at the same time, and again while the outcome is unknown. Its id, when it was taken.
    async fn place(&mut self) -> Option<String> {
        if self.dice.percent(15) {
            let (first, second) = tokio::join!(self.send_order(), self.send_order());
            // Neither came after the other: that one was refused (before a sale opened, say) says nothing against the
            // other. A refusal is not recorded, so it is not a promise.
            let mut answers = [&first, &second];
            answers.sort_by_key(|answer| answer.status == StatusCode::ACCEPTED);
            for answer in answers {
                self.promises.placed(&self.token, &self.key, answer);
            }
            if let Some(id) = id_of(&first).or_else(|| id_of(&second)) {
                return Some(id);
            }
        }
        for attempt in 0..6 {
            let answer = self.send_order().await;
            self.promises.placed(&self.token, &self.key, &answer);
            // The answer may be lost on its way to the customer, who then asks again.
            let heard = !self.dice.percent(5);
            if heard && !answer.is_unknown() {
                return id_of(&answer);
            }
            let pause = self.dice.millis(100, 2_000 << attempt);
            self.world.pass(pause).await;
        }
        None
    }

    async fn send_order(&self) -> Answer {
        let headers = [("idempotency-key", self.key.as_str())];
        self.world.send(Method::POST, "/orders", &self.token, &headers, &self.body).await
    }

    /// The same key for another order must be refused, and must not change anything.
    async fn reuse_the_key(&mut self) {
        let mut other = self.body.clone();
        other["email"] = "somebody-else@example.com".into();
        let headers = [("idempotency-key", self.key.as_str())];
        let answer = self.world.send(Method::POST, "/orders", &self.token, &headers, &other).await;
        self.promises.reused(&self.key, &answer);
    }

    /// At any moment: at once, while the saga is at work, or long after.
    fn moment_to_cancel(&mut self) -> Duration {
        match self.dice.below(3) {
            0 => self.dice.millis(0, 120),
            1 => self.dice.millis(100, 20_000),
            _ => self.dice.seconds(20, 2_400),
        }
    }

    async fn cancel(&mut self, id: &str) {
        let path = format!("/orders/{id}/cancel");
        for attempt in 0..5 {
            let answer = self.world.send(Method::POST, &path, &self.token, &[], &Value::Null).await;
            self.promises.cancelled(id, &answer);
            if !answer.is_unknown() {
                return;
            }
            let pause = self.dice.millis(100, 2_000 << attempt);
            self.world.pass(pause).await;
        }
    }

    /// Looks at the order now and then until it is over or the customer loses interest, and authenticates when asked to.
    async fn follow(&mut self, id: &str) {
        let patience = *self.dice.pick(&[3, 8, 11]);
        let mut asked_by_the_bank = false;
        for look in 0..patience {
            let pause = self.dice.millis(200, 3_000_u64 << look.min(9));
            self.world.pass(pause).await;
            let answer = self.world.send(Method::GET, &format!("/orders/{id}"), &self.token, &[], &Value::Null).await;
            if answer.status != StatusCode::OK {
                self.promises.missed(id, &answer);
                continue;
            }
            let order = answer.json();
            self.promises.seen(id, &order);
            match order["status"].as_str() {
                Some("CONFIRMED" | "CANCELLED") => return,
                Some("ACTION_REQUIRED") if !asked_by_the_bank => {
                    asked_by_the_bank = true;
                    self.authenticate(id).await;
                }
                _ => {}
            }
        }
    }

    /// The bank's question: passed, failed, or never answered.
    async fn authenticate(&mut self, id: &str) {
        let outcome = match self.dice.below(10) {
            0..=5 => Authentication::Succeed,
            6 | 7 => Authentication::Fail,
            _ => return,
        };
        let pause = if self.dice.percent(80) { self.dice.seconds(1, 60) } else { self.dice.seconds(600, 3_600) };
        self.world.pass(pause).await;
        let cloud = self.world.cloud();
        let of_order = |intent: &Value| intent["metadata"]["order_id"] == id;
        let intent = cloud.payment_intents().into_iter().find(of_order);
        if let Some(intent) = intent.as_ref().and_then(|intent| intent["id"].as_str()) {
            // It may not wait for the customer any more, which is as it should be.
            let authenticated = cloud.authenticate(intent, outcome);
            self.world.driver.tell(format_args!("{id} authenticates {outcome:?}: {}", authenticated.is_ok()));
        }
    }
}

fn id_of(answer: &Answer) -> Option<String> {
    (answer.status == StatusCode::ACCEPTED).then(|| answer.json()["id"].as_str().map(str::to_owned)).flatten()
}

//! Asks the API, after a load, what became of all that was bought.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use fastrand::Rng;
use futures::{StreamExt, stream};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::{
    api::{Api, Ask},
    buyers,
    failure::Failure,
    invariants::{Evidence, Payment, Replay, Seen, Shelf, Stock},
    plan::Plan,
    results::{Bought, End, Results},
    tokens::Tokens,
};

/// So many questions are asked at once: the load is over, and this is none.
const AT_ONCE: usize = 16;

/// So many questions after one another without an answer, and no more are asked.
const IN_VAIN: u32 = 50;

/// How often something is asked that is not answered, and the pause between.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// How long a payment may take to be written down after its order is confirmed: it comes by an event.
const WRITTEN_DOWN: Duration = Duration::from_secs(15);

/// Why something that only an admin may see is not checked.
const NO_ADMIN: &str = "only an admin can see it, and there is no admin's token";

/// What is asked of whom.
#[derive(Debug)]
pub struct Audit<'a> {
    /// The shop.
    pub api: &'a Api,
    /// What was to be bought.
    pub plan: &'a Plan,
    /// Who may look.
    pub tokens: &'a Tokens,
}

impl Audit<'_> {
    /// The stock of all skus that are to be bought, before the first buyer. Receives the plan's delivery first.
    ///
    /// # Errors
    /// Why it cannot be told, or nothing was received.
    pub async fn stock_before(&self) -> Result<Vec<Stock>, String> {
        let Some(admin) = &self.tokens.admin else { return Err(NO_ADMIN.to_owned()) };
        if self.plan.restock > 0 {
            for sku in &self.plan.skus {
                let delivery = json!({ "delta": self.plan.restock, "reason": "for a load" });
                let (path, key) = (format!("/stock/{sku}"), format!("load-{}", self.plan.run));
                let body = Bytes::from(delivery.to_string());
                self.answered(|| Ask {
                    method: Method::POST,
                    path: &path,
                    token: Some(admin),
                    key: Some(&key),
                    body: body.clone(),
                })
                .await
                .map_err(|why| format!("{sku} could not be received: {why}"))?;
            }
        }
        self.stock(admin).await
    }

    /// The stock of all skus.
    async fn stock(&self, admin: &HeaderValue) -> Result<Vec<Stock>, String> {
        let mut all = Vec::new();
        for sku in &self.plan.skus {
            let path = format!("/stock/{sku}");
            let answer = self.answered(|| Ask::get(&path, admin)).await.map_err(|why| format!("{path}: {why}"))?;
            all.push(Stock::of(&answer).ok_or_else(|| format!("{path}: {}", Failure::Unreadable))?);
        }
        Ok(all)
    }

    /// Waits until all orders have ended, then asks everything. `before` is the stock before; `tell` is told how many orders are
    /// not seen to end yet.
    pub async fn evidence(
        &self,
        results: &mut Results,
        before: Result<Vec<Stock>, String>,
        tell: impl Fn(&Results, usize),
    ) -> Evidence {
        let orders = self.settle(results, tell).await;
        for (bought, seen) in &orders {
            if let (Seen::Ended(end), Some(known)) = (seen, results.orders.get_mut(&bought.number)) {
                known.end = Some(end.clone());
            }
        }
        let sample = self.sample(&orders);
        let replays = self.replays(&sample).await;
        let payments = self.payments(&sample).await;
        let stock = match (before, &self.tokens.admin) {
            (Ok(before), Some(admin)) => {
                self.stock(admin).await.map(|after| self.shelves(&orders, results, &before, &after))
            }
            (Err(why), _) => Err(why),
            (_, None) => Err(NO_ADMIN.to_owned()),
        };
        Evidence { orders, replays, stock, payments, alone: self.plan.alone, currency: self.plan.currency.clone() }
    }

    /// Looks at all orders, those too that were seen to end before, and again at those that have not ended, until all have or the
    /// time is over. A shop that has stopped answering is not asked for hours.
    async fn settle(&self, results: &Results, tell: impl Fn(&Results, usize)) -> Vec<(Bought, Seen)> {
        let deadline = Instant::now() + self.plan.settle;
        let mut seen: BTreeMap<u64, Seen> = BTreeMap::new();
        let mut open: Vec<_> = results.orders.values().cloned().collect();
        for round in 0_u64.. {
            let (mut left, mut in_vain) = (open.len(), 0);
            let mut looks = stream::iter(open).map(|bought| self.look(bought)).buffer_unordered(AT_ONCE);
            while let Some((number, look)) = looks.next().await {
                left -= 1;
                tell(results, left);
                in_vain = if matches!(look, Seen::Unanswered(_)) { in_vain + 1 } else { 0 };
                seen.insert(number, look);
                if in_vain >= IN_VAIN {
                    break;
                }
            }
            let is_open = |bought: &&Bought| !matches!(seen.get(&bought.number), Some(Seen::Ended(_) | Seen::Missing));
            open = results.orders.values().filter(is_open).cloned().collect();
            // The first round may take longer than the time that orders have; those that it saw early get a second look.
            if open.is_empty() || in_vain >= IN_VAIN || (round > 0 && Instant::now() >= deadline) {
                break;
            }
            sleep(PAUSE).await;
        }
        let mut at_last = |number| {
            seen.remove(number).unwrap_or_else(|| Seen::Unanswered("the shop had stopped answering".to_owned()))
        };
        results.orders.iter().map(|(number, bought)| (bought.clone(), at_last(number))).collect()
    }

    async fn look(&self, bought: Bought) -> (u64, Seen) {
        let path = format!("/orders/{}", bought.id);
        let order = self.answered(|| Ask::get(&path, &self.tokens.customers[bought.customer])).await;
        let seen = match order {
            Ok(order) => End::of(&order).map_or_else(
                || Seen::Open(order["status"].as_str().unwrap_or("without a status").to_owned()),
                Seen::Ended,
            ),
            Err(Failure::Answer { status: 404, .. }) => Seen::Missing,
            Err(why) => Seen::Unanswered(why.to_string()),
        };
        (bought.number, seen)
    }

    /// Some of the orders that have ended, drawn from the plan's seed.
    fn sample(&self, orders: &[(Bought, Seen)]) -> Vec<(Bought, End)> {
        let ended = orders.iter().filter_map(|(bought, seen)| match seen {
            Seen::Ended(end) => Some((bought.clone(), end.clone())),
            _ => None,
        });
        let ended: Vec<_> = ended.collect();
        let chosen = Rng::with_seed(self.plan.seed).choose_multiple(ended.iter(), self.plan.sample);
        chosen.into_iter().cloned().collect()
    }

    /// One after the other, so that what a customer has after one is told from what it has after another; as many as there is
    /// time for.
    async fn replays(&self, sample: &[(Bought, End)]) -> Vec<Replay> {
        let until = Instant::now() + self.plan.settle.max(WRITTEN_DOWN);
        let mut replays = Vec::new();
        for (bought, _) in sample.iter().take_while(|_| Instant::now() < until) {
            let before = self.newest(bought.customer).await;
            let answer = self.replay(bought).await;
            let after = self.newest(bought.customer).await;
            let created = before.zip(after).map(|(before, after)| after.difference(&before).cloned().collect());
            replays.push(Replay { order: bought.id.clone(), answer, created });
        }
        replays
    }

    async fn replay(&self, bought: &Bought) -> Result<(), String> {
        let token = Some(&self.tokens.customers[bought.customer]);
        let key = buyers::key(self.plan, bought.number);
        let body = buyers::body(self.plan, &self.plan.skus[bought.sku]);
        let ask = || Ask { method: Method::POST, path: "/orders", token, key: Some(&key), body: body.clone() };
        let answer = self.insisted(ask).await.map_err(|why| why.to_string())?;
        let answer = answer.expect(202).map_err(|why| format!("it was answered {why}"))?;
        let digest: [u8; 32] = Sha256::digest(&answer.body).into();
        if digest == bought.digest { Ok(()) } else { Err("the answer has other bytes".to_owned()) }
    }

    /// The ids of a customer's newest orders: one that a replay made would be among them.
    async fn newest(&self, customer: usize) -> Option<BTreeSet<String>> {
        let page = self.answered(|| Ask::get("/orders?limit=100", &self.tokens.customers[customer])).await.ok()?;
        let ids = page["items"].as_array()?.iter().filter_map(|order| order["id"].as_str().map(str::to_owned));
        Some(ids.collect())
    }

    async fn payments(&self, sample: &[(Bought, End)]) -> Result<Vec<Payment>, String> {
        let Some(admin) = &self.tokens.admin else { return Err(NO_ADMIN.to_owned()) };
        let asked = stream::iter(sample.to_vec()).map(|(order, end)| self.payment(admin, order, end));
        asked.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().collect()
    }

    /// An order's payment, as soon as it is what it has to be, or when that has taken too long.
    async fn payment(&self, admin: &HeaderValue, order: Bought, end: End) -> Result<Payment, String> {
        let path = format!("/payments/{}", order.id);
        let until = Instant::now() + WRITTEN_DOWN.min(self.plan.settle);
        loop {
            let payment = match self.answered(|| Ask::get(&path, admin)).await {
                Ok(payment) => Some(payment),
                Err(Failure::Answer { status: 404, .. }) => None,
                Err(why) => return Err(format!("{path}: {why}")),
            };
            let payment = Payment { order: order.clone(), end: end.clone(), payment };
            if super::invariants::fault_of_payment(&payment, &self.plan.currency).is_none() || Instant::now() >= until {
                return Ok(payment);
            }
            sleep(PAUSE).await;
        }
    }

    fn shelves(&self, orders: &[(Bought, Seen)], results: &Results, before: &[Stock], after: &[Stock]) -> Vec<Shelf> {
        let units = |count: usize| i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(self.plan.quantity);
        let shelf = |(place, sku): (usize, &String)| {
            let ours = || orders.iter().filter(|(bought, _)| bought.sku == place);
            let confirmed = ours().filter(|(_, seen)| matches!(seen, Seen::Ended(end) if end.is_confirmed())).count();
            let open = ours().filter(|(_, seen)| !matches!(seen, Seen::Ended(_))).count();
            let unknown = results.open.get(&place).copied().unwrap_or(0) as usize;
            let (before, after) = (before[place], after[place]);
            Shelf { sku: sku.clone(), before, after, confirmed: units(confirmed), open: units(open + unknown) }
        };
        self.plan.skus.iter().enumerate().map(shelf).collect()
    }

    /// The JSON of an answer of 200, asked for several times if need be.
    async fn answered<'b>(&self, ask: impl Fn() -> Ask<'b>) -> Result<Value, Failure> {
        self.insisted(ask).await?.expect(200)?.json()
    }

    /// An answer, asked for several times if need be.
    async fn insisted<'b>(&self, ask: impl Fn() -> Ask<'b>) -> Result<super::api::Answer, Failure> {
        let mut attempt = 1;
        loop {
            let failure = match self.api.ask(ask()).await {
                Ok(answer) if answer.refusal().may_pass() => answer.refusal(),
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if attempt == ATTEMPTS {
                return Err(failure);
            }
            sleep(failure.retry_after().unwrap_or(PAUSE * attempt).min(WRITTEN_DOWN)).await;
            attempt += 1;
        }
    }
}

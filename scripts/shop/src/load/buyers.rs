//! Buyers: each comes when it is due, places one order, asks again if it has to, and may follow its order to the end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderValue, Method};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{
    sync::{Semaphore, mpsc::UnboundedSender, watch},
    time::{Instant, sleep, sleep_until},
};

use super::{
    api::{Answer, Api, Ask},
    failure::Failure,
    plan::Plan,
    results::{Bought, End, Event},
};

/// No buyer waits longer before it asks again, whatever the shop wants.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The mean of the first pause of who was not told how long to wait; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// All that buyers share.
#[derive(Debug)]
pub struct Buyers {
    plan: Plan,
    api: Api,
    customers: Vec<HeaderValue>,
    /// The request for each of the plan's skus.
    bodies: Vec<Bytes>,
    start: Instant,
    requests_left: AtomicU64,
    followed: Semaphore,
    stop: watch::Receiver<bool>,
    events: UnboundedSender<Event>,
}

/// One of them. What it does follows from the plan's seed and its number.
#[derive(Debug)]
struct Buyer {
    number: u64,
    due: Duration,
    customer: usize,
    sku: usize,
    follows: bool,
    rng: Rng,
}

/// The key under which a buyer orders.
pub fn key(plan: &Plan, number: u64) -> String {
    format!("load-{}-{number}", plan.run)
}

/// The request for one of the plan's skus.
pub fn body(plan: &Plan, sku: &str) -> Bytes {
    let order = json!({
        "items": [{ "sku": sku, "quantity": plan.quantity }],
        "currency": plan.currency,
        "payment_method": plan.payment_method,
        "email": plan.email,
        "shipping_address": {
            "name": "Load Test",
            "line1": "St. James Square 12",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
    });
    Bytes::from(order.to_string())
}

/// How long a buyer waits before it asks for the `attempt`th time again, from 0 on: what the shop wants, or twice as long each
/// time, with full jitter, so that those who failed together do not come back together.
fn pause(attempt: u32, retry_after: Option<Duration>, rng: &mut Rng) -> Duration {
    let longest = 2 * FIRST_PAUSE * 2_u32.saturating_pow(attempt.min(16));
    retry_after.unwrap_or_else(|| longest.min(LONGEST_PAUSE).mul_f64(rng.f64())).min(LONGEST_PAUSE)
}

impl Buyers {
    /// Buyers of a shop, from `start` on, each with the token of one of the `customers`, of which there must be one. They ask
    /// nothing again when `stop` says so.
    pub fn new(
        plan: Plan,
        api: Api,
        customers: Vec<HeaderValue>,
        start: Instant,
        stop: watch::Receiver<bool>,
        events: UnboundedSender<Event>,
    ) -> Self {
        let bodies = plan.skus.iter().map(|sku| body(&plan, sku)).collect();
        let requests_left = AtomicU64::new(plan.max_requests);
        let followed = Semaphore::new(plan.max_followed);
        Self { plan, api, customers, bodies, start, requests_left, followed, stop, events }
    }

    /// Lets all buyers of the plan come when they are due, until `stop` says so. Waits for nobody. Whether all came.
    pub async fn come(self: Arc<Self>) -> bool {
        let seats = Arc::new(Semaphore::new(self.plan.max_in_flight));
        let mut stop = self.stop.clone();
        for (number, due) in (0..).zip(self.plan.arrivals()) {
            tokio::select! {
                biased;
                // An error says that nobody can stop it any more, which is no reason to.
                Ok(_) = stop.wait_for(|stopped| *stopped) => return false,
                () = sleep_until(self.start + due) => {}
            }
            self.report(Event::Due(due));
            let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
                self.report(Event::NotSent(due));
                continue;
            };
            let (buyers, buyer) = (Arc::clone(&self), self.buyer(number, due));
            tokio::spawn(async move {
                let follows = buyer.follows;
                let placed = buyers.place(buyer).await;
                drop(seat);
                if let Some((bought, due)) = placed.filter(|_| follows) {
                    buyers.follow(&bought, due).await;
                }
            });
        }
        true
    }

    fn buyer(&self, number: u64, due: Duration) -> Buyer {
        let mut rng = Rng::with_seed(self.plan.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
        let customer = rng.usize(..self.customers.len());
        let sku = rng.usize(..self.bodies.len());
        Buyer { number, due, customer, sku, follows: rng.f64() < self.plan.follow, rng }
    }

    /// Places an order, by as many requests as it needs and may have.
    async fn place(&self, mut buyer: Buyer) -> Option<(Bought, Duration)> {
        let Buyer { due, sku, .. } = buyer;
        if !self.may_ask() {
            self.report(Event::NotSent(due));
            return None;
        }
        let mut sent = self.now();
        self.report(Event::Sent { due, at: sent });
        let (mut open, mut attempt) = (false, 0);
        loop {
            let failure = match self.ask(&buyer).await {
                Ok(bought) => {
                    self.report(Event::Accepted { due, sent, at: self.now(), bought: bought.clone() });
                    return Some((bought, due));
                }
                Err(failure) => failure,
            };
            open |= failure.leaves_open();
            let again = failure.may_pass() && attempt < self.plan.retries && !*self.stop.borrow();
            if !again || !self.may_ask() {
                self.report(Event::GaveUp { at: self.now(), sku, failure, open });
                return None;
            }
            let wait = pause(attempt, failure.retry_after(), &mut buyer.rng);
            self.report(Event::Retried(failure));
            sleep(wait).await;
            (attempt, sent) = (attempt + 1, self.now());
        }
    }

    /// Takes one of the requests that may be sent, if there is one left.
    fn may_ask(&self) -> bool {
        self.requests_left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    async fn ask(&self, buyer: &Buyer) -> Result<Bought, Failure> {
        let ask = Ask {
            method: Method::POST,
            path: "/orders",
            token: Some(&self.customers[buyer.customer]),
            key: Some(&key(&self.plan, buyer.number)),
            body: self.bodies[buyer.sku].clone(),
        };
        bought(buyer, &self.api.ask(ask).await?.expect(202)?)
    }

    /// Looks at an order until it has ended, or has had time enough.
    async fn follow(&self, bought: &Bought, due: Duration) {
        let Ok(_place) = self.followed.try_acquire() else {
            self.report(Event::NotFollowed);
            return;
        };
        let path = format!("/orders/{}", bought.id);
        let (number, begun) = (bought.number, self.now());
        let (mut open_at, mut wait) = (begun, self.plan.poll / 8);
        while self.now() - begun < self.plan.settle {
            sleep(wait).await;
            // Most orders end soon; of those that do not, it need not be known as exactly when they did.
            wait = (wait * 2).min(self.plan.poll);
            let asked = self.now();
            let answer = self.api.ask(Ask::get(&path, &self.customers[bought.customer])).await;
            // What fails is asked again at the next look; the time in which the order may have ended grows by it.
            let Ok(order) = answer.and_then(|answer| answer.expect(200)?.json()) else { continue };
            match End::of(&order) {
                Some(end) => {
                    let at = self.now();
                    return self.report(Event::Ended { number, due, at, gap: at - open_at, end });
                }
                None => open_at = asked,
            }
        }
    }

    /// Since the beginning.
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn report(&self, event: Event) {
        // It is received for as long as there are buyers.
        let _ = self.events.send(event);
    }
}

fn bought(buyer: &Buyer, answer: &Answer) -> Result<Bought, Failure> {
    let order = answer.json()?;
    let id = order["id"].as_str().ok_or(Failure::Unreadable)?.to_owned();
    let total_minor = order["total"]["amount_minor"].as_i64().ok_or(Failure::Unreadable)?;
    let Buyer { number, customer, sku, .. } = *buyer;
    let digest = Sha256::digest(&answer.body).into();
    Ok(Bought { number, customer, sku, id, total_minor, digest, end: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_waits_as_long_as_the_shop_wants_and_otherwise_longer_each_time() {
        let mut rng = Rng::with_seed(1);
        assert_eq!(pause(0, Some(Duration::from_secs(3)), &mut rng), Duration::from_secs(3));
        assert_eq!(pause(0, Some(Duration::from_secs(3_000)), &mut rng), LONGEST_PAUSE);
        for attempt in 0..40 {
            let mean = (0..1_000).map(|_| pause(attempt, None, &mut rng)).sum::<Duration>() / 1_000;
            let expected = (FIRST_PAUSE * 2_u32.pow(attempt.min(16))).min(LONGEST_PAUSE / 2);
            assert!(mean > expected.mul_f64(0.9) && mean < expected.mul_f64(1.1), "{attempt}: {mean:?}");
        }
    }
}

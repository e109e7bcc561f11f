//! Placing an order.

use std::sync::Arc;

use kernel::{CustomerId, OrderId, SignedDuration, Sku, Timestamp};
use tracing::{info, warn};

use crate::{
    Error,
    domain::{self, Bid, Order, Pace, Refused, Status, Wanted},
    ports::{FindOrder, FindOrders, FindPrices, Limited, NextTurn, PutLimited, PutOrder, Queue, StartSaga},
};

/// Prices an order, writes it down, and starts its saga.
#[derive(Clone)]
pub struct PlaceOrder {
    /// Writes the order.
    pub put: Arc<dyn PutOrder>,
    /// Looks whether it exists.
    pub find: Arc<dyn FindOrder>,
    /// Knows what things cost.
    pub prices: Arc<dyn FindPrices>,
    /// Starts the saga.
    pub saga: Arc<dyn StartSaga>,
    /// Writes an order down that counts towards a limit.
    pub limits: Arc<dyn PutLimited>,
    /// Finds the orders that count.
    pub counted: Arc<dyn FindOrders>,
    /// Has an order of a sale wait for its stock.
    pub queue: Arc<dyn Queue>,
    /// Knows how long that will take.
    pub turns: Arc<dyn NextTurn>,
    /// How fast it goes.
    pub pace: Pace,
    /// How long the saga may go forward.
    pub time_to_deadline: SignedDuration,
}

/// How often cancelled orders of a customer may turn up while a limit is looked at.
const LIMIT_ATTEMPTS: usize = 4;

/// What came of wanting to enter a sale's queue.
enum Entered {
    /// The order is new, and written down.
    New,
    /// There was one with its id.
    Earlier(Box<Order>),
    /// It is not taken.
    Refused(Refused),
}

/// What became of a request to place an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// The order, placed now or by an earlier request that was the same.
    Order(Box<Order>),
    /// The key belongs to another request.
    KeyReused,
    /// The order is not taken.
    Refused(Refused),
}

impl PlaceOrder {
    /// Places the order `id`. A repetition of the request finds the order and answers the same.
    ///
    /// # Errors
    /// Nothing is known about the outcome: the same request may be sent again.
    pub async fn place(
        &self,
        id: OrderId,
        customer: CustomerId,
        fingerprint: String,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Placed, Error> {
        let skus: Vec<Sku> = wanted.lines.iter().map(|line| line.sku.clone()).collect();
        let prices = self.prices.prices(&skus).await?;
        let priced = domain::price(&wanted, &prices);
        let taken = priced.and_then(|priced| Ok((priced, domain::bid(&id, &wanted, &prices, now)?)));
        let ((lines, total), bid) = match taken {
            Ok(taken) => taken,
            // Prices change, products go; an order that was placed before stays placed.
            Err(refused) => {
                let earlier = self.earlier(&id, &fingerprint).await?;
                return Ok(earlier.unwrap_or(Placed::Refused(refused)));
            }
        };
        let deadline = now.checked_add(self.time_to_deadline).map_err(|why| Error::broken("a deadline", why))?;
        let order = Order {
            order_id: id,
            customer_id: customer,
            status: Status::Pending,
            version: 1,
            lines,
            total,
            payment_method: wanted.payment_method,
            email: wanted.email,
            shipping_address: wanted.shipping_address,
            fingerprint,
            created_at: now,
            updated_at: now,
            deadline,
            reason: None,
            client_secret: None,
            needs_operator_since: None,
            queued: bid.is_some(),
            starts_at: None,
            watch_round: 0,
            history: Vec::new(),
        };
        let earlier = match bid {
            None => self.put.put(&order).await?,
            Some(bid) => match self.enter(&order, &bid, now).await? {
                Entered::New => None,
                Entered::Earlier(earlier) => Some(*earlier),
                Entered::Refused(refused) => {
                    let earlier = self.earlier(&order.order_id, &order.fingerprint).await?;
                    return Ok(earlier.unwrap_or(Placed::Refused(refused)));
                }
            },
        };
        match earlier {
            None => {
                info!(order_id = %order.order_id, total = %order.total, "order placed");
                self.start(&order).await;
                Ok(Placed::Order(Box::new(order)))
            }
            Some(earlier) => Ok(self.repeated(earlier, &order.fingerprint).await),
        }
    }

    /// Writes an order of a sale down, if its queue and its limit let it in.
    async fn enter(&self, order: &Order, bid: &Bid, now: Timestamp) -> Result<Entered, Error> {
        if let Some(next) = self.turns.next().await?
            && self.pace.is_full(next, now)
        {
            return Ok(Entered::Refused(Refused::QueueFull));
        }
        let put = |earlier: Option<Order>| earlier.map_or(Entered::New, |earlier| Entered::Earlier(Box::new(earlier)));
        let Some(most) = bid.sale.per_customer else { return Ok(put(self.put.put(order).await?)) };
        for _ in 0..LIMIT_ATTEMPTS {
            let counted = match self.limits.put_limited(order, bid, most).await? {
                Limited::Put => return Ok(Entered::New),
                Limited::Exists(earlier) => return Ok(Entered::Earlier(earlier)),
                Limited::Reached(counted) => self.counted.find_all(&counted).await?,
            };
            // What was cancelled does not count; it is only found out when it matters.
            let over: Vec<&Order> = counted.iter().filter(|order| order.status == Status::Cancelled).collect();
            if over.is_empty() {
                return Ok(Entered::Refused(Refused::CustomerLimit { sku: bid.sku.clone(), most }));
            }
            let ids: Vec<OrderId> = over.iter().map(|order| order.order_id.clone()).collect();
            let units = over.iter().flat_map(|order| &order.lines).map(|line| line.quantity.get()).sum();
            self.limits.discount(&order.customer_id, &bid.sku, &ids, units).await?;
        }
        Err(Error::Transient("a customer's orders came and went".to_owned()))
    }

    /// What an earlier request under the same key has placed, for a request that would be refused otherwise.
    ///
    /// # Errors
    /// It cannot be found out now.
    pub async fn earlier(&self, id: &OrderId, fingerprint: &str) -> Result<Option<Placed>, Error> {
        let Some(earlier) = self.find.find(id).await? else { return Ok(None) };
        Ok(Some(self.repeated(earlier, fingerprint).await))
    }

    async fn repeated(&self, earlier: Order, fingerprint: &str) -> Placed {
        if earlier.fingerprint != fingerprint {
            return Placed::KeyReused;
        }
        if earlier.status == Status::Pending {
            self.start(&earlier).await;
        }
        Placed::Order(Box::new(earlier))
    }

    /// Starts the saga. A start that fails is no reason to answer an error: the order is written down, and so the watchdog
    /// will start it.
    ///
    /// An order of a sale goes to the queue instead, and its saga is started when its turn comes.
    async fn start(&self, order: &Order) {
        let Some(execution) = order.next_execution() else { return };
        let started = match (order.queued, order.starts_at) {
            (true, Some(_)) => return,
            (true, None) => self.queue.queue(order).await,
            (false, _) => self.saga.start(&execution).await.map(drop),
        };
        if let Err(error) = started {
            warn!(order_id = %order.order_id, %error, "the order was not started; the watchdog will");
        }
    }
}

//! Placing an order.

use std::sync::Arc;

use kernel::{CustomerId, OrderId, SignedDuration, Sku, Timestamp};
use tracing::{info, warn};

use crate::{
    Error,
    domain::{self, Order, Refused, Status, Wanted},
    ports::{FindOrder, FindPrices, PutOrder, StartSaga},
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
    /// How long the saga may go forward.
    pub time_to_deadline: SignedDuration,
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
        let (lines, total) = match domain::price(&wanted, &prices) {
            Ok(priced) => priced,
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
            watch_round: 0,
        };
        match self.put.put(&order).await? {
            None => {
                info!(order_id = %order.order_id, total = %order.total, "order placed");
                self.start(&order).await;
                Ok(Placed::Order(Box::new(order)))
            }
            Some(earlier) => Ok(self.repeated(earlier, &order.fingerprint).await),
        }
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
    async fn start(&self, order: &Order) {
        let Some(execution) = order.next_execution() else { return };
        if let Err(error) = self.saga.start(&execution).await {
            warn!(order_id = %order.order_id, %error, "the saga was not started; the watchdog will");
        }
    }
}

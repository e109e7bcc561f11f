//! Letting the orders of a sale pay, one after the other.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use contracts::events::StockAllocated;
use futures::future::try_join_all;
use kernel::{OrderId, Timestamp};
use tracing::{info, warn};

use crate::{
    Error,
    domain::{Order, Pace, Start, Status},
    ports::{FindOrders, GiveTurn, MarkSoldOut, SendStarts, StartSaga, TakeTurns},
};

/// SQS delays a message by so much at most; who waits longer is sent for again.
const DELAY_MAX: Duration = Duration::from_secs(900);

/// Turns that are written down at once.
const AT_ONCE: usize = 25;

/// Gives each order whose stock is held its turn to pay.
#[derive(Clone)]
pub struct AdmitOrders {
    /// Finds the orders.
    pub find: Arc<dyn FindOrders>,
    /// Has turns.
    pub turns: Arc<dyn TakeTurns>,
    /// Writes them down.
    pub give: Arc<dyn GiveTurn>,
    /// Sends for the orders when they come.
    pub starts: Arc<dyn SendStarts>,
    /// Marks sales in which nothing is left.
    pub sales: Arc<dyn MarkSoldOut>,
    /// How fast turns come.
    pub pace: Pace,
}

impl AdmitOrders {
    /// Gives those that hold their stock their turns, in their order. Those for which nothing was left are sent for at once:
    /// their sagas refuse them. The news are as of `since`.
    ///
    /// # Errors
    /// Not all of them were sent for.
    pub async fn admit(&self, news: &StockAllocated, since: Timestamp, now: Timestamp) -> Result<(), Error> {
        if news.sold_out {
            self.sales.mark_sold_out(&news.sku, since).await?;
        }
        let found = self.find.find_all(&news.held).await?;
        let found: BTreeMap<&OrderId, &Order> = found.iter().map(|order| (&order.order_id, order)).collect();
        let held = news.held.iter().filter_map(|id| found.get(id)).filter(|order| order.status == Status::Pending);
        let (given, waiting): (Vec<&Order>, Vec<&Order>) = held.partition(|order| order.starts_at.is_some());
        let mut turns: Vec<(OrderId, Timestamp)> =
            given.iter().filter_map(|order| Some((order.order_id.clone(), order.starts_at?))).collect();
        turns.extend(self.give_turns(&waiting, now).await?);
        let delay = |at: Timestamp| Duration::try_from(at.duration_since(now)).unwrap_or_default().min(DELAY_MAX);
        let mut starts: Vec<_> = turns.into_iter().map(|(id, at)| (id, delay(at))).collect();
        starts.extend(news.refused.iter().map(|id| (id.clone(), Duration::ZERO)));
        self.starts.send(&starts).await
    }

    /// The turns of these orders, in their order, for those that still wait for one.
    async fn give_turns(&self, waiting: &[&Order], now: Timestamp) -> Result<Vec<(OrderId, Timestamp)>, Error> {
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let first = self.turns.take(self.pace.time_for(waiting.len()), now).await?;
        let mut given = Vec::with_capacity(waiting.len());
        for (batch, orders) in waiting.chunks(AT_ONCE).enumerate() {
            let give = orders.iter().enumerate().map(|(place, order)| async move {
                let wait = self.pace.time_for(batch * AT_ONCE + place);
                let at = first.checked_add(wait).map_err(|why| Error::broken("a turn", why))?;
                Ok::<_, Error>(self.give.give(&order.order_id, at).await?.map(|at| (order.order_id.clone(), at)))
            });
            given.extend(try_join_all(give).await?.into_iter().flatten());
        }
        info!(orders = given.len(), %first, "turns given");
        Ok(given)
    }
}

/// Starts the sagas of orders whose turn it is.
#[derive(Clone)]
pub struct StartOrders {
    /// Finds the orders.
    pub find: Arc<dyn FindOrders>,
    /// Starts their sagas.
    pub saga: Arc<dyn StartSaga>,
    /// Sends for those whose turn is later.
    pub starts: Arc<dyn SendStarts>,
}

impl StartOrders {
    /// Starts each of these whose turn it is, and sends for the others again. One outcome for each, in their order.
    pub async fn start(&self, starts: &[Start], now: Timestamp) -> Vec<Result<(), Error>> {
        let ids: std::collections::BTreeSet<OrderId> = starts.iter().map(|start| start.order_id.clone()).collect();
        let found = match self.find.find_all(&ids.into_iter().collect::<Vec<_>>()).await {
            Ok(found) => found,
            Err(error) => return starts.iter().map(|_| Err(error.clone())).collect(),
        };
        let found: BTreeMap<&OrderId, &Order> = found.iter().map(|order| (&order.order_id, order)).collect();
        let mut outcomes = Vec::with_capacity(starts.len());
        for start in starts {
            outcomes.push(match found.get(&start.order_id) {
                Some(order) => self.start_one(order, now).await,
                None => {
                    warn!(order_id = %start.order_id, "an order has its turn that does not exist");
                    Ok(())
                }
            });
        }
        outcomes
    }

    async fn start_one(&self, order: &Order, now: Timestamp) -> Result<(), Error> {
        // Parked, or taken back: whoever did that has started what comes next.
        if order.status != Status::Pending {
            return Ok(());
        }
        if let Some(wait) = order.waits(now) {
            return self.starts.send(&[(order.order_id.clone(), wait.min(DELAY_MAX))]).await;
        }
        match order.next_execution() {
            Some(execution) => self.saga.start(&execution).await.map(drop),
            None => Ok(()),
        }
    }
}

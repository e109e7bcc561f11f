//! Recovery: starting the saga again for orders that are not over.

use std::{collections::BTreeMap, sync::Arc};

use kernel::{OrderId, Timestamp};
use tracing::{error, info, warn};

use crate::{
    Error,
    domain::{By, Entry, Order, Schedule, Watch, What},
    ports::{FindOrders, MarkOrder, RecordRound, SetWatch, StartSaga},
};

/// Starts the saga again for those of these orders that are not over.
///
/// # Errors
/// At least one was not started.
pub async fn resume(orders: &dyn FindOrders, saga: &dyn StartSaga, ids: &[OrderId]) -> Result<(), Error> {
    for order in orders.find_all(ids).await? {
        if let Some(execution) = order.next_execution() {
            info!(order_id = %order.order_id, "order resumed");
            saga.start(&execution).await?;
        }
    }
    Ok(())
}

/// The watchdog.
#[derive(Clone)]
pub struct WatchOrders {
    /// Finds the orders.
    pub find: Arc<dyn FindOrders>,
    /// Marks those that need somebody.
    pub mark: Arc<dyn MarkOrder>,
    /// Starts the saga.
    pub saga: Arc<dyn StartSaga>,
    /// Comes back later.
    pub watch: Arc<dyn SetWatch>,
    /// Remembers that it will.
    pub rounds: Arc<dyn RecordRound>,
    /// When.
    pub schedule: Schedule,
}

impl WatchOrders {
    /// Looks after each order: lets go of it when it is over, and otherwise starts its saga again and comes back later. One
    /// outcome per watch, in their order.
    pub async fn look(&self, watches: &[Watch], now: Timestamp) -> Vec<Result<(), Error>> {
        let ids: Vec<OrderId> = watches
            .iter()
            .map(|watch| watch.order_id.clone())
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let found = match self.find.find_all(&ids).await {
            Ok(found) => found,
            Err(error) => return watches.iter().map(|_| Err(error.clone())).collect(),
        };
        let by_id: BTreeMap<_, _> = found.iter().map(|order| (&order.order_id, order)).collect();
        let mut outcomes = Vec::with_capacity(watches.len());
        for watch in watches {
            outcomes.push(match by_id.get(&watch.order_id) {
                Some(order) => self.look_after(order, watch, now).await,
                None => {
                    warn!(order_id = %watch.order_id, "an order is watched that does not exist");
                    Ok(())
                }
            });
        }
        outcomes
    }

    async fn look_after(&self, order: &Order, watch: &Watch, now: Timestamp) -> Result<(), Error> {
        let Some(execution) = order.next_execution() else { return Ok(()) };
        if order.watch_round > watch.round {
            // A repetition of a watch whose successor is on its way. If it went on too, it would go on for ever, and every
            // further repetition with it.
            return Ok(());
        }
        if self.schedule.needs_operator(order, watch.round, now) {
            self.mark.mark(&order.order_id, now).await?;
            // Every time, not only when it was marked now: whoever marked it may have died before saying so.
            error!(order_id = %order.order_id, round = watch.round, "order needs an operator");
        }
        let next = watch.next();
        let (delay, execution) = match order.waits(now) {
            // Its turn to pay will come; whoever starts it then may be lost on the way.
            Some(wait) => (self.schedule.after(wait), None),
            None => (self.schedule.delay(next.round), Some(self.saga.start(&execution).await?)),
        };
        self.watch.watch(&[(next.clone(), delay)]).await?;
        // Only now: a watch that is remembered and was not sent would be the end of all watching.
        let looked = Entry::new(now, What::Looked, By::Watchdog).execution(&order.order_id, execution.as_deref());
        self.rounds.record_round(&order.order_id, next.round, &Entry { round: Some(watch.round), ..looked }).await
    }
}

//! Starts the saga again for orders that are not over, and calls an operator when that has not helped.

use std::sync::Arc;

use lambda::{FunctionError, Handler, Runtime, StartError};

use crate::{
    adapters::{OrdersTable, Sagas, WatchQueue},
    domain::{Schedule, Watch},
    usecases::WatchOrders,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = Arc::new(OrdersTable::new(&runtime)?);
    let watch = WatchOrders {
        find: orders.clone(),
        mark: orders.clone(),
        rounds: orders,
        saga: Arc::new(Sagas::new(&runtime)?),
        watch: Arc::new(WatchQueue::new(&runtime)?),
        schedule: Schedule {
            first: runtime.settings.seconds("WATCH_FIRST_SECONDS")?,
            longest: runtime.settings.seconds("WATCH_LONGEST_SECONDS")?,
            operator_after: runtime.settings.parse("OPERATOR_AFTER_ROUNDS")?,
        },
    };
    let clock = runtime.clock;
    Ok(lambda::queue_of(move |watches: Vec<Watch>| {
        let (watch, now) = (watch.clone(), clock.now());
        async move {
            let outcomes = watch.look(&watches, now).await.into_iter();
            outcomes.map(|outcome| outcome.map_err(FunctionError::from)).collect()
        }
    }))
}

//! Starts the sagas of a sale's orders when their turns to pay come.

use std::sync::Arc;

use lambda::{FunctionError, Handler, Runtime, StartError};

use crate::{
    adapters::{OrdersTable, Sagas, StartQueue},
    domain::Start,
    usecases::StartOrders,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let starter = StartOrders {
        find: Arc::new(OrdersTable::new(&runtime)?),
        saga: Arc::new(Sagas::new(&runtime)?),
        starts: Arc::new(StartQueue::new(&runtime)?),
    };
    let clock = runtime.clock;
    Ok(lambda::queue_of(move |starts: Vec<Start>| {
        let (starter, now) = (starter.clone(), clock.now());
        async move {
            let outcomes = starter.start(&starts, now).await.into_iter();
            outcomes.map(|outcome| outcome.map_err(FunctionError::from)).collect()
        }
    }))
}

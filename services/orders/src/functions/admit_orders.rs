//! Gives the orders of a sale whose stock is held their turns to pay.

use std::sync::Arc;

use contracts::events::{CloudEvent, STOCK_ALLOCATED, StockAllocated};
use lambda::{FunctionError, Handler, Message, Runtime, StartError};

use super::pace;
use crate::{
    adapters::{OrdersTable, PricesTable, StartQueue, Turns},
    usecases::AdmitOrders,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = Arc::new(OrdersTable::new(&runtime)?);
    let admit = AdmitOrders {
        find: orders.clone(),
        turns: Arc::new(Turns::new(&runtime)?),
        give: orders,
        starts: Arc::new(StartQueue::new(&runtime)?),
        sales: Arc::new(PricesTable::new(&runtime)?),
        pace: pace(&runtime)?,
    };
    let clock = runtime.clock;
    Ok(lambda::queue(move |message: Message| {
        let (admit, now) = (admit.clone(), clock.now());
        async move {
            let event: CloudEvent<StockAllocated> = message.json()?;
            if event.kind != STOCK_ALLOCATED {
                return Err(FunctionError::broken(format!("{} is no event about allocated stock", event.kind)));
            }
            admit.admit(&event.data, event.time, now).await.map_err(FunctionError::from)
        }
    }))
}

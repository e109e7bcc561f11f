//! A step of the order saga. Ends an order for which nothing is held and nothing is charged.

use contracts::saga::AbandonOrder;
use lambda::{Handler, Runtime, StartError};

use crate::{adapters::OrdersTable, usecases};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = OrdersTable::new(&runtime)?;
    let clock = runtime.clock;
    Ok(lambda::step(move |input: AbandonOrder| {
        let (orders, now) = (orders.clone(), clock.now());
        async move {
            Ok(usecases::abandon(&orders, &input.order.order_id, input.reason, input.execution.as_deref(), now).await?)
        }
    }))
}

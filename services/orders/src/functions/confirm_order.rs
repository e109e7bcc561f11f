//! A step of the order saga. Ends an order well, unless its customer took it back first.

use contracts::saga::ConfirmOrder;
use lambda::{Handler, Runtime, StartError};

use crate::{adapters::OrdersTable, usecases};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = OrdersTable::new(&runtime)?;
    let clock = runtime.clock;
    Ok(lambda::step(move |input: ConfirmOrder| {
        let (orders, now) = (orders.clone(), clock.now());
        async move { Ok(usecases::confirm(&orders, &input.order.order_id, input.execution.as_deref(), now).await?) }
    }))
}

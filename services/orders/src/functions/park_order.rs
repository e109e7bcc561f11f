//! A step of the order saga. Writes down that an order waits for its customer to authenticate the payment.

use contracts::saga::ParkOrder;
use lambda::{Handler, Runtime, StartError};

use crate::{adapters::OrdersTable, usecases};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = OrdersTable::new(&runtime)?;
    let clock = runtime.clock;
    Ok(lambda::step(move |input: ParkOrder| {
        let (orders, now) = (orders.clone(), clock.now());
        async move {
            Ok(usecases::park(&orders, &input.order.order_id, input.client_secret, input.execution.as_deref(), now)
                .await?)
        }
    }))
}

//! Starts the saga again for orders whose payment the customer has settled.

use std::sync::Arc;

use contracts::events::{CloudEvent, PaymentEvent};
use lambda::{FunctionError, Handler, Message, Runtime, StartError};

use crate::{
    adapters::{OrdersTable, Sagas},
    usecases::resume,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = OrdersTable::new(&runtime)?;
    let saga = Arc::new(Sagas::new(&runtime)?);
    Ok(lambda::queue(move |message: Message| {
        let (orders, saga) = (orders.clone(), saga.clone());
        async move {
            let event: CloudEvent<PaymentEvent> = message.json()?;
            resume(&orders, saga.as_ref(), &[event.data.order_id]).await.map_err(FunctionError::from)
        }
    }))
}

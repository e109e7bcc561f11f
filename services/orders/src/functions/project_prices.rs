//! Keeps this context's copy of the prices, from product events.

use contracts::events::{CloudEvent, PRODUCT_CHANGED, PRODUCT_REMOVED, ProductEvent};
use lambda::{FunctionError, Handler, Message, Runtime, StartError};

use crate::{adapters::PricesTable, ports::KeepPrice};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let prices = PricesTable::new(&runtime)?;
    Ok(lambda::queue(move |message| {
        let prices = prices.clone();
        async move { project(&prices, &message).await }
    }))
}

async fn project(prices: &dyn KeepPrice, message: &Message) -> Result<(), FunctionError> {
    let event: CloudEvent<ProductEvent> = message.json()?;
    let removed = match event.kind.as_str() {
        PRODUCT_CHANGED => false,
        PRODUCT_REMOVED => true,
        other => return Err(FunctionError::broken(format!("{other} is no event about products"))),
    };
    Ok(prices.keep(&event.data, removed).await?)
}

//! The saga's first step: holds all of an order's lines, or none.

use std::sync::Arc;

use contracts::saga::Step;
use lambda::{Handler, Runtime, StartError, step};

use crate::{
    adapters::{HoldsTable, Refusals, Reservations},
    usecases::reserve,
};

pub(crate) const NAME: &str = "reserve-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((Reservations::new(&runtime)?, Refusals::new(&runtime)?, HoldsTable::new(&runtime)?));
    let clock = runtime.clock;
    Ok(step(move |Step { order }| {
        let (ports, clock) = (Arc::clone(&ports), Arc::clone(&clock));
        async move {
            let (stock, refusals, holds) = &*ports;
            Ok(reserve(stock, refusals, holds, &*clock, &order).await?)
        }
    }))
}

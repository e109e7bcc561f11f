//! The saga's first step: holds all of an order's lines, or none.

use std::sync::Arc;

use contracts::saga::Step;
use lambda::{Handler, Runtime, StartError, step};

use crate::{
    adapters::{HoldsTable, RecentShards, Refusals, Reservations, ShardsTable},
    usecases::Reserve,
};

pub(crate) const NAME: &str = "reserve-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (stock, refusals) = (Reservations::new(&runtime)?, Refusals::new(&runtime)?);
    let (holds, shards) = (HoldsTable::new(&runtime)?, RecentShards::new(&runtime)?);
    let ports = Arc::new((stock, refusals, holds, shards, ShardsTable::new(&runtime)?, runtime.clock));
    Ok(step(move |Step { order }| {
        let ports = Arc::clone(&ports);
        async move {
            let (stock, refusals, holds, shards, units, clock) = &*ports;
            Ok(Reserve { stock, refusals, holds, shards, units, clock: &**clock }.reserve(&order).await?)
        }
    }))
}

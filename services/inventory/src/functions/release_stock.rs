//! The undo's step after the payment is canceled: ends the order's holds and gives the units back.

use std::sync::Arc;

use contracts::saga::UndoStep;
use lambda::{Handler, Runtime, StartError, step};

use crate::{
    adapters::{HoldsTable, Releases},
    usecases::release,
};

pub(crate) const NAME: &str = "release-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((HoldsTable::new(&runtime)?, Releases::new(&runtime)?));
    let clock = runtime.clock;
    Ok(step(move |UndoStep { order, reason }| {
        let (ports, clock) = (Arc::clone(&ports), Arc::clone(&clock));
        async move {
            let (holds, stock) = &*ports;
            Ok(release(holds, stock, &*clock, &order, reason).await?)
        }
    }))
}

//! The undo's first step: where nothing was ever held, sees to it that nothing ever will be.

use std::sync::Arc;

use contracts::saga::UndoStep;
use lambda::{Handler, Runtime, StartError, step};

use crate::{
    adapters::{HoldsTable, Refusals},
    usecases::refuse,
};

pub(crate) const NAME: &str = "refuse-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((Refusals::new(&runtime)?, HoldsTable::new(&runtime)?));
    let clock = runtime.clock;
    Ok(step(move |UndoStep { order, reason }| {
        let (ports, clock) = (Arc::clone(&ports), Arc::clone(&clock));
        async move {
            let (refusals, holds) = &*ports;
            Ok(refuse(refusals, holds, &*clock, &order, reason).await?)
        }
    }))
}

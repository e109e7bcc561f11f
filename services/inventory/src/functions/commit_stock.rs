//! The saga's step after the payment is authorized: makes the order's holds final.

use std::sync::Arc;

use contracts::saga::Step;
use lambda::{Handler, Runtime, StartError, step};

use crate::{adapters::HoldsTable, usecases::commit};

pub(crate) const NAME: &str = "commit-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let holds = Arc::new(HoldsTable::new(&runtime)?);
    let clock = runtime.clock;
    Ok(step(move |Step { order }| {
        let (holds, clock) = (Arc::clone(&holds), Arc::clone(&clock));
        async move { Ok(commit(&*holds, &*clock, &order).await?) }
    }))
}

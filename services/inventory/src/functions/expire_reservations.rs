//! The schedule's turn: gives back what is held by orders that were not through in time. Most orders' own undo has done
//! so by then; this is for those whose undo does not get through.

use std::sync::Arc;

use kernel::SignedDuration;
use lambda::{Handler, Invocation, Runtime, StartError, schedule};
use tracing::info;

use crate::{
    adapters::{HoldsTable, Releases},
    usecases::expire,
};

pub(crate) const NAME: &str = "expire-reservations";

/// How long before Lambda's own time limit it stops: longer than one transaction and its repetitions take.
const MARGIN: SignedDuration = SignedDuration::from_secs(10);

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((HoldsTable::new(&runtime)?, Releases::new(&runtime)?));
    let clock = runtime.clock;
    Ok(schedule(move |invocation: Invocation| {
        let (ports, clock) = (Arc::clone(&ports), Arc::clone(&clock));
        async move {
            let (holds, stock) = &*ports;
            let stop_at = invocation.deadline.saturating_sub(MARGIN).unwrap_or(invocation.deadline);
            let expiry = expire(holds, stock, &*clock, stop_at).await?;
            info!(
                released = expiry.released,
                overtaken = expiry.overtaken,
                failed = expiry.failed,
                complete = expiry.complete,
                "looked for expired holds"
            );
            Ok(expiry)
        }
    }))
}

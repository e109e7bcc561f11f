//! The schedule's turn: evens out skus that are spread over several shards, and empties shards that are left.

use std::sync::Arc;

use kernel::SignedDuration;
use lambda::{Handler, Invocation, Runtime, StartError, schedule};
use tracing::info;

use crate::{
    adapters::{RecentShards, ShardsTable, StockTable},
    usecases::rebalance,
};

pub(crate) const NAME: &str = "rebalance-stock";

/// How long before Lambda's own time limit it stops: longer than one sku takes.
const MARGIN: SignedDuration = SignedDuration::from_secs(10);

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (skus, shards) = (StockTable::new(&runtime)?, RecentShards::new(&runtime)?);
    let ports = Arc::new((skus, shards, ShardsTable::new(&runtime)?, runtime.clock));
    Ok(schedule(move |invocation: Invocation| {
        let ports = Arc::clone(&ports);
        async move {
            let (skus, shards, units, clock) = &*ports;
            let stop_at = invocation.deadline.saturating_sub(MARGIN).unwrap_or(invocation.deadline);
            let rebalance = rebalance(skus, shards, units, &**clock, stop_at).await?;
            info!(
                skus = rebalance.skus,
                moved = rebalance.moved,
                failed = rebalance.failed,
                complete = rebalance.complete,
                "evened out"
            );
            Ok(rebalance)
        }
    }))
}

//! How a sku's units are spread over its shards.

use kernel::{Clock, Sku, Timestamp};
use serde::Serialize;
use tracing::{info, warn};

use crate::{
    Error,
    ports::{FindSharded, FindShards, MoveUnits, OpenShards},
};

/// Times that somebody else may be faster before we give up for now.
const ATTEMPTS: u32 = 5;

/// What one run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rebalance {
    /// Skus with several shards that it looked at.
    pub skus: usize,
    /// Units moved.
    pub moved: i64,
    /// Skus that could not be looked at or evened out; the log says why. The next run meets them again.
    pub failed: usize,
    /// Whether it looked at every sku before its time was up.
    pub complete: bool,
}

/// Evens out every sku that has several shards, until `stop_at`. One sku's failure keeps no other from its turn.
///
/// # Errors
/// The skus cannot be searched.
pub async fn rebalance(
    skus: &impl FindSharded,
    shards: &impl FindShards,
    units: &impl MoveUnits,
    clock: &dyn Clock,
    stop_at: Timestamp,
) -> Result<Rebalance, Error> {
    let mut rebalance = Rebalance::default();
    let mut after = None;
    loop {
        let page = skus.sharded(after).await?;
        for sku in page.skus {
            if clock.now() >= stop_at {
                return Ok(rebalance);
            }
            rebalance.skus += 1;
            match even_out(shards, units, clock, &sku).await {
                Ok(moved) => rebalance.moved += moved,
                Err(error) => {
                    warn!(%sku, %error, "the shards cannot be evened out");
                    rebalance.failed += 1;
                }
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(Rebalance { complete: true, ..rebalance });
        }
    }
}

/// Evens out the shards of one sku. Answers how many units were moved.
///
/// Each move is a transaction of its own: a large one would meet more of the orders that take units meanwhile. What a
/// shard does not have any more stays where it went.
///
/// # Errors
/// It is not known how they are spread now.
pub async fn even_out(
    shards: &impl FindShards,
    units: &impl MoveUnits,
    clock: &dyn Clock,
    sku: &Sku,
) -> Result<i64, Error> {
    let Some(now) = shards.exact(sku).await? else { return Ok(0) };
    let mut moved = 0;
    for step in now.even_out() {
        if units.shift(sku, &[step], clock.now()).await? {
            moved += step.units;
        }
    }
    if moved > 0 {
        info!(%sku, moved, "evened out");
    }
    Ok(moved)
}

/// Has so many shards of the sku in use from now on, and evens them out.
///
/// # Errors
/// The sku is unknown, or it is not known how many shards are in use.
pub async fn set_shards(
    shards: &impl FindShards,
    stock: &impl OpenShards,
    units: &impl MoveUnits,
    clock: &dyn Clock,
    sku: &Sku,
    in_use: u32,
) -> Result<(), Error> {
    for _ in 0..ATTEMPTS {
        let now = shards.exact(sku).await?.ok_or(Error::UnknownSku)?;
        let existing = u32::try_from(now.count()).map_err(|why| Error::Unreadable(why.to_string()))?;
        if stock.open(sku, existing, in_use, clock.now()).await? {
            info!(%sku, in_use, "shards set");
            even_out_later(shards, units, clock, sku).await;
            return Ok(());
        }
    }
    Err(Error::Contended)
}

/// Evens out the shards of one sku now, or leaves it to the schedule: no error is anybody's concern who has done something else
/// for good.
pub(super) async fn even_out_later(shards: &impl FindShards, units: &impl MoveUnits, clock: &dyn Clock, sku: &Sku) {
    if let Err(error) = even_out(shards, units, clock, sku).await {
        warn!(%sku, %error, "the shards are not evened out; the schedule will");
    }
}

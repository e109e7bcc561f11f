//! Receiving units and writing them off.

use kernel::Clock;
use tracing::info;

use super::spread::even_out_later;
use crate::{
    Error,
    domain::Adjustment,
    ports::{AdjustStock, Adjusting, FindShards, MoveUnits},
};

/// Times that others may take units while they are gathered before we give up for now.
const ATTEMPTS: u32 = 5;

/// Makes the adjustment once, however often it is asked for. Answers it as it was made the first time.
///
/// Units are received in shard 0 and evened out then; they are written off there too, after as many have been gathered as
/// are needed.
///
/// # Errors
/// There are not enough units, or too many; the idempotency key belongs to another adjustment; or it is not known.
pub async fn adjust(
    stock: &impl AdjustStock,
    shards: &impl FindShards,
    units: &impl MoveUnits,
    clock: &dyn Clock,
    adjustment: Adjustment,
) -> Result<Adjustment, Error> {
    let delta = adjustment.delta.get();
    for _ in 0..ATTEMPTS {
        match stock.adjust(&adjustment).await? {
            Adjusting::Adjusted => {
                info!(sku = %adjustment.sku, delta, "adjusted");
                if delta > 0 {
                    even_out_later(shards, units, clock, &adjustment.sku).await;
                }
                return Ok(adjustment);
            }
            Adjusting::Known(first) if first.asks_the_same_as(&adjustment) => return Ok(first),
            Adjusting::Known(_) => return Err(Error::KeyReused),
            Adjusting::OutOfBounds if delta > 0 => return Err(Error::TooMuchStock),
            Adjusting::OutOfBounds => {
                let now = shards.exact(&adjustment.sku).await?.filter(|shards| shards.count() > 1);
                let moves = now.and_then(|shards| shards.gather(0, delta.saturating_abs()));
                let moves = moves.ok_or(Error::NotEnoughStock)?;
                // Whether it was done shows when the adjustment is tried again.
                units.shift(&adjustment.sku, &moves, clock.now()).await?;
            }
        }
    }
    Err(Error::Contended)
}

//! Receiving units and writing them off.

use tracing::info;

use crate::{
    Error,
    domain::Adjustment,
    ports::{AdjustStock, Adjusting},
};

/// Makes the adjustment once, however often it is asked for. Answers it as it was made the first time.
///
/// # Errors
/// There are not enough units, or too many; the idempotency key belongs to another adjustment; or it is not known.
pub async fn adjust(stock: &impl AdjustStock, adjustment: Adjustment) -> Result<Adjustment, Error> {
    match stock.adjust(&adjustment).await? {
        Adjusting::Adjusted => {
            info!(sku = %adjustment.sku, delta = adjustment.delta.get(), "adjusted");
            Ok(adjustment)
        }
        Adjusting::Known(first) if first.asks_the_same_as(&adjustment) => Ok(first),
        Adjusting::Known(_) => Err(Error::KeyReused),
        Adjusting::OutOfBounds if adjustment.delta.get() > 0 => Err(Error::TooMuchStock),
        Adjusting::OutOfBounds => Err(Error::NotEnoughStock),
    }
}

//! Holding an order's lines.

use contracts::saga::{OrderFacts, Refusal, ReserveStockAnswer};
use kernel::Clock;
use tracing::info;

use crate::{
    Error,
    domain::Reservation,
    ports::{HoldLines, Holding, ReadHolds, RecordRefusal},
};

/// Holds all of the order's lines, or none and says why not.
///
/// It writes first and reads only when the write tells of an existing hold: most orders are new. A refusal is written
/// down before it is given, so that no other execution of this order's saga, late or at once, can still hold anything
/// after somebody was told that nothing is held.
///
/// # Errors
/// It is not known what the order holds, or its holds are not of its lines.
pub async fn reserve(
    stock: &impl HoldLines,
    refusals: &impl RecordRefusal,
    holds: &impl ReadHolds,
    clock: &dyn Clock,
    order: &OrderFacts,
) -> Result<ReserveStockAnswer, Error> {
    let reservation = Reservation::of(order)?;
    let now = clock.now();
    let refusal = if reservation.is_late(now) {
        Some(Refusal::DeadlinePassed)
    } else {
        match stock.hold(&reservation, now).await? {
            Holding::Held => return Ok(ReserveStockAnswer::Held),
            Holding::HoldsExist => None,
            Holding::NotEnough => Some(Refusal::SoldOut),
        }
    };
    if let Some(reason) = refusal
        && refusals.record_refusal(&reservation.refusal(reason), now).await?
    {
        info!(order_id = %order.order_id, reason = reason.as_str(), "refused to hold");
        return Ok(ReserveStockAnswer::Refused { reason });
    }
    reservation.answer(&holds.holds(&order.order_id).await?)
}

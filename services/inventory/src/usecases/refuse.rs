//! The beginning of an undo.

use contracts::saga::{OrderFacts, Refusal, RefuseStockAnswer};
use kernel::Clock;
use tracing::info;

use crate::{
    Error,
    domain::{HoldState, Reservation},
    ports::{ReadHolds, RecordRefusal},
};

/// Sees to it that an order that never held anything never will, and says whether it ever did.
///
/// After `NeverHeld` the saga abandons the order without looking at its payment: a payment is authorized only after
/// something was held, and the tombstone keeps any execution from holding from now on.
///
/// # Errors
/// It is not known whether the order ever held anything.
pub async fn refuse(
    refusals: &impl RecordRefusal,
    holds: &impl ReadHolds,
    clock: &dyn Clock,
    order: &OrderFacts,
    reason: Refusal,
) -> Result<RefuseStockAnswer, Error> {
    let reservation = Reservation::of(order)?;
    if refusals.record_refusal(&reservation.refusal(reason), clock.now()).await? {
        info!(order_id = %order.order_id, reason = reason.as_str(), "refused before anything was held");
        return Ok(RefuseStockAnswer::NeverHeld);
    }
    let existing = holds.holds(reservation.order_id()).await?;
    match existing.first().map(|hold| hold.state) {
        Some(HoldState::Refused(_)) => Ok(RefuseStockAnswer::NeverHeld),
        Some(HoldState::Held | HoldState::Committed | HoldState::Released(_)) => Ok(RefuseStockAnswer::WasHeld),
        // A tombstone that was there a moment ago and has just been forgotten.
        None => Err(Error::Contended),
    }
}

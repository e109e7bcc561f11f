//! Making an order's holds final.

use contracts::saga::{CommitStockAnswer, OrderFacts, Refusal};
use kernel::Clock;

use crate::{
    Error,
    domain::{HoldState, Reservation},
    ports::{CommitHold, Committing},
};

/// Commits every line's hold, unless one has ended or expired.
///
/// Line by line, not in one transaction: plain writes cost half as much, and nothing can go wrong between two lines
/// that the undo does not put right, as it releases committed holds too. A line that is committed already counts as
/// committed.
///
/// # Errors
/// It is not known whether the holds are committed, or a line has no hold at all.
pub async fn commit(
    holds: &impl CommitHold,
    clock: &dyn Clock,
    order: &OrderFacts,
) -> Result<CommitStockAnswer, Error> {
    let reservation = Reservation::of(order)?;
    for line in reservation.lines() {
        let refusal = match holds.commit(reservation.order_id(), &line.sku, clock.now()).await? {
            Committing::Committed => continue,
            Committing::Unchanged(hold) => match hold.state {
                HoldState::Committed => continue,
                HoldState::Held => Refusal::HoldExpired,
                HoldState::Released(reason) | HoldState::Refused(reason) => reason,
            },
            Committing::Missing => return Err(Error::NeverReserved(line.sku.clone())),
        };
        return Ok(CommitStockAnswer::Refused { reason: refusal });
    }
    Ok(CommitStockAnswer::Committed)
}

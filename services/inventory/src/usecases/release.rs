//! Giving back what an order holds.

use contracts::saga::{OrderFacts, Refusal, ReleaseStockAnswer};
use kernel::Clock;
use tracing::info;

use crate::{
    Error,
    domain::{Ending, Event, Hold},
    ports::{ReadHolds, ReleaseHolds},
};

/// Times that somebody else may be faster before we give up for now. A hold changes twice in its life at most, so this
/// many are seen only when the lines of a large order are committed while it is undone.
const ATTEMPTS: u32 = 5;

/// Ends all live holds of the order together and gives their units back. Those that are over are left alone, so nothing
/// is given back twice.
///
/// An order without any hold has nothing to release: the saga comes here only after refuse-stock found a hold, so its
/// tombstone must have been forgotten since.
///
/// # Errors
/// It is not known whether the holds are released.
pub async fn release(
    holds: &impl ReadHolds,
    stock: &impl ReleaseHolds,
    clock: &dyn Clock,
    order: &OrderFacts,
    reason: Refusal,
) -> Result<ReleaseStockAnswer, Error> {
    let ending = Ending::Undo(reason);
    for _ in 0..ATTEMPTS {
        let now = clock.now();
        let mut live = holds.holds(&order.order_id).await?;
        live.retain(|hold: &Hold| hold.after(Event::End(ending), now).is_some());
        if live.is_empty() {
            return Ok(ReleaseStockAnswer::Released);
        }
        if stock.release(&live, ending, now).await? {
            info!(order_id = %order.order_id, reason = reason.as_str(), lines = live.len(), "released");
            return Ok(ReleaseStockAnswer::Released);
        }
    }
    Err(Error::Contended)
}

//! An admin does not want to wait for the watchdog.

use kernel::{OrderId, Timestamp};
use tracing::info;

use crate::{
    Error,
    domain::{By, Entry, Order, What},
    ports::{FindOrder, RecordEntry, StartSaga},
};

/// Starts the saga of an order again, if it is not settled, and writes down that it was. The order as it was found;
/// nothing, when there is none.
///
/// # Errors
/// Nothing is known about the outcome: the same may be asked again, since a saga may be started at any time.
pub async fn resume_now(
    orders: &(impl FindOrder + RecordEntry),
    saga: &dyn StartSaga,
    id: &OrderId,
    now: Timestamp,
) -> Result<Option<Order>, Error> {
    let Some(order) = orders.find(id).await? else { return Ok(None) };
    if let Some(execution) = order.next_execution() {
        let name = saga.start(&execution).await?;
        info!(order_id = %id, "order resumed by an admin");
        orders.record(id, &Entry::new(now, What::Resumed, By::Admin).execution(id, Some(&name))).await?;
    }
    Ok(Some(order))
}

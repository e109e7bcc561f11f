//! A customer takes an order back.

use contracts::saga::Refusal;
use kernel::{CustomerId, OrderId, Timestamp};
use tracing::warn;

use crate::{
    Error,
    domain::{Order, Status},
    ports::{StartSaga, Step, StepOrder, Stepped},
};

/// What became of the wish to take an order back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// It is being undone, or has been.
    Order(Box<Order>),
    /// It is confirmed already.
    TooLate(Box<Order>),
    /// This customer has no such order.
    NotFound,
}

/// Turns PENDING into CANCELLING by a conditional write, and starts the undo at once.
///
/// # Errors
/// Nothing is known about the outcome: the same request may be sent again.
pub async fn cancel(
    orders: &dyn StepOrder,
    saga: &dyn StartSaga,
    id: &OrderId,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<Cancelled, Error> {
    let step = Step {
        order_id: id.clone(),
        owner: Some(customer.clone()),
        to: Status::Cancelling,
        reason: Some(Refusal::CancelledByCustomer),
        client_secret: None,
        at: now,
    };
    let order = match orders.step(step).await? {
        Stepped::Made(order) => order,
        Stepped::Missing => return Ok(Cancelled::NotFound),
        Stepped::NotAllowed(order) if order.customer_id != *customer => return Ok(Cancelled::NotFound),
        Stepped::NotAllowed(order) if order.status.is_confirmed() => return Ok(Cancelled::TooLate(order)),
        Stepped::NotAllowed(order) => order,
    };
    if let Some(execution) = order.next_execution()
        && let Err(error) = saga.start(&execution).await
    {
        warn!(order_id = %id, %error, "the undo was not started; the watchdog will");
    }
    Ok(Cancelled::Order(order))
}

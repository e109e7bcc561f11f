//! The saga's steps in this context. Each, run again, answers what it answered the first time.

use contracts::saga::{AbandonOrderAnswer, ConfirmOrderAnswer, ParkOrderAnswer, Refusal};
use kernel::{OrderId, Timestamp};
use tracing::info;

use crate::{
    Error,
    domain::{Order, Status},
    ports::{Step, StepOrder, Stepped},
};

fn step(order_id: &OrderId, to: Status, at: Timestamp) -> Step {
    Step { order_id: order_id.clone(), owner: None, to, reason: None, client_secret: None, at }
}

fn missing(order_id: &OrderId) -> Error {
    Error::Broken(format!("the saga runs for an order that does not exist: {order_id}"))
}

fn reason_of(order: &Order) -> Refusal {
    order.reason.unwrap_or(Refusal::CancelledByCustomer)
}

/// Confirms an order, unless its customer took it back first.
///
/// # Errors
/// Nothing is known about the outcome, or there is no such order.
pub async fn confirm(orders: &dyn StepOrder, id: &OrderId, now: Timestamp) -> Result<ConfirmOrderAnswer, Error> {
    match orders.step(step(id, Status::Confirmed, now)).await? {
        Stepped::Made(order) => {
            info!(order_id = %id, total = %order.total, "order confirmed");
            Ok(ConfirmOrderAnswer::Confirmed)
        }
        Stepped::NotAllowed(order) if order.status.is_confirmed() => Ok(ConfirmOrderAnswer::Confirmed),
        Stepped::NotAllowed(order) => Ok(ConfirmOrderAnswer::Refused { reason: reason_of(&order) }),
        Stepped::Missing => Err(missing(id)),
    }
}

/// Parks an order until its customer has authenticated the payment.
///
/// # Errors
/// Nothing is known about the outcome, or there is no such order.
pub async fn park(
    orders: &dyn StepOrder,
    id: &OrderId,
    client_secret: String,
    now: Timestamp,
) -> Result<ParkOrderAnswer, Error> {
    let parked = Step { client_secret: Some(client_secret), ..step(id, Status::ActionRequired, now) };
    match orders.step(parked).await? {
        Stepped::Made(_) => Ok(ParkOrderAnswer::Parked),
        Stepped::NotAllowed(order) => match order.status {
            Status::Cancelling | Status::Cancelled => Ok(ParkOrderAnswer::Refused { reason: reason_of(&order) }),
            _ => Ok(ParkOrderAnswer::Parked),
        },
        Stepped::Missing => Err(missing(id)),
    }
}

/// Ends an order for which nothing is held and nothing is charged.
///
/// # Errors
/// Nothing is known about the outcome, there is no such order, or it is confirmed, which no undo can find.
pub async fn abandon(
    orders: &dyn StepOrder,
    id: &OrderId,
    reason: Refusal,
    now: Timestamp,
) -> Result<AbandonOrderAnswer, Error> {
    let abandoned = Step { reason: Some(reason), ..step(id, Status::Cancelled, now) };
    match orders.step(abandoned).await? {
        Stepped::Made(order) => {
            info!(order_id = %id, reason = reason_of(&order).as_str(), "order cancelled");
            Ok(AbandonOrderAnswer::Abandoned)
        }
        Stepped::NotAllowed(order) if order.status == Status::Cancelled => Ok(AbandonOrderAnswer::Abandoned),
        Stepped::NotAllowed(order) => {
            Err(Error::Broken(format!("{id} is {} and was to be abandoned", order.status.as_str())))
        }
        Stepped::Missing => Err(missing(id)),
    }
}

//! The saga's steps in this context. Each, run again, answers what it answered the first time.

use contracts::saga::{AbandonOrderAnswer, ConfirmOrderAnswer, ParkOrderAnswer, Refusal};
use kernel::{OrderId, Timestamp};
use tracing::info;

use crate::{
    Error,
    domain::{By, Entry, Order, Status, What},
    ports::{Step, StepOrder, Stepped},
};

/// A step that this execution of the saga makes.
fn step(order_id: &OrderId, to: Status, what: What, execution: Option<&str>, at: Timestamp) -> Step {
    let entry = Entry::new(at, what, By::Saga).execution(order_id, execution);
    Step { order_id: order_id.clone(), owner: None, to, reason: None, client_secret: None, entry }
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
pub async fn confirm(
    orders: &dyn StepOrder,
    id: &OrderId,
    execution: Option<&str>,
    now: Timestamp,
) -> Result<ConfirmOrderAnswer, Error> {
    match orders.step(step(id, Status::Confirmed, What::Confirmed, execution, now)).await? {
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
    execution: Option<&str>,
    now: Timestamp,
) -> Result<ParkOrderAnswer, Error> {
    let step = step(id, Status::ActionRequired, What::Parked, execution, now);
    let parked = Step { client_secret: Some(client_secret), ..step };
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
    execution: Option<&str>,
    now: Timestamp,
) -> Result<AbandonOrderAnswer, Error> {
    let step = step(id, Status::Cancelled, What::Cancelled, execution, now);
    let abandoned = Step { reason: Some(reason), ..step };
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

//! An order is taken back.

use contracts::saga::Refusal;
use kernel::{CustomerId, OrderId, Timestamp};
use tracing::warn;

use crate::{
    Error,
    domain::{By, Entry, Order, Status, What},
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

/// Who takes an order back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canceller<'a> {
    /// The customer, who has to be the one who placed it.
    Customer(&'a CustomerId),
    /// Somebody of the shop's.
    Admin,
}

impl<'a> Canceller<'a> {
    fn customer(self) -> Option<&'a CustomerId> {
        match self {
            Self::Customer(customer) => Some(customer),
            Self::Admin => None,
        }
    }

    fn reason(self) -> Refusal {
        match self {
            Self::Customer(_) => Refusal::CancelledByCustomer,
            Self::Admin => Refusal::CancelledByShop,
        }
    }

    fn by(self) -> By {
        match self {
            Self::Customer(_) => By::Customer,
            Self::Admin => By::Admin,
        }
    }
}

/// Turns PENDING into CANCELLING by a conditional write, and starts the undo at once.
///
/// # Errors
/// Nothing is known about the outcome: the same request may be sent again.
pub async fn cancel(
    orders: &dyn StepOrder,
    saga: &dyn StartSaga,
    id: &OrderId,
    by: Canceller<'_>,
    now: Timestamp,
) -> Result<Cancelled, Error> {
    let step = Step {
        order_id: id.clone(),
        owner: by.customer().cloned(),
        to: Status::Cancelling,
        reason: Some(by.reason()),
        client_secret: None,
        entry: Entry::new(now, What::Cancelling, by.by()),
    };
    let order = match orders.step(step).await? {
        Stepped::Made(order) => order,
        Stepped::Missing => return Ok(Cancelled::NotFound),
        Stepped::NotAllowed(order) if by.customer().is_some_and(|customer| order.customer_id != *customer) => {
            return Ok(Cancelled::NotFound);
        }
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

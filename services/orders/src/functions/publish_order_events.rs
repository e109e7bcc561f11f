//! Tells the other contexts what became of orders, and sets the watchdog on new ones.

use std::time::Duration;

use contracts::events::{
    CloudEvent, ORDER_ACTION_REQUIRED, ORDER_CANCELLED, ORDER_CANCELLING, ORDER_CONFIRMED, ORDER_NEEDS_OPERATOR,
    ORDER_PLACED, OrderEvent,
};
use lambda::{Change, FunctionError, Handler, Outbox, Runtime, StartError};

use crate::{
    adapters::WatchQueue,
    domain::{Order, Status, Watch},
    ports::SetWatch,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let outbox = Outbox::new(&runtime, "ORDER_EVENTS_TOPIC")?;
    let watch_queue = WatchQueue::new(&runtime)?;
    let first = runtime.settings.seconds("WATCH_FIRST_SECONDS")?;
    Ok(lambda::stream(move |changes: Vec<Change<Order>>| {
        let (outbox, watch_queue) = (outbox.clone(), watch_queue.clone());
        async move {
            // The watchdog first: with it, an order cannot be lost, whatever else fails.
            watch_queue.watch(&watches(&changes, first)).await.map_err(|error| (0, FunctionError::from(error)))?;
            lambda::publish_changes(&outbox, &changes, events).await
        }
    }))
}

fn watches(changes: &[Change<Order>], first: Duration) -> Vec<(Watch, Duration)> {
    let placed = changes.iter().filter(|change| change.old.is_none()).filter_map(|change| change.new.as_ref());
    placed.map(|order| (Watch { order_id: order.order_id.clone(), round: 0 }, first)).collect()
}

/// What a change of an order means to others.
fn events(change: &Change<Order>) -> Vec<CloudEvent<OrderEvent>> {
    let Some(order) = &change.new else { return Vec::new() };
    let marked = |order: &Order| order.needs_operator_since.is_some();
    let kind = match &change.old {
        None => Some(ORDER_PLACED),
        Some(old) if old.status != order.status => news(order.status),
        Some(old) if !marked(old) && marked(order) => Some(ORDER_NEEDS_OPERATOR),
        Some(_) => None,
    };
    let id = order.event_id(order.version);
    kind.map(|kind| CloudEvent::new(kind, id, order.order_id.as_str(), order.updated_at, order.event()))
        .into_iter()
        .collect()
}

fn news(status: Status) -> Option<&'static str> {
    match status {
        Status::ActionRequired => Some(ORDER_ACTION_REQUIRED),
        Status::Cancelling => Some(ORDER_CANCELLING),
        Status::Cancelled => Some(ORDER_CANCELLED),
        Status::Confirmed => Some(ORDER_CONFIRMED),
        Status::Pending
        | Status::PartiallyFulfilled
        | Status::Fulfilled
        | Status::PartiallyRefunded
        | Status::Refunded => None,
    }
}

//! Checks a webhook's signature and queues what this shop did not cause itself.

use std::sync::Arc;

use kernel::Timestamp;
use lambda::{Handler, Request, Response, Runtime, StartError};
use tracing::info;

use crate::{
    Error,
    adapters::{secrets, sqs::Queue},
    domain::{news, verify},
    ports::QueueEvent,
};

pub(crate) const NAME: &str = "receive-stripe-webhook";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let secret = secrets::read(&runtime, "STRIPE_WEBHOOK_SECRET").await?;
    let ports = Arc::new((secret, Queue::new(&runtime, "STRIPE_EVENTS_QUEUE")?));
    Ok(lambda::http(move |request: Request| {
        let (ports, now) = (Arc::clone(&ports), runtime.clock.now());
        async move {
            let signature = request.header("stripe-signature").unwrap_or_default();
            receive(&ports.0, &ports.1, signature, request.body(), now).await?;
            Ok(Response::empty(200))
        }
    }))
}

/// Queues the event in `body` if it is signed and is news. Stripe sends it again, for up to three days, until it is told
/// that it arrived; so it is told that only when the queue has it.
///
/// The event's id is not recorded here but by process-stripe-event, in the same write as the event's effect: an event that
/// was recorded first and then not queued, because this function was ended in between, would be lost.
async fn receive(
    secret: &str,
    events: &impl QueueEvent,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Error> {
    verify(secret, signature, body, now)?;
    let Some(event) = news(body)? else { return Ok(()) };
    events.queue(&event).await?;
    info!(order_id = %event.order_id, event_id = event.event_id, kind = event.kind, "event queued");
    Ok(())
}

//! Checks a webhook's signature and queues what this shop did not cause itself.

use std::sync::Arc;

use kernel::Timestamp;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};
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
        async move { answer(&request, &ports.0, &ports.1, now).await }
    }))
}

/// Where Stripe sends its events.
#[utoipa::path(
    post,
    path = "/webhooks/stripe",
    operation_id = NAME,
    tag = "payments",
    params(("Stripe-Signature" = String, Header, description = "`t=<unix seconds>,v1=<HMAC-SHA256 in hex>`.")),
    request_body(content = Object, description = "A Stripe event."),
    responses(
        (status = 200, description = "It arrived, and is acted on if it is news."),
        (status = 400, description = "Stripe did not sign it, or not in the last five minutes; or it is no event.",
            body = Problem, content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "It did not arrive; send it again.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    request: &Request,
    secret: &str,
    events: &impl QueueEvent,
    now: Timestamp,
) -> Result<Response, Problem> {
    let signature = request.header("stripe-signature").unwrap_or_default();
    receive(secret, events, signature, request.body(), now).await?;
    Ok(Response::empty(200))
}

/// Queues the event in `body` if it is signed and is news. Stripe sends it again, for up to three days, until it is
/// told that it arrived; so it is told that only when the queue has it.
///
/// The event's id is not recorded here but by process-stripe-event, in the same write as the event's effect: an event
/// that was recorded first and then not queued, because this function was ended in between, would be lost.
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use hmac::{Hmac, KeyInit, Mac};
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::StripeEvent;

    const SECRET: &str = "whsec_test";

    #[derive(Default)]
    struct FakeQueue {
        events: Mutex<Vec<StripeEvent>>,
        down: bool,
    }

    #[async_trait]
    impl QueueEvent for FakeQueue {
        async fn queue(&self, event: &StripeEvent) -> Result<(), Error> {
            if self.down {
                return Err(Error::Unavailable("down".to_owned()));
            }
            self.events.lock().unwrap().push(event.clone());
            Ok(())
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap()
    }

    fn event(key: Value) -> Vec<u8> {
        let object = json!({ "id": "pi_1", "metadata": { "order_id": "ord_0123456789abcdef0123456789abcdef" } });
        let event = json!({
            "id": "evt_1", "type": "payment_intent.canceled", "data": { "object": object },
            "request": { "id": "req_1", "idempotency_key": key },
        });
        event.to_string().into_bytes()
    }

    fn sign(body: &[u8]) -> String {
        let seconds = now().as_second();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(&[format!("{seconds}.").as_bytes(), body].concat());
        format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
    }

    async fn send(queue: &FakeQueue, body: &[u8], signature: &str) -> Result<(), u16> {
        receive(SECRET, queue, signature, body, now()).await.map_err(|error| Problem::from(error).status)
    }

    #[tokio::test]
    async fn signed_news_is_queued_and_an_echo_is_not() {
        let queue = FakeQueue::default();
        for key in [Value::Null, json!("order/ord_1/cancel")] {
            let body = event(key);
            assert_eq!(send(&queue, &body, &sign(&body)).await, Ok(()));
        }
        let events = queue.events.lock().unwrap();
        assert_eq!(events.iter().map(|event| event.event_id.as_str()).collect::<Vec<_>>(), ["evt_1"]);
    }

    #[tokio::test]
    async fn what_is_not_signed_is_refused_before_it_is_read() {
        let queue = FakeQueue::default();
        for body in [event(Value::Null), b"not json".to_vec()] {
            for signature in ["", "t=1790000000,v1=00", &sign(b"something else")] {
                assert_eq!(send(&queue, &body, signature).await, Err(400));
            }
        }
        assert_eq!(send(&queue, b"not json", &sign(b"not json")).await, Err(400));
        assert!(queue.events.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn stripe_is_asked_to_send_again_what_cannot_be_queued() {
        let queue = FakeQueue { down: true, ..FakeQueue::default() };
        let body = event(Value::Null);
        assert_eq!(send(&queue, &body, &sign(&body)).await, Err(503));
    }
}

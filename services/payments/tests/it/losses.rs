//! Every exchange of every step goes wrong once: its request is lost, or its answer, or Stripe fails before or after
//! having done it, and saves that. Whoever runs the step again finds things as they should be.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use fakestripe::Fault;

use super::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Loss {
    Request,
    Answer,
    /// Stripe answers 500, and has not done it. Only Stripe.
    StripeFailsBefore,
    /// Stripe answers 500, and has done it. Only Stripe.
    StripeFailsAfter,
}

const ANY: [Loss; 4] = [Loss::Request, Loss::Answer, Loss::StripeFailsBefore, Loss::StripeFailsAfter];

/// A wire on which one exchange goes wrong: the one after `left` more.
#[derive(Clone)]
struct Wire {
    inner: SharedHttpConnector,
    payments: Arc<Payments>,
    left: Arc<Mutex<Option<usize>>>,
    loss: Loss,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let struck = {
            let mut left = self.left.lock().unwrap();
            let struck = *left == Some(0);
            *left = left.and_then(|n| n.checked_sub(1));
            struck
        };
        let failure = || ConnectorError::io("connection reset".into());
        let fault = match self.loss {
            _ if !struck => return self.inner.call(request),
            Loss::Request => return HttpConnectorFuture::ready(Err(failure())),
            Loss::Answer => {
                let answer = self.inner.call(request);
                return HttpConnectorFuture::new(async move { answer.await.and_then(|_| Err(failure())) });
            }
            Loss::StripeFailsBefore => Fault::ServerErrorBefore,
            Loss::StripeFailsAfter => Fault::ServerErrorAfter,
        };
        match request.uri().strip_prefix("https://stripe.local") {
            Some(path) => {
                let mut raw = http::Request::builder().method(request.method()).uri(path);
                for (name, value) in request.headers() {
                    raw = raw.header(name, value);
                }
                let body = request.body().bytes().unwrap().to_vec();
                let answer = self.payments.bench.stripe().handle_with(raw.body(body).unwrap(), fault);
                let status = answer.status().as_u16().try_into().unwrap();
                HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer.into_body()))))
            }
            None => self.inner.call(request),
        }
    }
}

/// A function's runtime, over a wire on which one exchange goes wrong. What is left of the count tells whether it came
/// to that.
fn troubled(payments: &Arc<Payments>, function: &str, nth: usize, loss: Loss) -> (Runtime, Arc<Mutex<Option<usize>>>) {
    let mut runtime = payments.bench.runtime(function);
    let left = Arc::new(Mutex::new(Some(nth)));
    let (inner, count, payments) = (runtime.sdk.http_client().unwrap(), Arc::clone(&left), Arc::clone(payments));
    let client = http_client_fn(move |settings, components| {
        let (inner, payments) = (inner.http_connector(settings, components), Arc::clone(&payments));
        SharedHttpConnector::new(Wire { inner, payments, left: Arc::clone(&count), loss })
    });
    runtime.sdk = runtime.sdk.into_builder().http_client(client).build();
    (runtime, left)
}

/// Brings payments to where a step begins, runs it with each of its exchanges gone wrong in turn, and again without,
/// and checks that it then answers what it should and that the books are right.
async fn whatever_goes_wrong<A, P, S, O>(function: &str, losses: &[Loss], prepare: P, step: S, expected: A)
where
    A: std::fmt::Debug + PartialEq,
    P: AsyncFn(&Payments, &OrderFacts) -> String,
    S: Fn(Runtime, OrderFacts, String) -> O,
    O: Future<Output = Result<A, FunctionError>>,
{
    for loss in losses {
        for nth in 0.. {
            let payments = Arc::new(Payments::new());
            let order = payments.order(1, "pm_card_visa");
            let intent_id = prepare(&payments, &order).await;
            let (runtime, left) = troubled(&payments, function, nth, *loss);
            match step(runtime, order.clone(), intent_id.clone()).await {
                Ok(answer) => assert_eq!(answer, expected, "{function} {loss:?} {nth}"),
                Err(error) => assert_eq!(error.name, FunctionError::TRANSIENT, "{function} {loss:?} {nth}: {error}"),
            }
            let again = step(payments.bench.runtime(function), order, intent_id).await;
            assert_eq!(again.as_ref(), Ok(&expected), "{function} {loss:?} {nth}");
            payments.deliver_webhooks().await;
            assert_eq!(payments.process(&payments.queued()).await, Vec::<String>::new());
            payments.audit();
            if left.lock().unwrap().is_some() {
                assert!(nth > 0, "nothing went wrong");
                break;
            }
        }
    }
}

async fn untouched(_: &Payments, _: &OrderFacts) -> String {
    String::new()
}

async fn authorized(payments: &Payments, order: &OrderFacts) -> String {
    payments.authorized(order).await
}

async fn captured(payments: &Payments, order: &OrderFacts) -> String {
    let intent_id = payments.authorized(order).await;
    payments.capture(order, &intent_id).await.unwrap();
    intent_id
}

#[tokio::test(start_paused = true)]
async fn authorizing() {
    let step = |runtime, order, _| async move {
        authorize(runtime, &order).await.map(|answer| matches!(answer, AuthorizePaymentAnswer::Authorized { .. }))
    };
    // When Stripe failed before, and saved that, nothing can be known until the deadline.
    let losses = [Loss::Request, Loss::Answer, Loss::StripeFailsAfter];
    whatever_goes_wrong("authorize-payment", &losses, untouched, step, true).await;
}

#[tokio::test(start_paused = true)]
async fn capturing() {
    let step = |runtime, order, id: String| async move { capture(runtime, &order, &id).await };
    whatever_goes_wrong("capture-payment", &ANY, authorized, step, CapturePaymentAnswer::Captured).await;
}

#[tokio::test(start_paused = true)]
async fn canceling() {
    let step = |runtime, order, _| async move { cancel(runtime, &order, false).await };
    let losses = [Loss::Request, Loss::Answer, Loss::StripeFailsAfter];
    whatever_goes_wrong("cancel-payment", &losses, untouched, step, CancelPaymentAnswer::Canceled).await;
    whatever_goes_wrong("cancel-payment", &ANY, authorized, step, CancelPaymentAnswer::Canceled).await;
    whatever_goes_wrong("cancel-payment", &ANY, captured, step, CancelPaymentAnswer::Captured).await;
}

#[tokio::test(start_paused = true)]
async fn refunding() {
    let step = |runtime, order, _| async move { cancel(runtime, &order, true).await };
    whatever_goes_wrong("cancel-payment", &ANY, captured, step, CancelPaymentAnswer::Refunded).await;
}

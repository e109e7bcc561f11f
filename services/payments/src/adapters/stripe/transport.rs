//! Carries Stripe's requests over the AWS SDK's HTTP client.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
        result::SdkError,
        stalled_stream_protection::StalledStreamProtectionConfig,
    },
};
use aws_smithy_types::{body::SdkBody, timeout::TimeoutConfig};
use bytes::Bytes;
use http::{HeaderValue, Uri, header};
use kernel::Clock;
use lambda::{Runtime, StartError, chain};
use stripe_client_core::{RequestBuilder, StripeMethod, VERSION};
use tracing::{error, warn};

use super::view;
use crate::{
    Error,
    domain::{Breaker, Key},
};

/// A call that Stripe has not answered by now is given up, and asked again under the same key: two of them
/// have to fit into a function's time limit.
const ATTEMPT: Duration = Duration::from_secs(4);
const CONNECT: Duration = Duration::from_secs(1);

/// What is sent, and its idempotency key.
#[derive(Debug)]
struct Call {
    request: RequestBuilder,
    key: Option<String>,
}

/// What comes back.
struct Answer {
    status: u16,
    body: Bytes,
}

/// Without the body, which may have a client secret in it.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// One way to Stripe, with its circuit breaker.
pub(super) struct Transport {
    operation: Operation<Call, Answer, Infallible>,
    breaker: Mutex<Breaker>,
    clock: Arc<dyn Clock>,
}

impl Transport {
    /// A way to `STRIPE_API_BASE` with this key.
    ///
    /// # Errors
    /// The setting is missing or no URL, the key cannot be a header, or there is no HTTP client.
    pub(super) fn new(runtime: &Runtime, api_key: &str) -> Result<Self, StartError> {
        let base: Uri = runtime.settings.parse("STRIPE_API_BASE")?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {api_key}"))
            .map_err(|_| StartError::Outside("the Stripe key has characters that no header may have".to_owned()))?;
        bearer.set_sensitive(true);
        let http =
            runtime.sdk.http_client().ok_or_else(|| StartError::Outside("there is no HTTP client".to_owned()))?;
        let mut operation = Operation::builder()
            .service_name("stripe")
            .operation_name("request")
            .http_client(http)
            .endpoint_url(&base.to_string())
            .no_auth()
            // Whoever asked decides whether to ask again: the saga, or the queue.
            .no_retry()
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build(),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .serializer(move |call: Call| http_request(call, &bearer))
            .deserializer(answer);
        if let Some(sleep) = runtime.sdk.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = runtime.sdk.time_source() {
            operation = operation.time_source(time);
        }
        Ok(Self { operation: operation.build(), breaker: Mutex::default(), clock: Arc::clone(&runtime.clock) })
    }

    /// Sends a request once, and answers the body of an answer that is no error.
    ///
    /// # Errors
    /// What [`view::outcome`] makes of the answer; [`Error::Unknown`] when there is none.
    pub(super) async fn call(&self, request: RequestBuilder, key: Option<&Key>) -> Result<Bytes, Error> {
        if !self.breaker(|breaker| breaker.allows(self.clock.now())) {
            return Err(Error::Unknown("the circuit to Stripe is open".to_owned()));
        }
        let call = Call { request, key: key.map(|key| key.as_str().to_owned()) };
        let answer = match self.operation.invoke(call).await {
            Ok(answer) => answer,
            Err(error @ SdkError::ConstructionFailure(_)) => return Err(Error::Broken(chain(&error))),
            Err(error) => {
                self.failed();
                return Err(Error::Unknown(chain(&error)));
            }
        };
        // A 409 is about one key and a 424 about one card network; a 429 or a 5xx is about Stripe.
        if answer.status == 429 || answer.status >= 500 {
            self.failed();
        } else {
            self.breaker(Breaker::succeeded);
        }
        view::outcome(answer.status, &answer.body).inspect_err(
            |why| warn!(status = answer.status, key = key.map(Key::as_str), %why, "Stripe answered an error"),
        )?;
        Ok(answer.body)
    }

    fn failed(&self) {
        if self.breaker(|breaker| breaker.failed(self.clock.now())) {
            error!("the circuit to Stripe opens");
        }
    }

    fn breaker<T>(&self, with: impl FnOnce(&mut Breaker) -> T) -> T {
        with(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Paths are relative to `/v1`, and the base URL is put before them by the SDK.
fn http_request(call: Call, bearer: &HeaderValue) -> Result<HttpRequest, BoxError> {
    let Call { request: RequestBuilder { query, body, path, method }, key } = call;
    let uri = query
        .filter(|query| !query.is_empty())
        .map_or_else(|| format!("/v1{path}"), |query| format!("/v1{path}?{query}"));
    let method = match method {
        StripeMethod::Get => http::Method::GET,
        StripeMethod::Post => http::Method::POST,
        StripeMethod::Delete => http::Method::DELETE,
    };
    let mut request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header(header::AUTHORIZATION, bearer)
        .header(header::USER_AGENT, concat!("emporium/", env!("CARGO_PKG_VERSION")))
        .header("stripe-version", VERSION.as_str());
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    if let Some(body) = &body {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request = request.header(header::CONTENT_LENGTH, body.len());
    }
    Ok(request.body(SdkBody::from(body.unwrap_or_default()))?.try_into()?)
}

fn answer(response: &HttpResponse) -> Result<Answer, OrchestratorError<Infallible>> {
    // The SDK has read the whole body before it asks for this.
    let body = response.body().bytes().ok_or_else(|| OrchestratorError::other("the answer's body was not read"))?;
    Ok(Answer { status: response.status().as_u16(), body: Bytes::copy_from_slice(body) })
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime_api::client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        result::ConnectorError,
    };
    use kernel::{ManualClock, SignedDuration, Timestamp};
    use lambda::{Settings, Uuids};
    use stripe_client_core::StripeRequest;
    use stripe_core::payment_intent::{CapturePaymentIntent, RetrievePaymentIntent};

    use super::*;

    /// What the other side does with one request.
    #[derive(Debug, Clone, Copy)]
    enum Reply {
        Answer(u16, &'static str),
        Hangup,
        Silence,
    }

    #[derive(Debug, Clone, Default)]
    struct OtherSide(Arc<Mutex<(VecDeque<Reply>, Vec<HttpRequest>)>>);

    impl HttpConnector for OtherSide {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let mut inner = self.0.lock().unwrap();
            let reply = inner.0.pop_front().unwrap_or(Reply::Answer(200, "{}"));
            inner.1.push(request);
            HttpConnectorFuture::new(async move {
                match reply {
                    Reply::Answer(status, body) => {
                        Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body)))
                    }
                    Reply::Hangup => Err(ConnectorError::io("connection reset".into())),
                    Reply::Silence => std::future::pending().await,
                }
            })
        }
    }

    impl OtherSide {
        fn requests(&self) -> Vec<HttpRequest> {
            std::mem::take(&mut self.0.lock().unwrap().1)
        }
    }

    fn transport(replies: impl IntoIterator<Item = Reply>) -> (Transport, OtherSide, Arc<ManualClock>) {
        let other = OtherSide(Arc::new(Mutex::new((replies.into_iter().collect(), Vec::new()))));
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_790_000_000).unwrap()));
        let connector = SharedHttpConnector::new(other.clone());
        let sdk = aws_types::SdkConfig::builder()
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .build();
        let settings = Settings::new([("STRIPE_API_BASE".to_owned(), "https://stripe.example".to_owned())]);
        let runtime = Runtime { settings, sdk, clock: clock.clone(), ids: Arc::new(Uuids) };
        (Transport::new(&runtime, "sk_test_1").unwrap(), other, clock)
    }

    fn key() -> Key {
        Key::new(&kernel::OrderId::from_bytes([7; 16]), crate::domain::Operation::Capture)
    }

    async fn capture(transport: &Transport) -> Result<Bytes, Error> {
        transport.call(CapturePaymentIntent::new("pi_1").build(), Some(&key())).await
    }

    #[tokio::test]
    async fn a_request_is_what_stripe_expects() {
        let (transport, other, _) = transport([]);
        capture(&transport).await.unwrap();
        transport.call(RetrievePaymentIntent::new("pi_1").expand(vec!["x".to_owned()]).build(), None).await.unwrap();
        let requests = other.requests();
        let [post, get] = &requests[..] else { panic!("{requests:?}") };
        assert_eq!((post.method(), post.uri()), ("POST", "https://stripe.example/v1/payment_intents/pi_1/capture"));
        assert_eq!(post.headers().get("authorization"), Some("Bearer sk_test_1"));
        assert_eq!(post.headers().get("idempotency-key"), Some(key().as_str()));
        assert_eq!(post.headers().get("stripe-version"), Some(VERSION.as_str()));
        assert_eq!(post.headers().get("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(get.method(), "GET");
        assert!(get.uri().starts_with("https://stripe.example/v1/payment_intents/pi_1?expand"), "{}", get.uri());
        assert_eq!(get.headers().get("idempotency-key"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_and_broken_connections_leave_the_outcome_unknown_and_are_not_retried_here() {
        let (transport, other, _) = transport([Reply::Silence, Reply::Hangup, Reply::Answer(409, "{}")]);
        for _ in 0..3 {
            let outcome = capture(&transport).await;
            assert!(matches!(outcome, Err(Error::Unknown(_))), "{outcome:?}");
        }
        assert_eq!(other.requests().len(), 3);
        assert!(capture(&transport).await.is_ok());
    }

    #[tokio::test]
    async fn when_stripe_is_down_it_is_not_asked_until_a_pause_is_over() {
        let (transport, other, clock) = transport([Reply::Answer(503, "{}"); 5]);
        for _ in 0..5 {
            assert!(matches!(capture(&transport).await, Err(Error::StripeFailed(_))));
        }
        assert!(matches!(capture(&transport).await, Err(Error::Unknown(_))));
        assert_eq!(other.requests().len(), 5);
        clock.advance(SignedDuration::from_secs(10));
        assert!(capture(&transport).await.is_ok());
        assert!(capture(&transport).await.is_ok());
    }

    #[test]
    fn the_body_of_an_answer_is_not_printed() {
        let answer = Answer { status: 200, body: Bytes::from_static(b"pi_1_secret") };
        assert!(!format!("{answer:?}").contains("secret"));
    }
}

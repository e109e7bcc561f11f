//! When senders die, and SES rejects, fails, or takes a mail and its answer is lost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use contracts::events::ORDER_CONFIRMED;
use kernel::Clock;
use lambda::{Runtime, Settings};

use crate::{Notifications, deliver, message, order_id};

/// Longer than CLAIM_SECONDS in service.yaml.
const CLAIM: Duration = Duration::from_secs(61);

#[tokio::test]
async fn a_mail_that_another_has_claimed_waits_for_the_claim_to_end() {
    let notifications = Notifications::new();
    let until = notifications.bench.clock().now().as_millisecond() + 60_000;
    claim_and_die(&notifications, until).await;
    assert_eq!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await, ["0"]);
    assert!(notifications.bench.mails().is_empty());

    notifications.bench.clock().advance(CLAIM);
    assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());
    assert_eq!(notifications.bench.mails().len(), 1);
    assert_eq!(notifications.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn a_rejected_mail_can_be_sent_at_once_when_the_reason_is_gone() {
    let notifications = Notifications::new();
    let mut runtime = notifications.runtime();
    let stranger = ("MAIL_FROM", "stranger@example.org");
    let settings = ["MAILS_TABLE", "CLAIM_SECONDS", "MAILS_KEPT_DAYS"];
    let settings = settings.map(|name| (name, runtime.settings.text(name).unwrap())).into_iter().chain([stranger]);
    runtime.settings =
        Settings::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>());
    assert_eq!(deliver(runtime, &[message(ORDER_CONFIRMED, 1)]).await, ["0"]);
    assert_eq!(notifications.bench.scan("mails")[0]["state"], "failed");

    assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());
    assert_eq!(notifications.bench.scan("mails")[0]["state"], "sent");
    assert_eq!(notifications.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_answer_is_one_call_and_a_second_mail_only_after_the_claim() {
    let notifications = Notifications::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let again = async || deliver(unlucky(&notifications, true, &calls), &[message(ORDER_CONFIRMED, 1)]).await;
    assert_eq!(again().await, ["0"]);
    assert_eq!((calls.load(Ordering::SeqCst), notifications.bench.mails().len()), (1, 1));
    // Nobody knows whether it was sent, so nobody sends it while the claim lasts.
    assert_eq!(again().await, ["0"]);
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    notifications.bench.clock().advance(CLAIM);
    assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());
    assert_eq!(notifications.audit(), [format!("{} order_confirmed: sent 2 times", order_id(1))]);
    assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());
    assert_eq!(notifications.bench.mails().len(), 2);
}

#[tokio::test]
async fn a_failure_before_the_effect_is_one_mail_in_the_end() {
    let notifications = Notifications::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let outcome = deliver(unlucky(&notifications, false, &calls), &[message(ORDER_CONFIRMED, 1)]).await;
    assert_eq!((outcome, calls.load(Ordering::SeqCst)), (vec!["0".to_owned()], 1));
    assert_eq!(notifications.bench.scan("mails")[0]["state"], "sending");

    notifications.bench.clock().advance(CLAIM);
    assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());
    assert_eq!(notifications.audit(), Vec::<String>::new());
    assert_eq!(notifications.bench.mails().len(), 1);
}

/// Leaves the table as a sender does that dies after its claim.
async fn claim_and_die(notifications: &Notifications, until_millis: i64) {
    let runtime = notifications.runtime();
    let text = |value: &str| AttributeValue::S(value.to_owned());
    aws_sdk_dynamodb::Client::new(&runtime.sdk)
        .update_item()
        .table_name(runtime.settings.text("MAILS_TABLE").unwrap())
        .key("order_id", text(order_id(1).as_str()))
        .key("template", text("order_confirmed"))
        .update_expression("SET #state = :sending, claim = :claim, claimed_until = :until")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":sending", text("sending"))
        .expression_attribute_values(":claim", text("another"))
        .expression_attribute_values(":until", AttributeValue::N(until_millis.to_string()))
        .send()
        .await
        .unwrap();
}

/// A runtime in which SES answers 500 to everything, after doing it or instead. Counts the calls.
fn unlucky(notifications: &Notifications, after_the_effect: bool, calls: &Arc<AtomicUsize>) -> Runtime {
    let mut runtime = notifications.runtime();
    let (inner, calls) = (runtime.sdk.http_client().unwrap(), Arc::clone(calls));
    let http = SharedHttpClient::new(Unlucky { inner, after_the_effect, calls });
    runtime.sdk = runtime.sdk.to_builder().http_client(http).build();
    runtime
}

#[derive(Debug, Clone)]
struct Unlucky<T> {
    inner: T,
    after_the_effect: bool,
    calls: Arc<AtomicUsize>,
}

impl HttpClient for Unlucky<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Unlucky {
            inner,
            after_the_effect: self.after_the_effect,
            calls: Arc::clone(&self.calls),
        })
    }
}

impl HttpConnector for Unlucky<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !request.uri().contains("/v2/email/") {
            return self.inner.call(request);
        }
        self.calls.fetch_add(1, Ordering::SeqCst);
        let effect = self.after_the_effect.then(|| self.inner.call(request));
        HttpConnectorFuture::new(async move {
            if let Some(effect) = effect {
                effect.await?;
            }
            Ok(HttpResponse::new(500.try_into().unwrap(), "{}".into()))
        })
    }
}

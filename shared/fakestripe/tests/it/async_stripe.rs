//! async-stripe, which the shop uses, understands every answer.

use bytes::Bytes;
use fakestripe::{Authentication, Fault};
use http::Request;
use stripe_client_core::{
    CustomizedStripeRequest, RequestStrategy, StripeBlockingClient, StripeClientErr, StripeMethod, StripeRequest,
};
use stripe_core::{
    PaymentIntent, PaymentIntentStatus,
    payment_intent::{
        CancelPaymentIntent, CancelPaymentIntentCancellationReason, CapturePaymentIntent, ConfirmPaymentIntent,
        CreatePaymentIntent, ListPaymentIntent, RetrievePaymentIntent, SearchPaymentIntent,
    },
    refund::{CreateRefund, ListRefund, RetrieveRefund},
};
use stripe_shared::{
    ApiErrors, ApiErrorsCode, ApiErrorsType, Charge, PaymentIntentAllowedPaymentMethodTypes, PaymentIntentCaptureMethod,
};
use stripe_types::{Currency, RangeQueryTs};

use crate::bench::{API_KEY, Bench};

struct Client<'a> {
    bench: &'a Bench,
    fault: Fault,
    /// Whether an error's body is what is wanted.
    expect_error: bool,
}

#[derive(Debug)]
#[expect(dead_code, reason = "shown when a test fails")]
enum Failed {
    Status(u16, String),
    Unreadable(String),
}

impl StripeClientErr for Failed {
    fn deserialize_err(msg: impl std::fmt::Display) -> Self {
        Self::Unreadable(msg.to_string())
    }
}

impl StripeBlockingClient for Client<'_> {
    type Err = Failed;

    fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, Failed> {
        let (request, config) = request.into_pieces();
        let method = match request.method {
            StripeMethod::Get => "GET",
            StripeMethod::Post => "POST",
            StripeMethod::Delete => "DELETE",
        };
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let mut http = Request::builder()
            .method(method)
            .uri(format!("https://api.stripe.com/v1{}{query}", request.path))
            .header("Authorization", format!("Bearer {API_KEY}"));
        if let Some(key) = config.request_strategy.and_then(|strategy| strategy.get_key()) {
            http = http.header("Idempotency-Key", key.as_str());
        }
        let body = Bytes::from(request.body.unwrap_or_default());
        let (parts, body) = self.bench.stripe.handle_with(http.body(body).unwrap(), self.fault).into_parts();
        match parts.status.as_u16() {
            200 if !self.expect_error => Ok(body.into()),
            status if status >= 400 && self.expect_error => Ok(body.into()),
            status => Err(Failed::Status(status, String::from_utf8(body).unwrap())),
        }
    }
}

fn client(bench: &Bench) -> Client<'_> {
    Client { bench, fault: Fault::None, expect_error: false }
}

/// The error that a request gets, as async-stripe reads it.
fn error(bench: &Bench, request: &impl StripeRequest, fault: Fault) -> ApiErrors {
    let client = Client { bench, fault, expect_error: true };
    *request.build().customize::<stripe_shared::Error>().send_blocking(&client).unwrap().error
}

fn payment(card: &str) -> CreatePaymentIntent {
    CreatePaymentIntent::new(1980, Currency::EUR)
        .payment_method(card)
        .allowed_payment_method_types(vec![PaymentIntentAllowedPaymentMethodTypes::Card])
        .capture_method(PaymentIntentCaptureMethod::Manual)
        .confirm(true)
        .metadata([("order_id".to_owned(), "ord_1".to_owned()), ("customer".to_owned(), "c 1 & [2]".to_owned())])
        .receipt_email("ada@example.com")
        .description("Order ord_1")
}

fn charge(intent: &PaymentIntent) -> &Charge {
    intent.latest_charge.as_ref().unwrap().as_object().unwrap()
}

#[test]
fn a_payment_from_creation_to_refund() {
    let bench = Bench::new();
    let stripe = client(&bench);
    let key = RequestStrategy::Idempotent("order/1/authorize".to_owned().try_into().unwrap());
    let create = || payment("pm_card_visa").customize().request_strategy(key.clone()).send_blocking(&stripe).unwrap();
    let intent = create();
    assert_eq!(intent.status, PaymentIntentStatus::RequiresCapture);
    assert_eq!((intent.amount, intent.amount_capturable, intent.currency), (1980, 1980, Currency::EUR));
    assert_eq!(intent.metadata["customer"], "c 1 & [2]");
    assert_eq!(intent.receipt_email.as_deref(), Some("ada@example.com"));
    // The order of metadata in async-stripe's requests is random.
    assert!((0..20).all(|_| create().id == intent.id));

    let expanded = RetrievePaymentIntent::new(intent.id.clone())
        .expand(vec!["latest_charge".to_owned()])
        .send_blocking(&stripe)
        .unwrap();
    let details = charge(&expanded).payment_method_details.as_ref().unwrap().card.as_ref().unwrap();
    assert_eq!(details.capture_before, Some(1_800_000_000 + 7 * 24 * 60 * 60));
    assert_eq!(details.last4.as_deref(), Some("4242"));

    let captured = CapturePaymentIntent::new(intent.id.clone()).amount_to_capture(1500).send_blocking(&stripe).unwrap();
    assert_eq!((captured.status, captured.amount_received), (PaymentIntentStatus::Succeeded, 1500));

    let refund = CreateRefund::new().payment_intent(intent.id.as_str()).amount(500).send_blocking(&stripe).unwrap();
    assert_eq!((refund.amount, refund.status.as_deref()), (500, Some("succeeded")));
    assert_eq!(RetrieveRefund::new(refund.id.clone()).send_blocking(&stripe).unwrap().id, refund.id);
    let refunds = ListRefund::new().payment_intent(intent.id.as_str()).send_blocking(&stripe).unwrap();
    assert_eq!(refunds.data.len(), 1);
    let after = RetrievePaymentIntent::new(intent.id.clone())
        .expand(vec!["latest_charge".to_owned()])
        .send_blocking(&stripe)
        .unwrap();
    assert_eq!((charge(&after).amount_captured, charge(&after).amount_refunded), (1500, 480 + 500));
}

#[test]
fn lists_and_searches() {
    let bench = Bench::new();
    let stripe = client(&bench);
    for _ in 0..3 {
        payment("pm_card_visa").send_blocking(&stripe).unwrap();
    }
    let query = "metadata['order_id']:'ord_1' AND status:'requires_capture'";
    let search = SearchPaymentIntent::new(query).limit(2);
    let page = search.send_blocking(&stripe).unwrap();
    assert_eq!((page.data.len(), page.has_more), (2, true));
    assert_eq!(search.paginate().get_all(&stripe).unwrap().len(), 3);

    let list = ListPaymentIntent::new().created(RangeQueryTs::gte(1_800_000_000)).limit(2);
    assert_eq!(list.paginate().get_all(&stripe).unwrap().len(), 3);
    let later = ListPaymentIntent::new().created(RangeQueryTs::gt(1_800_000_000));
    assert_eq!(later.send_blocking(&stripe).unwrap().data.len(), 0);
    let expanded =
        ListPaymentIntent::new().expand(vec!["data.latest_charge".to_owned()]).send_blocking(&stripe).unwrap();
    assert!(!charge(&expanded.data[0]).captured);
}

#[test]
fn three_d_secure_and_cancellation() {
    let bench = Bench::new();
    let stripe = client(&bench);
    let waiting = payment("pm_card_authenticationRequired").send_blocking(&stripe).unwrap();
    assert_eq!(waiting.status, PaymentIntentStatus::RequiresAction);
    assert_eq!(waiting.next_action.as_ref().unwrap().type_, "use_stripe_sdk");

    bench.stripe.authenticate(waiting.id.as_str(), Authentication::Fail).unwrap();
    let failed = RetrievePaymentIntent::new(waiting.id.clone()).send_blocking(&stripe).unwrap();
    assert_eq!(failed.status, PaymentIntentStatus::RequiresPaymentMethod);
    let why = failed.last_payment_error.unwrap();
    assert_eq!(why.code, Some(ApiErrorsCode::PaymentIntentAuthenticationFailure));
    assert_eq!(why.payment_method.unwrap().id.as_str(), "pm_card_authenticationRequired");

    let confirm = |card: &str| ConfirmPaymentIntent::new(waiting.id.clone()).payment_method(card);
    confirm("pm_card_threeDSecure2Required").send_blocking(&stripe).unwrap();
    bench.stripe.authenticate(waiting.id.as_str(), Authentication::Succeed).unwrap();
    let canceled = CancelPaymentIntent::new(waiting.id.clone())
        .cancellation_reason(CancelPaymentIntentCancellationReason::Abandoned)
        .expand(vec!["latest_charge".to_owned()])
        .send_blocking(&stripe)
        .unwrap();
    assert_eq!(canceled.status, PaymentIntentStatus::Canceled);
    assert_eq!((charge(&canceled).captured, charge(&canceled).amount_refunded), (false, 1980));

    bench.advance(8 * 24 * 60 * 60);
    let lapsed = payment("pm_card_visa").send_blocking(&stripe).unwrap();
    bench.advance(8 * 24 * 60 * 60);
    let lapsed = RetrievePaymentIntent::new(lapsed.id).send_blocking(&stripe).unwrap();
    assert_eq!(lapsed.cancellation_reason.unwrap().as_str(), "automatic");
}

#[test]
fn errors() {
    let bench = Bench::new();
    let declined = error(&bench, &payment("pm_card_visa_chargeDeclined"), Fault::None);
    assert_eq!((declined.type_, declined.code), (ApiErrorsType::CardError, Some(ApiErrorsCode::CardDeclined)));
    assert_eq!(declined.decline_code.as_deref(), Some("generic_decline"));
    let intent = declined.payment_intent.unwrap();
    assert_eq!(intent.status, PaymentIntentStatus::RequiresPaymentMethod);
    assert_eq!(declined.payment_method.unwrap().card.unwrap().last4, "0002");
    let expanded = RetrievePaymentIntent::new(intent.id.clone())
        .expand(vec!["latest_charge".to_owned()])
        .send_blocking(&client(&bench))
        .unwrap();
    assert!(!charge(&expanded).paid);

    let state = error(&bench, &CapturePaymentIntent::new(intent.id.clone()), Fault::None);
    assert_eq!(state.code, Some(ApiErrorsCode::PaymentIntentUnexpectedState));
    assert_eq!(state.payment_intent.unwrap().id, intent.id);

    let missing = error(&bench, &RetrievePaymentIntent::new("pi_nobody"), Fault::None);
    assert_eq!(missing.code, Some(ApiErrorsCode::ResourceMissing));
    let limited = error(&bench, &payment("pm_card_visa"), Fault::RateLimited);
    assert_eq!(limited.code, Some(ApiErrorsCode::RateLimit));
    let failed = error(&bench, &payment("pm_card_visa"), Fault::ServerErrorBefore);
    assert_eq!(failed.type_, ApiErrorsType::ApiError);

    let status = payment("pm_card_visa_chargeDeclined").send_blocking(&client(&bench)).unwrap_err();
    assert!(matches!(status, Failed::Status(402, _)), "{status:?}");
}

//! What holds for every request.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use kernel::SignedDuration;
use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::gateway::{route::Routes, throttle::Bucket};

fn any_value() -> impl Strategy<Value = HeaderValue> {
    vec(any::<u8>(), 0..40).prop_filter_map("no header value", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn any_request() -> impl Strategy<Value = Request<Bytes>> {
    let method = prop_oneof!["GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH|CONNECT|TRACE", "[A-Z!#$%&'*+.^_`|~-]{1,8}"];
    let path = prop_oneof![
        "/(products|orders|stock/[A-Za-z0-9%._~-]{0,12}|webhooks/stripe)(/[a-z]{0,3})?",
        "/[A-Za-z0-9/%._~!$&'()*+,;=:@-]{0,40}",
    ];
    let query = option::of("[A-Za-z0-9%&=+/?._-]{0,40}");
    let names = ["content-type", "authorization", "cookie", "host", "origin", "user-agent", "x-forwarded-for", "x-any"];
    let kinds = prop_oneof!["text/plain", "application/json", "image/png"]
        .prop_map(|kind| HeaderValue::try_from(kind).unwrap());
    let headers = vec((prop::sample::select(names.to_vec()), prop_oneof![any_value(), kinds]), 0..8);
    (method, path, query, headers, vec(any::<u8>(), 0..64)).prop_filter_map(
        "no request",
        |(method, path, query, headers, body)| {
            let uri = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
            let request = Request::builder().method(method.as_str()).uri(uri);
            headers
                .into_iter()
                .fold(request, |request, (name, value)| request.header(name, value))
                .body(body.into())
                .ok()
        },
    )
}

/// Answers only events that the functions' side can read, and with what it read.
fn reader(event: &Value) -> Result<Value, InvokeError> {
    let read: ApiGatewayV2httpRequest = serde_json::from_value(event.clone()).map_err(|_| InvokeError::Failed)?;
    Ok(json!({ "statusCode": 200, "body": read.body, "isBase64Encoded": read.is_base64_encoded }))
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        (200_u16..600).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop_oneof!["statusCode|headers|cookies|body|isBase64Encoded", "[a-z-]{0,8}"];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name, inner), 0..6).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

fn now<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn no_request_is_a_fault_of_the_gateway(request in any_request()) {
        let bench = Bench::set_up(shop(), |_| {}, reader);
        let body = request.body().clone();
        let response = now(bench.gateway.handle(request, CLIENT));
        prop_assert!(response.status().as_u16() < 500, "{response:?}");
        prop_assert!(header(&response, "apigw-requestid").is_some());
        if response.status() == 200 {
            prop_assert_eq!(response.body(), &body);
        }
    }

    #[test]
    fn every_answer_is_a_response_or_a_fault(answer in any_json()) {
        let bench = Bench::set_up(shop(), |_| {}, move |_| Ok(answer.clone()));
        let response = now(bench.send(get("/products"), ""));
        let status = response.status().as_u16();
        prop_assert!((200..600).contains(&status));
        prop_assert!(header(&response, "apigw-requestid").is_some());
    }

    #[test]
    fn an_encoded_variable_is_read_back(value in "[^/]{1,20}") {
        let encoded = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
        let routes = Routes::new(&shop()).unwrap();
        let path = event::decoded(&format!("/stock/{encoded}"));
        let found = routes.find(&http::Method::GET, &path).unwrap();
        prop_assert_eq!(found.variables, [("sku", value)]);
    }

    /// In no stretch of time does a bucket give more than its burst and what its rate brings meanwhile.
    #[test]
    fn a_bucket_never_gives_too_much(
        rate in 0_u32..20,
        burst in 0_u32..20,
        steps in vec((0_i64..400, 0_usize..10), 1..40),
    ) {
        let bucket = Bucket::full(Throttle { rate, burst }, start());
        let (mut at, mut given) = (start(), Vec::new());
        for (wait, asked) in steps {
            at = at.checked_add(SignedDuration::from_millis(wait)).unwrap();
            let taken = (0..asked).filter(|_| bucket.take(at)).count();
            given.push((at, taken));
        }
        for (first, (from, _)) in given.iter().enumerate() {
            let mut sum = 0;
            for (until, taken) in &given[first..] {
                sum += taken;
                let millis = usize::try_from(until.duration_since(*from).as_millis()).unwrap();
                let brought = rate as usize * millis;
                prop_assert!(sum * 1000 <= burst as usize * 1000 + brought);
            }
        }
    }
}

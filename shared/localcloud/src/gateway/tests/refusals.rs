//! What the gateway says by itself.

use kernel::SignedDuration;

use super::*;

const UNAUTHORIZED: &str = r#"{"message":"Unauthorized"}"#;
const FORBIDDEN: &str = r#"{"message":"Forbidden"}"#;
const TOO_LARGE: &str = r#"{"message":"Request Entity Too Large"}"#;
const TOO_MANY: &str = r#"{"message":"Too Many Requests"}"#;

async fn with_authorization(bench: &Bench, value: &str) -> Response<Bytes> {
    bench.send(get("/stock/MUG-01").header("authorization", value), "").await
}

#[tokio::test]
async fn without_a_route() {
    let bench = Bench::new(shop());
    let response = bench.send(get("/nowhere"), "").await;
    assert_eq!(words(&response), (404, None, r#"{"message":"Not Found"}"#));
    assert_eq!(header(&response, "content-type"), Some("application/json"));
    assert_eq!(header(&response, "apigw-requestid"), Some("00000000-0000-0000-0000-000000000001"));
    assert!(bench.functions.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn without_a_token() {
    let bench = Bench::new(shop());
    let blank = || get("/stock/MUG-01").header("authorization", " ");
    for request in [get("/stock/MUG-01"), blank()] {
        let response = bench.send(request, "").await;
        assert_eq!(words(&response), (401, Some("Bearer"), UNAUTHORIZED));
        assert!(header(&response, "apigw-requestid").is_some());
    }
    assert_eq!(with_authorization(&bench, "Bearer ").await.status(), 401);
}

#[tokio::test]
async fn with_a_token_that_is_no_good() {
    let bench = Bench::new(shop());
    let challenge = |why: &str| format!(r#"Bearer scope="admin" error="invalid_token" error_description="{why}""#);

    let broken = with_authorization(&bench, "Bearer nonsense").await;
    assert_eq!(words(&broken), (401, Some(challenge("the token cannot be decoded").as_str()), UNAUTHORIZED));

    let another = issuer_for("another-api", &bench.clock);
    let token = another.token(&CustomerId::parse("ada").unwrap(), Scope::Admin, Duration::from_secs(60)).unwrap();
    let audience = with_authorization(&bench, &format!("Bearer {token}")).await;
    assert_eq!(
        words(&audience),
        (401, Some(challenge("the token does not have a valid audience").as_str()), UNAUTHORIZED)
    );

    let token = bench.token(Scope::Admin);
    bench.clock.advance(SignedDuration::from_secs(60));
    let expired = with_authorization(&bench, &format!("Bearer {token}")).await;
    assert_eq!(words(&expired), (401, Some(challenge("the token has expired").as_str()), UNAUTHORIZED));
    assert!(bench.functions.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn with_a_token_that_does_not_allow_it() {
    let bench = Bench::new(shop());
    let response = with_authorization(&bench, &bench.token(Scope::Customer)).await;
    assert_eq!(words(&response), (403, Some(r#"Bearer scope="admin" error="insufficient_scope""#), FORBIDDEN));
    assert!(bench.functions.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_token_is_taken_with_any_scheme_or_none() {
    let bench = Bench::new(shop());
    let token = bench.token(Scope::Admin);
    for value in [token.clone(), format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER  {token}")] {
        assert_eq!(with_authorization(&bench, &value).await.status(), 204, "{value}");
    }
    assert_eq!(with_authorization(&bench, &format!("Basic {token}")).await.status(), 401);
}

#[tokio::test]
async fn with_too_much() {
    let bench = Bench::new(shop());
    let post = |kind: &str| Request::post("/webhooks/stripe").header("content-type", kind);
    // API Gateway's own limit comes before anything is known about the request.
    let over_api_gateways = bench.send(Request::post("/nowhere"), vec![b'a'; BODY_LIMIT + 1]).await;
    assert_eq!(words(&over_api_gateways), (413, None, TOO_LARGE));
    let over_lambdas = bench.send(post("text/plain"), vec![b'a'; PAYLOAD_LIMIT]).await;
    assert_eq!(words(&over_lambdas), (413, None, TOO_LARGE));
    // Base64 adds a third.
    assert_eq!(bench.send(post("image/png"), vec![b'a'; PAYLOAD_LIMIT / 5 * 4]).await.status(), 413);
    assert_eq!(bench.send(post("text/plain"), vec![b'a'; PAYLOAD_LIMIT / 5 * 4]).await.status(), 204);
}

#[tokio::test]
async fn too_often() {
    let throttle = Throttle { rate: 2, burst: 3 };
    let bench = Bench::set_up(shop(), |config| config.throttle = throttle, |_| Ok(json!({ "statusCode": 204 })));
    let statuses = async |count: usize| {
        let mut statuses = Vec::new();
        for _ in 0..count {
            statuses.push(bench.send(get("/products"), "").await.status().as_u16());
        }
        statuses
    };
    assert_eq!(statuses(4).await, [204, 204, 204, 429]);
    assert_eq!(words(&bench.send(get("/products"), "").await), (429, None, TOO_MANY));
    bench.clock.advance(SignedDuration::from_millis(499));
    assert_eq!(statuses(1).await, [429]);
    bench.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(statuses(2).await, [204, 429]);
    bench.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(statuses(4).await, [204, 204, 204, 429]);
    bench.clock.advance(SignedDuration::from_hours(-1));
    assert_eq!(statuses(1).await, [429]);
    bench.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(statuses(1).await, [429], "the same hour does not count twice");
}

#[tokio::test]
async fn too_often_on_one_route() {
    let throttle = Throttle { rate: 1, burst: 1 };
    let bench =
        Bench::set_up(shop(), |config| config.route_throttle = Some(throttle), |_| Ok(json!({ "statusCode": 204 })));
    assert_eq!(bench.send(get("/products"), "").await.status(), 204);
    assert_eq!(words(&bench.send(get("/products"), "").await), (429, None, TOO_MANY));
    assert_eq!(bench.send(Request::post("/webhooks/stripe"), "").await.status(), 204);
}

#[tokio::test]
async fn for_a_function_that_does_not_answer() {
    for (error, status, body) in [
        (InvokeError::Failed, 500, r#"{"message":"Internal Server Error"}"#),
        (InvokeError::TimedOut, 503, r#"{"message":"Service Unavailable"}"#),
        (InvokeError::Throttled, 503, r#"{"message":"Service Unavailable"}"#),
    ] {
        let bench = Bench::set_up(shop(), |_| {}, move |_| Err(error));
        let response = bench.send(get("/products"), "").await;
        assert_eq!(words(&response), (status, None, body));
        assert!(header(&response, "apigw-requestid").is_some());
    }
    let bench = Bench::set_up(shop(), |_| {}, |_| panic!("a fault in a function"));
    assert_eq!(bench.send(get("/products"), "").await.status(), 500);
}

/// A function that answers when it is told to.
struct Slow(tokio::sync::Notify, tokio::sync::Notify);

#[async_trait]
impl Invoke for Slow {
    async fn invoke(&self, _: &str, _: Value) -> Result<Value, InvokeError> {
        self.0.notified().await;
        self.1.notify_one();
        Ok(Value::Null)
    }
}

#[tokio::test]
async fn after_the_time_limit_and_the_function_goes_on() {
    let clock = Arc::new(ManualClock::at(start()));
    let mut config = GatewayConfig::new(issuer_for("shop", &clock), shop());
    config.timeout = Duration::from_millis(1);
    let slow = Arc::new(Slow(tokio::sync::Notify::new(), tokio::sync::Notify::new()));
    let gateway = Gateway::new(config, slow.clone(), clock, Arc::new(Counter::default())).unwrap();
    let response = gateway.handle(get("/products").body(Bytes::new()).unwrap(), CLIENT).await;
    assert_eq!(words(&response), (503, None, r#"{"message":"Service Unavailable"}"#));
    slow.0.notify_one();
    slow.1.notified().await;
}

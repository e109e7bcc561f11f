//! What becomes of a function's answer.

use super::*;

async fn answered(answer: Value) -> Response<Bytes> {
    Bench::set_up(shop(), |_| {}, move |_| Ok(answer.clone())).send(get("/products"), "").await
}

#[tokio::test]
async fn a_response_is_passed_on() {
    let response = answered(json!({
        "statusCode": 201,
        "headers": {
            "Location": "/orders/1", "content-type": "application/json", "x-number": 7,
            "content-length": "999", "connection": "close",
        },
        "multiValueHeaders": { "x-ignored": ["by format 2.0"] },
        "cookies": ["a=1; Path=/", "b=2"],
        "body": "{}",
        "isBase64Encoded": false,
    }))
    .await;
    assert_eq!(words(&response), (201, None, "{}"));
    assert_eq!(header(&response, "location"), Some("/orders/1"));
    assert_eq!(header(&response, "content-type"), Some("application/json"));
    assert_eq!(header(&response, "x-number"), Some("7"));
    for dropped in ["content-length", "connection", "x-ignored"] {
        assert_eq!(header(&response, dropped), None);
    }
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2"]);
}

#[tokio::test]
async fn the_functions_own_request_id_header_does_not_count() {
    let response = answered(json!({ "statusCode": 200, "headers": { "apigw-requestid": "forged" } })).await;
    assert_eq!(header(&response, "apigw-requestid"), Some("00000000-0000-0000-0000-000000000001"));
}

#[tokio::test]
async fn a_binary_body_goes_both_ways() {
    let bytes: Vec<u8> = (0..=255).collect();
    let echo = |event: &Value| {
        Ok(json!({ "statusCode": 200, "body": event["body"], "isBase64Encoded": event["isBase64Encoded"] }))
    };
    let bench = Bench::set_up(shop(), |_| {}, echo);
    let request = Request::post("/webhooks/stripe").header("content-type", "application/octet-stream");
    let response = bench.send(request, bytes.clone()).await;
    assert_eq!(response.body().as_ref(), bytes);
    assert_eq!(bench.functions.seen.lock().unwrap()[0].1["isBase64Encoded"], true);
}

#[tokio::test]
async fn what_has_no_status_is_the_body() {
    for (answer, body) in [
        (json!({ "message": "Hello from Lambda!" }), r#"{"message":"Hello from Lambda!"}"#),
        (json!("Hello from Lambda!"), "Hello from Lambda!"),
        (json!([1, 2]), "[1,2]"),
        (Value::Null, "null"),
    ] {
        let response = answered(answer).await;
        assert_eq!(words(&response), (200, None, body));
        assert_eq!(header(&response, "content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_body_without_a_type_is_text() {
    let response = answered(json!({ "statusCode": "200", "body": "Hello" })).await;
    assert_eq!(header(&response, "content-type"), Some("text/plain;charset=UTF-8"));
    let empty = answered(json!({ "statusCode": 204, "headers": null, "cookies": null, "body": null })).await;
    assert_eq!((words(&empty), header(&empty, "content-type")), ((204, None, ""), None));
}

#[tokio::test]
async fn what_is_no_response_is_a_fault_of_the_function() {
    for answer in [
        json!({ "statusCode": 99 }),
        json!({ "statusCode": 100 }),
        json!({ "statusCode": 600 }),
        json!({ "statusCode": 200.5 }),
        json!({ "statusCode": -200 }),
        json!({ "statusCode": "ok" }),
        json!({ "statusCode": null }),
        json!({ "statusCode": 200, "headers": { "a b": "c" } }),
        json!({ "statusCode": 200, "headers": { "a": "b\r\nc: d" } }),
        json!({ "statusCode": 200, "headers": { "a": ["b"] } }),
        json!({ "statusCode": 200, "headers": ["a"] }),
        json!({ "statusCode": 200, "cookies": "a=1" }),
        json!({ "statusCode": 200, "cookies": ["a=1\n"] }),
        json!({ "statusCode": 200, "body": { "not": "text" } }),
        json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true }),
        json!({ "statusCode": 200, "body": "a".repeat(PAYLOAD_LIMIT) }),
    ] {
        let response = answered(answer.clone()).await;
        let shown: String = answer.to_string().chars().take(80).collect();
        assert_eq!(words(&response), (500, None, r#"{"message":"Internal Server Error"}"#), "{shown}");
    }
}

fn cors(origins: &[&str]) -> Cors {
    Cors {
        allow_origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
        allow_methods: vec!["GET".to_owned(), "POST".to_owned()],
        allow_headers: vec!["authorization".to_owned()],
        expose_headers: vec!["location".to_owned()],
        allow_credentials: true,
        max_age_seconds: 600,
    }
}

fn preflight(origin: &str) -> http::request::Builder {
    let request = Request::options("/orders").header("origin", origin);
    request.header("access-control-request-method", "POST")
}

#[tokio::test]
async fn pages_of_other_origins_are_told_nothing_unless_configured() {
    let answer = |_: &Value| Ok(json!({ "statusCode": 200, "headers": { "access-control-allow-origin": "theirs" } }));
    let bench = Bench::set_up(shop(), |_| {}, answer);
    assert_eq!(bench.send(preflight("https://a.example"), "").await.status(), 404);
    let response = bench.send(get("/products").header("origin", "https://a.example"), "").await;
    assert_eq!(header(&response, "access-control-allow-origin"), Some("theirs"));
}

#[tokio::test]
async fn pages_of_known_origins_may_call() {
    let answer = |_: &Value| Ok(json!({ "statusCode": 200, "headers": { "access-control-allow-origin": "theirs" } }));
    let bench = Bench::set_up(shop(), |config| config.cors = Some(cors(&["https://a.example"])), answer);
    let asked = bench.send(preflight("https://a.example"), "").await;
    assert_eq!(words(&asked), (204, None, ""));
    for (name, value) in [
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-allow-methods", "GET,POST"),
        ("access-control-allow-headers", "authorization"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "600"),
        ("vary", "origin"),
    ] {
        assert_eq!(header(&asked, name), Some(value), "{name}");
    }
    let response = bench.send(get("/products").header("origin", "https://a.example"), "").await;
    assert_eq!(header(&response, "access-control-allow-origin"), Some("https://a.example"));
    assert_eq!(header(&response, "access-control-expose-headers"), Some("location"));
    for stranger in
        [preflight("https://b.example"), get("/products").header("origin", "https://b.example"), get("/products")]
    {
        let response = bench.send(stranger, "").await;
        assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control-")), "{response:?}");
    }
}

#[tokio::test]
async fn any_origin_may_call_but_without_credentials() {
    let bench = Bench::set_up(shop(), |config| config.cors = Some(cors(&["*"])), |_| Ok(Value::Null));
    let response = bench.send(preflight("https://b.example"), "").await;
    assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&response, "access-control-allow-credentials"), None);
}

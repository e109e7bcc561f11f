//! What functions see.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;

use super::*;

#[tokio::test]
async fn an_event_has_the_guides_shape() {
    let bench = Bench::new(shop());
    let token = bench.token(Scope::Admin);
    let request = get("/stock/MUG%2D01?parameter1=value1&parameter1=value%202&parameter2=a+b&empty")
        .header("Host", "shop.example:3000")
        .header("User-Agent", "agent")
        .header("X-Several", "one")
        .header("X-Several", "two")
        .header("Cookie", "cookie1=a; cookie2=b")
        .header("Cookie", "cookie3=c")
        .header("Content-Type", "text/plain")
        .header("X-Forwarded-For", "198.51.100.1")
        .header("Authorization", format!("Bearer {token}"));
    let event = bench.event(request, "Hello").await;
    let expected = json!({
        "version": "2.0",
        "routeKey": "GET /stock/{sku}",
        "rawPath": "/stock/MUG-01",
        "rawQueryString": "parameter1=value1&parameter1=value%202&parameter2=a+b&empty",
        "cookies": ["cookie1=a", "cookie2=b", "cookie3=c"],
        "headers": {
            "host": "shop.example:3000",
            "user-agent": "agent",
            "x-several": "one,two",
            "content-type": "text/plain",
            "x-forwarded-for": "198.51.100.1, 192.0.2.7",
            "authorization": format!("Bearer {token}"),
            "x-amzn-trace-id": "Root=1-5e6a879e-000000000000000000000001",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": { "parameter1": "value1,value 2", "parameter2": "a b", "empty": "" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "authorizer": {
                "jwt": {
                    "claims": {
                        "iss": "http://localhost:3000",
                        "aud": "shop",
                        "sub": "ada",
                        "client_id": "storefront",
                        "scope": "customer admin",
                        "token_use": "access",
                        "iat": "1584039838",
                        "nbf": "1584039838",
                        "exp": "1584039898",
                        "jti": "00000000-0000-0000-0000-000000000001",
                    },
                    "scopes": ["customer", "admin"],
                },
            },
            "domainName": "local.execute-api.localhost",
            "domainPrefix": "local",
            "http": {
                "method": "GET",
                "path": "/stock/MUG-01",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "agent",
            },
            "requestId": "00000000-0000-0000-0000-000000000001",
            "routeKey": "GET /stock/{sku}",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_584_039_838_390_i64,
        },
        "pathParameters": { "sku": "MUG-01" },
        "body": "Hello",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn what_is_empty_is_left_out() {
    let event = Bench::new(shop()).event(get("/products"), "").await;
    let names: Vec<&String> = event.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded"]
    );
    assert_eq!(event["requestContext"].get("authorizer"), None);
    assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.7");
    assert_eq!(event["headers"]["x-forwarded-port"], "80");
}

#[tokio::test]
async fn the_functions_side_understands_events() {
    let bench = Bench::new(shop());
    let token = bench.token(Scope::Admin);
    let request = get("/stock/MUG-01?a=1&a=2").header("x-several", "one").header("authorization", token);
    let event = bench.event(request.header("content-type", "application/json"), "{}").await;
    let request: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
    assert_eq!(request.path_parameters["sku"], "MUG-01");
    assert_eq!(request.query_string_parameters.all("a").unwrap(), ["1", "2"]);
    assert_eq!(request.headers["x-several"], "one");
    assert_eq!(request.body.as_deref(), Some("{}"));
    assert_eq!(request.request_context.http.method, http::Method::GET);
    let jwt = request.request_context.authorizer.unwrap().jwt.unwrap();
    assert_eq!((jwt.claims["sub"].as_str(), jwt.claims["scope"].as_str()), ("ada", "customer admin"));
    assert_eq!(jwt.scopes.unwrap(), ["customer", "admin"]);
}

#[tokio::test]
async fn bodies_are_text_or_base64_by_their_type() {
    let bench = Bench::new(shop());
    for (kind, is_text) in [
        (Some("application/json"), true),
        (Some("application/json; charset=utf-8"), true),
        (Some("Application/JSON"), true),
        (Some("application/xml"), true),
        (Some("application/javascript"), true),
        (Some("text/csv"), true),
        (Some("application/x-www-form-urlencoded"), false),
        (Some("application/problem+json"), false),
        (Some("image/png"), false),
        (Some("textual"), false),
        (None, false),
    ] {
        let mut request = Request::post("/webhooks/stripe");
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let event = bench.event(request, "{}").await;
        let body = if is_text { "{}" } else { "e30=" };
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(body), &json!(!is_text)), "{kind:?}");
    }
    let latin =
        bench.event(Request::post("/webhooks/stripe").header("content-type", "text/plain"), &[0xe9_u8][..]).await;
    assert_eq!((&latin["body"], &latin["isBase64Encoded"]), (&json!("6Q=="), &json!(true)));
}

#[tokio::test]
async fn claims_of_every_kind_become_text() {
    let claims =
        json!({ "text": "a", "number": 7, "truth": true, "list": ["a", 1], "object": { "a": 1 }, "none": null });
    let claims = Claims::from(claims.as_object().unwrap().clone());
    assert_eq!(
        serde_json::to_value(event::as_text(&claims)).unwrap(),
        json!({ "text": "a", "number": "7", "truth": "true", "list": "[a 1]", "object": r#"{"a":1}"#, "none": "null" })
    );
}

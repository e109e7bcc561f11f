//! The gateway behind axum.

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
};
use futures::stream;
use std::{convert::Infallible, net::SocketAddr};
use tower::ServiceExt;

use super::*;

async fn ask(bench: &Bench, request: Request<Body>) -> Response<Bytes> {
    let (head, body) = bench.gateway.clone().router().oneshot(request).await.unwrap().into_parts();
    Response::from_parts(head, to_bytes(body, usize::MAX).await.unwrap())
}

#[tokio::test]
async fn every_request_reaches_the_gateway() {
    let bench = Bench::set_up(shop(), |_| {}, |event| Ok(json!({ "statusCode": 200, "body": event["body"] })));
    let request = Request::post("/webhooks/stripe").header("content-type", "application/json");
    let response = ask(&bench, request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(words(&response), (200, None, "{}"));
    assert!(header(&response, "apigw-requestid").is_some());
    assert_eq!(ask(&bench, get("/nowhere").body(Body::empty()).unwrap()).await.status(), 404);
}

#[tokio::test]
async fn the_client_is_the_peer() {
    let bench = Bench::new(shop());
    let peer: SocketAddr = "198.51.100.9:40000".parse().unwrap();
    for (extension, source_ip) in [(Some(ConnectInfo(peer)), "198.51.100.9"), (None, "127.0.0.1")] {
        let mut request = get("/products").body(Body::empty()).unwrap();
        if let Some(peer) = extension {
            request.extensions_mut().insert(peer);
        }
        ask(&bench, request).await;
        let (_, event) = bench.functions.seen.lock().unwrap().pop().unwrap();
        assert_eq!(event["requestContext"]["http"]["sourceIp"], source_ip);
    }
}

#[tokio::test]
async fn a_body_that_does_not_end_is_cut_off() {
    let bench = Bench::new(shop());
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[0; 65_536])));
    let request = Request::post("/webhooks/stripe").body(Body::from_stream(endless)).unwrap();
    let response = ask(&bench, request).await;
    assert_eq!(words(&response), (413, None, r#"{"message":"Request Entity Too Large"}"#));
    assert!(header(&response, "apigw-requestid").is_some());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_bad_request() {
    let bench = Bench::new(shop());
    let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
    let request = Request::post("/webhooks/stripe").body(Body::from_stream(broken)).unwrap();
    assert_eq!(words(&ask(&bench, request).await), (400, None, r#"{"message":"Bad Request"}"#));
}

//! S3, asked by the real SDK, and by browsers that try things.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    presigning::PresigningConfig,
    primitives::ByteStream,
};
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use kernel::Clock;
use serde_json::Value;
use tower::ServiceExt;

use super::router;
use crate::{sqs::Peeked, testing::Bench};

const SERVICE: &str = "
context: gallery
buckets:
  uploads: { about: What comes in., expire_days: 7, takes_uploads: true }
  images: { about: What goes out., served_at: /images }
queues:
  uploaded: { about: What came., notified_by: { bucket: uploads }, visibility_seconds: 60, max_receives: 5 }
functions:
  sign: { about: Signs., trigger: { http: POST /images }, timeout_seconds: 5, grants: { bucket/uploads: [PutObject] } }
  look:
    about: Looks.
    trigger: { queue: uploaded }
    timeout_seconds: 10
    settings: { UPLOADS: bucket/uploads, IMAGES: bucket/images, DEAD: dead-letters/uploaded }
    grants:
      bucket/uploads: [GetObject]
      bucket/images: [PutObject]
      dead-letters/uploaded: [SendMessage]
";

const UPLOADS: &str = "emporium-local-gallery-uploads-000000000000";
const IMAGES: &str = "emporium-local-gallery-images-000000000000";
const KEY: &str = "MUG 01/ü.png";

fn bench() -> Bench {
    Bench::new(SERVICE)
}

fn client(bench: &Bench, function: &str) -> Client {
    Client::new(&bench.runtime(function).sdk)
}

/// An address to which `function` lets somebody upload five bytes of PNG for ten minutes.
async fn signed(bench: &Bench, function: &str) -> String {
    let start = std::time::SystemTime::UNIX_EPOCH + Duration::try_from(bench.clock().now().as_duration()).unwrap();
    let config = PresigningConfig::builder().expires_in(Duration::from_secs(600)).start_time(start).build().unwrap();
    let put = client(bench, function).put_object().bucket(UPLOADS).key(KEY).content_type("image/png").content_length(5);
    put.presigned(config).await.unwrap().uri().to_owned()
}

fn upload(url: &str, content_type: &str, body: &'static str) -> Request<Bytes> {
    Request::put(url).header("content-type", content_type).body(Bytes::from(body)).unwrap()
}

fn refused(answer: &Response<Bytes>) -> (u16, String) {
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    let code = text.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default();
    (answer.status().as_u16(), code.to_owned())
}

fn code<T, E: ProvideErrorMetadata>(outcome: Result<T, SdkError<E>>) -> String {
    outcome.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_default()
}

fn told(bench: &Bench) -> Vec<Value> {
    bench.messages("uploaded").iter().map(|message: &Peeked| serde_json::from_str(&message.body).unwrap()).collect()
}

#[tokio::test]
async fn what_a_function_puts_another_gets_and_the_queue_is_told() {
    let bench = bench();
    let put = client(&bench, "sign").put_object().bucket(UPLOADS).key(KEY).content_type("image/png");
    let etag = put.body(ByteStream::from_static(b"bytes")).send().await.unwrap().e_tag.unwrap();
    let got = client(&bench, "look").get_object().bucket(UPLOADS).key(KEY).send().await.unwrap();
    assert_eq!((got.content_type(), got.content_length(), got.e_tag()), (Some("image/png"), Some(5), Some(&*etag)));
    assert_eq!(&got.body.collect().await.unwrap().into_bytes()[..], b"bytes");
    let record = told(&bench)[0]["Records"][0].take();
    assert_eq!((&record["eventSource"], &record["eventName"]), (&"aws:s3".into(), &"ObjectCreated:Put".into()));
    assert_eq!(record["s3"]["bucket"]["name"], UPLOADS);
    // Encoded as in a form, but for the slash.
    assert_eq!(
        (&record["s3"]["object"]["key"], &record["s3"]["object"]["size"]),
        (&"MUG+01/%C3%BC.png".into(), &5.into())
    );
    let requests = bench.readings().requests;
    assert_eq!((requests["gallery/sign"]["s3:PutObject"], requests["gallery/look"]["s3:GetObject"]), (1, 1));
}

#[tokio::test]
async fn what_is_not_granted_or_not_there_is_denied() {
    let bench = bench();
    let (sign, look) = (client(&bench, "sign"), client(&bench, "look"));
    assert_eq!(code(sign.get_object().bucket(UPLOADS).key(KEY).send().await), "AccessDenied");
    assert_eq!(code(look.put_object().bucket(UPLOADS).key(KEY).send().await), "AccessDenied");
    assert_eq!(code(look.get_object().bucket(UPLOADS).key("nothing").send().await), "AccessDenied");
    assert_eq!(code(look.delete_object().bucket(UPLOADS).key(KEY).send().await), "AccessDenied");
    assert!(bench.messages("uploaded").is_empty());
}

#[tokio::test]
async fn a_function_may_send_to_a_dead_letter_queue_that_is_granted() {
    let bench = bench();
    let settings = bench.runtime("look").settings;
    assert!(settings.text("DEAD").unwrap().ends_with("/emporium-local-gallery-uploaded-dead"));
    assert_eq!((settings.text("UPLOADS").unwrap(), settings.text("IMAGES").unwrap()), (UPLOADS, IMAGES));
}

#[tokio::test]
async fn an_address_that_was_signed_takes_what_was_signed() {
    let bench = bench();
    let url = signed(&bench, "sign").await;
    assert!(url.starts_with("http://127.0.0.1/_s3/emporium-local-gallery-uploads-000000000000/MUG%2001/"), "{url}");
    assert_eq!(bench.upload(upload(&url, "image/png", "bytes")).status(), StatusCode::OK);
    let object = bench.object("uploads", KEY).unwrap();
    assert_eq!((&object.bytes[..], object.content_type.as_str()), (&b"bytes"[..], "image/png"));
    assert_eq!(told(&bench).len(), 1);
    // It is good until it expires, not once.
    assert_eq!(bench.upload(upload(&url, "image/png", "other")).status(), StatusCode::OK);
    assert_eq!(told(&bench).len(), 2);
}

#[tokio::test]
async fn what_was_not_signed_is_refused() {
    let bench = bench();
    let url = signed(&bench, "sign").await;
    let (unsigned, _) = url.split_once('?').unwrap();
    let mismatch = || (403, "SignatureDoesNotMatch".to_owned());
    let denied = || (403, "AccessDenied".to_owned());
    let tampered = |from: &str, to: &str| {
        assert!(url.contains(from), "{url}");
        upload(&url.replacen(from, to, 1), "image/png", "bytes")
    };
    for (request, expected) in [
        (upload(unsigned, "image/png", "bytes"), denied()),
        (upload(&url, "image/png", "bytes!"), mismatch()),
        (upload(&url, "image/png", "byte"), mismatch()),
        (upload(&url, "text/html", "bytes"), mismatch()),
        (tampered("X-Amz-Expires=600", "X-Amz-Expires=6000"), mismatch()),
        (tampered("X-Amz-Expires=600", "X-Amz-Expires=604801"), (400, "AuthorizationQueryParametersError".to_owned())),
        (tampered("X-Amz-Expires=600", "X-Amz-Expires=-1"), (400, "AuthorizationQueryParametersError".to_owned())),
        (tampered("MUG%2001", "MUG%2002"), mismatch()),
        (tampered("gallery-uploads", "gallery-images"), mismatch()),
        (tampered("content-length%3B", ""), mismatch()),
        (tampered("GALLERY-SIGN", "GALLERY-LOOK"), mismatch()),
        (tampered("GALLERY-SIGN", "NOBODY"), mismatch()),
        (tampered("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), (400, "AuthorizationQueryParametersError".to_owned())),
        (tampered("%2Faws4_request", ""), (400, "AuthorizationQueryParametersError".to_owned())),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(refused(&bench.upload(request)), expected, "{shown}");
    }
    let mut acl = upload(&url, "image/png", "bytes");
    acl.headers_mut().insert("x-amz-acl", "public-read".parse().unwrap());
    assert_eq!(refused(&bench.upload(acl)), denied());
    assert_eq!(bench.keys("uploads"), Vec::<String>::new());
    assert!(bench.messages("uploaded").is_empty());
}

#[tokio::test]
async fn an_address_expires_and_gives_nobody_more_than_its_signer_has() {
    let bench = bench();
    let (good, powerless) = (signed(&bench, "sign").await, signed(&bench, "look").await);
    assert_eq!(refused(&bench.upload(upload(&powerless, "image/png", "bytes"))), (403, "AccessDenied".to_owned()));
    bench.clock().advance(Duration::from_secs(590));
    assert_eq!(bench.upload(upload(&good, "image/png", "bytes")).status(), StatusCode::OK);
    bench.clock().advance(Duration::from_secs(20));
    let late = bench.upload(upload(&good, "image/png", "bytes"));
    assert!(String::from_utf8_lossy(late.body()).contains("Request has expired"), "{late:?}");
}

#[tokio::test]
async fn what_is_served_has_the_headers_it_was_put_with() {
    let bench = bench();
    let kept = "public, max-age=31536000, immutable";
    let put = client(&bench, "look").put_object().bucket(IMAGES).key("images/a/320.webp").content_type("image/webp");
    put.cache_control(kept).body(ByteStream::from_static(b"bytes")).send().await.unwrap();
    let put = client(&bench, "look").put_object().bucket(IMAGES).key("secret").body(ByteStream::from_static(b"bytes"));
    put.send().await.unwrap();
    let shop = router(bench.inner());
    let get = async |path: &str, seen: &str| {
        let request = Request::get(path).header("if-none-match", seen).body(Body::empty()).unwrap();
        shop.clone().oneshot(request).await.unwrap()
    };
    let answer = get("/images/a/320.webp", "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        (&answer.headers()["content-type"], &answer.headers()["cache-control"]),
        (&"image/webp".parse().unwrap(), &kept.parse().unwrap())
    );
    let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(&axum::body::to_bytes(answer.into_body(), 100).await.unwrap()[..], b"bytes");
    assert_eq!(get("/images/a/320.webp", &etag).await.status(), StatusCode::NOT_MODIFIED);
    for path in ["/images/a/640.webp", "/images/../secret", "/images/%2e%2e/secret", "/secret", "/_s3/x/secret"] {
        assert!(get(path, "").await.status().is_client_error(), "{path}");
    }
}

#[tokio::test]
async fn objects_survive_a_restart() {
    let folder = std::env::temp_dir().join(format!("emporium-s3-{}", std::process::id()));
    let options = crate::Options { data: Some(folder.clone()), ..crate::Options::default() };
    let before = Bench::with(SERVICE, options.clone());
    let put = client(&before, "sign").put_object().bucket(UPLOADS).key(KEY).content_type("image/png");
    put.body(ByteStream::from_static(b"bytes")).send().await.unwrap();
    let object = before.object("uploads", KEY);
    assert!(object.is_some());
    drop(before);
    let after = Bench::with(SERVICE, options);
    assert_eq!(after.object("uploads", KEY), object);
    std::fs::remove_dir_all(folder).unwrap();
}

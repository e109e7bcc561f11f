//! What browsers reach: uploads with an address that a function has signed, and what the shop's address serves.

use std::sync::{Arc, Weak};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use bytes::Bytes;
use http::{
    HeaderMap, Method, StatusCode, Uri,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH},
};
use kernel::Clock;
use topology::Kind;

use super::{
    Location, Metadata, Object, PATH,
    api::{as_s3_words_it, xml_error},
    presigned,
};
use crate::{aws::AwsError, cloud::Inner, connector::Incoming};

/// The most that is taken at once. S3 takes 5 GB, which nobody here has memory for.
const MOST_BYTES: usize = 100 * 1024 * 1024;

/// The routes of S3 and of what is served of it.
pub(crate) fn router(cloud: &Arc<Inner>) -> Router {
    let mut router = Router::new().route(&format!("{PATH}/{{bucket}}/{{*key}}"), put(upload));
    for path in cloud.buckets.served_paths() {
        router = router.route(&format!("{path}/{{*key}}"), get(served));
    }
    router.with_state(Arc::downgrade(cloud))
}

async fn upload(State(cloud): State<Weak<Inner>>, request: Request) -> Response {
    let Some(cloud) = cloud.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let (head, body) = request.into_parts();
    // A client that goes away in the middle has uploaded nothing.
    let Ok(body) = to_bytes(body, MOST_BYTES).await else { return StatusCode::BAD_REQUEST.into_response() };
    response(cloud.upload(&head.method, &head.uri, &head.headers, body))
}

async fn served(State(cloud): State<Weak<Inner>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(cloud) = cloud.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    match cloud.buckets.served(uri.path()) {
        Some(object) => shown(object, headers.get(IF_NONE_MATCH).and_then(|seen| seen.to_str().ok())),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// An object as CloudFront serves it.
fn shown(object: Object, seen: Option<&str>) -> Response {
    let etag = format!("\"{}\"", object.etag);
    let status = if seen == Some(etag.as_str()) { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let bytes = if status == StatusCode::OK { object.bytes } else { Bytes::new() };
    let headers = [(CONTENT_TYPE, object.content_type), (ETAG, etag)];
    let kept = object.cache_control.map(|value| [(CACHE_CONTROL, value)]);
    (status, headers, kept, Body::from(bytes)).into_response()
}

fn response(answer: Incoming) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Body::from(answer.body)).into_response();
    for (name, value) in answer.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl Inner {
    /// Takes what somebody uploads with an address that a function has signed, if the function itself might have put it.
    pub(crate) fn upload(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Incoming {
        match self.try_upload(method, uri, headers, body) {
            Ok(etag) => Incoming { status: 200, headers: vec![("etag", format!("\"{etag}\""))], body: Vec::new() },
            Err(error) => xml_error(&error),
        }
    }

    /// The same, of a whole request.
    pub(crate) fn uploaded(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (head, body) = request.into_parts();
        let answer = self.upload(&head.method, &head.uri, &head.headers, body);
        let mut response = http::Response::new(Bytes::from(answer.body));
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
    }

    fn try_upload(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Result<String, AwsError> {
        let location = uri.path().strip_prefix(PATH).and_then(Location::parse);
        let Some(Location { bucket, key }) = location.filter(|_| method == Method::PUT) else {
            return Err(AwsError::not_modelled("S3", &format!("{method} {}", uri.path())));
        };
        // What is signed must be what arrived, whatever a client without a socket says.
        let mut headers = headers.clone();
        headers.insert(CONTENT_LENGTH, body.len().into());
        if let (None, Some(authority)) = (headers.get(HOST), uri.authority()) {
            if let Ok(host) = authority.as_str().parse() {
                headers.insert(HOST, host);
            }
        }
        let access_key = presigned::signer(method.as_str(), uri, &headers, self.clock.now())?;
        let caller = self.permissions.caller(&access_key).ok_or_else(|| AwsError {
            status: 403,
            code: "InvalidAccessKeyId".to_owned(),
            message: "The AWS Access Key Id you provided does not exist in our records.".to_owned(),
        })?;
        self.meter.request(caller, "s3:PutObject");
        self.permissions.check(caller, Kind::Bucket, &bucket, "PutObject").map_err(as_s3_words_it)?;
        let owned =
            |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).map(str::to_owned);
        let metadata = Metadata { content_type: owned(CONTENT_TYPE), cache_control: owned(CACHE_CONTROL) };
        self.buckets.put(&bucket, &key, body, metadata)
    }
}

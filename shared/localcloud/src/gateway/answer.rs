//! What the client gets: the function's answer as an HTTP response, or the gateway's own words.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{
        CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, PROXY_AUTHENTICATE, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING,
        UPGRADE, WWW_AUTHENTICATE,
    },
};
use serde_json::{Map, Value, json};

use super::{InvokeError, PAYLOAD_LIMIT};
use crate::issuer::Refused;

/// A response that is not the function's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request cannot be read.
    BadRequest,
    /// No route.
    NotFound,
    /// No token.
    NoToken,
    /// A token that is no good.
    BadToken { scope: String, why: Refused },
    /// A good token without the route's scope.
    NoScope { scope: String },
    /// Too large for API Gateway or for Lambda.
    TooLarge,
    /// Throttled by the API.
    TooManyRequests,
    /// The function failed, or answered what is no response.
    Failed,
    /// The function did not answer in time, or is throttled.
    Unavailable,
}

impl Refusal {
    /// Status and message, as API Gateway words them.
    fn words(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::NoToken | Self::BadToken { .. } => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::NoScope { .. } => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }

    /// RFC 6750 §3, with spaces where the RFC has commas, as API Gateway writes it (Developer Guide, "Troubleshooting
    /// issues with HTTP API JWT authorizers"). The guide does not show the challenge for a scope that is missing.
    fn challenge(&self) -> Option<String> {
        match self {
            Self::NoToken => Some("Bearer".to_owned()),
            Self::BadToken { scope, why } => {
                Some(format!(r#"Bearer scope="{scope}" error="invalid_token" error_description="{why}""#))
            }
            Self::NoScope { scope } => Some(format!(r#"Bearer scope="{scope}" error="insufficient_scope""#)),
            _ => None,
        }
    }
}

/// What API Gateway makes of a throttled function is documented for REST APIs (500) and not for HTTP APIs. Here it is
/// 503, as for a time-out: the client may try again, and the functions of this shop answer 503 for that.
impl From<InvokeError> for Refusal {
    fn from(error: InvokeError) -> Self {
        match error {
            InvokeError::Failed => Self::Failed,
            InvokeError::TimedOut | InvokeError::Throttled => Self::Unavailable,
        }
    }
}

impl From<Refusal> for Response<Bytes> {
    fn from(refusal: Refusal) -> Self {
        let (status, message) = refusal.words();
        let mut response = plain(status, json!({ "message": message }).to_string().into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(challenge) = refusal.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// A response without a body.
pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    plain(status, Bytes::new())
}

fn plain(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// A function's answer as a response. What has no `statusCode` is the body of a 200, as payload format 2.0 has it.
pub(super) fn from_result(result: Value) -> Result<Response<Bytes>, Refusal> {
    if json_len(&result) > PAYLOAD_LIMIT {
        return Err(Refusal::Failed);
    }
    match result {
        Value::Object(answer) if answer.contains_key("statusCode") => response(&answer).ok_or(Refusal::Failed),
        other => {
            let body = if let Value::String(text) = other { text } else { other.to_string() };
            let mut response = plain(StatusCode::OK, body.into());
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(response)
        }
    }
}

/// The response that `answer` describes, if it describes one. Format 2.0 knows no `multiValueHeaders`, so they are not
/// looked at.
fn response(answer: &Map<String, Value>) -> Option<Response<Bytes>> {
    let mut response = plain(status(answer.get("statusCode")?)?, body(answer)?);
    let headers = response.headers_mut();
    for (name, value) in entries(answer.get("headers"))? {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        if !is_ours(&name) {
            headers.append(name, HeaderValue::from_str(&scalar(value)?).ok()?);
        }
    }
    for cookie in elements(answer.get("cookies"))? {
        headers.append(SET_COOKIE, HeaderValue::from_str(cookie.as_str()?).ok()?);
    }
    set_default_type(&mut response);
    Some(response)
}

/// A final status. Informational ones (1xx) announce another response, which will not come.
fn status(value: &Value) -> Option<StatusCode> {
    let number = scalar(value)?.parse().ok()?;
    StatusCode::from_u16(number).ok().filter(|status| (200..=599).contains(&status.as_u16()))
}

fn body(answer: &Map<String, Value>) -> Option<Bytes> {
    let text = match answer.get("body") {
        None | Some(Value::Null) => return Some(Bytes::new()),
        Some(body) => body.as_str()?,
    };
    match answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or(false) {
        true => STANDARD.decode(text).ok().map(Bytes::from),
        false => Some(Bytes::copy_from_slice(text.as_bytes())),
    }
}

fn entries(value: Option<&Value>) -> Option<impl Iterator<Item = (&String, &Value)>> {
    match value {
        None | Some(Value::Null) => Some(None.into_iter().flatten()),
        Some(value) => Some(Some(value.as_object()?).into_iter().flatten()),
    }
}

fn elements(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None | Some(Value::Null) => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

/// Text, or a number or truth value as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Headers of the connection, which is the gateway's and not the function's (RFC 9110 §7.6.1), and the body's length.
fn is_ours(name: &HeaderName) -> bool {
    [CONNECTION, CONTENT_LENGTH, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE].contains(name)
        || name == "keep-alive"
}

/// A body without a type is text.
fn set_default_type(response: &mut Response<Bytes>) {
    if !response.body().is_empty() {
        let text = HeaderValue::from_static("text/plain;charset=UTF-8");
        response.headers_mut().entry(CONTENT_TYPE).or_insert(text);
    }
}

/// How long `value` is as JSON.
pub(super) fn json_len(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}

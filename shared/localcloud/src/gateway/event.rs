//! What a function sees of a request: the event of payload format 2.0.
//!
//! Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs". What it leaves open
//! follows what others saw API Gateway do, and says so.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, Request,
    header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT},
    uri::Authority,
};
use indexmap::IndexMap;
use kernel::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::route::Match;
use crate::issuer::Claims;

/// A request, and what the gateway has found out about it.
pub(super) struct Seen<'a> {
    pub request: &'a Request<Bytes>,
    /// The decoded path.
    pub path: &'a str,
    pub matched: &'a Match<'a>,
    pub claims: Option<&'a Claims>,
    pub source_ip: IpAddr,
    pub request_id: Uuid,
    pub now: Timestamp,
    pub account_id: &'a str,
    pub domain_name: &'a str,
}

/// A path as functions see it. API Gateway decodes it, `rawPath` too, unlike the query string
/// (middleapi/standard-server pull request 93, after captures of the live service).
pub(super) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

impl Seen<'_> {
    /// The event. Parts that are empty are left out, as in API Gateway's.
    pub fn event(&self) -> Value {
        let query = self.request.uri().query().unwrap_or_default();
        let mut event = Map::new();
        let mut set = |name: &str, value: Value| event.insert(name.to_owned(), value);
        set("version", json!("2.0"));
        set("routeKey", json!(self.matched.key()));
        set("rawPath", json!(self.path));
        set("rawQueryString", json!(query));
        let cookies = cookies(self.request.headers());
        if !cookies.is_empty() {
            set("cookies", json!(cookies));
        }
        set("headers", json!(self.headers()));
        if !query.is_empty() {
            set("queryStringParameters", json!(parameters(query)));
        }
        set("requestContext", self.context());
        if !self.matched.variables.is_empty() {
            set("pathParameters", self.matched.variables.iter().map(|(name, value)| (*name, value.as_str())).collect());
        }
        let (body, encoded) = body(self.request);
        if let Some(body) = body {
            set("body", json!(body));
        }
        set("isBase64Encoded", json!(encoded));
        Value::Object(event)
    }

    /// The headers, and those that API Gateway adds. Cookies have a place of their own.
    fn headers(&self) -> IndexMap<String, String> {
        let mut headers = joined(self.request.headers());
        headers.shift_remove(COOKIE.as_str());
        let host = headers.get(HOST.as_str()).and_then(|host| host.parse::<Authority>().ok());
        let port = host.and_then(|host| host.port_u16()).unwrap_or(80);
        headers.entry("x-amzn-trace-id".to_owned()).or_insert_with(|| trace_id(self.now, self.request_id));
        let forwarded = headers.entry("x-forwarded-for".to_owned()).or_default();
        if !forwarded.is_empty() {
            forwarded.push_str(", ");
        }
        forwarded.push_str(&self.source_ip.to_string());
        headers.insert("x-forwarded-port".to_owned(), port.to_string());
        headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
        headers
    }

    fn context(&self) -> Value {
        let api_id = self.domain_name.split('.').next().unwrap_or_default();
        let user_agent = joined(self.request.headers()).swap_remove(USER_AGENT.as_str()).unwrap_or_default();
        let mut context = json!({
            "accountId": self.account_id,
            "apiId": api_id,
            "domainName": self.domain_name,
            "domainPrefix": api_id,
            "http": {
                "method": self.request.method().as_str(),
                "path": self.path,
                "protocol": format!("{:?}", self.request.version()),
                "sourceIp": self.source_ip.to_string(),
                "userAgent": user_agent,
            },
            "requestId": self.request_id.to_string(),
            "routeKey": self.matched.key(),
            "stage": "$default",
            "time": self.now.strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
            "timeEpoch": self.now.as_millisecond(),
        });
        if let Some(claims) = self.claims {
            context["authorizer"] = json!({ "jwt": { "claims": as_text(claims), "scopes": claims.scopes() } });
        }
        context
    }
}

/// Headers by name in lower case; those that come several times are joined by commas.
fn joined(headers: &HeaderMap) -> IndexMap<String, String> {
    let mut joined: IndexMap<String, String> = IndexMap::with_capacity(headers.keys_len());
    for (name, value) in headers {
        append(&mut joined, name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    joined
}

/// The query's parameters, decoded; those that come several times are joined by commas.
fn parameters(query: &str) -> IndexMap<String, String> {
    let mut parameters = IndexMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        append(&mut parameters, &name, &value);
    }
    parameters
}

fn append(to: &mut IndexMap<String, String>, name: &str, value: &str) {
    match to.get_mut(name) {
        Some(earlier) => {
            earlier.push(',');
            earlier.push_str(value);
        }
        None => {
            to.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let split = values.flat_map(|value| value.split(';').map(|one| one.trim().to_owned()).collect::<Vec<_>>());
    split.filter(|one| !one.is_empty()).collect()
}

/// Source: AWS X-Ray Developer Guide, "Tracing header".
fn trace_id(now: Timestamp, request_id: Uuid) -> String {
    let low = request_id.as_u128() & ((1 << 96) - 1);
    format!("Root=1-{:08x}-{low:024x}", now.as_second())
}

/// The claims as API Gateway writes them: all of them text, a list as `[a b]` (floci pull request 2011, measured). How
/// it writes objects is not known; here, as JSON.
pub(super) fn as_text(claims: &Claims) -> IndexMap<&str, String> {
    claims.all().iter().map(|(name, value)| (name.as_str(), text(value))).collect()
}

fn text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(several) => format!("[{}]", several.iter().map(text).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

/// The body, and whether it is base64. The guide says that binary content types are encoded, and not which those are:
/// all but `text/*` and three of `application`, also a form and a body without a type (ministack pull request 766,
/// measured). A body that calls itself text and is not UTF-8 is encoded too, so that nothing is lost.
fn body(request: &Request<Bytes>) -> (Option<String>, bool) {
    let body = request.body();
    if body.is_empty() {
        return (None, false);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str());
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (Some(text.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

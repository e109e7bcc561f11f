//! From a request to its answer: who asks, how often, whether it was asked before, what it is, and then doing it.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
    request::Parts,
};
use kernel::Timestamp;

use crate::{
    Fault, Options, State,
    account::Cause,
    error::ApiError,
    events::API_VERSION,
    idempotency::{self, Fingerprint},
    operations::Call,
    params::Params,
    rate_limit, requests,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const ORIGINAL_REQUEST: HeaderName = HeaderName::from_static("original-request");
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// An answer before it is put into HTTP.
struct Reply {
    status: u16,
    body: String,
    key: Option<String>,
    /// The id of the first request with the key, when this is its answer given again.
    replay_of: Option<String>,
}

impl Reply {
    fn error(error: ApiError) -> Self {
        Self { status: error.status, body: error.body().to_string(), key: None, replay_of: None }
    }
}

/// Answers a request.
pub(crate) fn answer(
    options: &Options,
    state: &mut State,
    now: Timestamp,
    request: &Parts,
    body: &[u8],
    fault: Fault,
) -> Response<Vec<u8>> {
    let request_id = state.account.ids.next("req");
    let reply = reply(options, state, now, request, body, fault, &request_id).unwrap_or_else(Reply::error);
    tracing::debug!(
        method = %request.method,
        path = request.uri.path(),
        status = reply.status,
        replayed = reply.replay_of.is_some(),
        "stripe answered"
    );
    respond(reply, &request_id)
}

fn reply(
    options: &Options,
    state: &mut State,
    now: Timestamp,
    request: &Parts,
    body: &[u8],
    fault: Fault,
    request_id: &str,
) -> Result<Reply, ApiError> {
    authorize(&request.headers, &options.api_key)?;
    if let Some(per_second) = options.requests_per_second {
        state.bucket.take(per_second, now.as_millisecond())?;
    }
    if fault == Fault::RateLimited {
        return Err(rate_limit::limited());
    }
    let posted = request.method == Method::POST;
    let path = request.uri.path();
    let params = Params::read(if posted { body } else { request.uri.query().unwrap_or_default().as_bytes() })?;
    let key = if posted { idempotency_key(&request.headers)? } else { None };
    let fingerprint =
        Fingerprint { method: request.method.to_string(), path: path.to_owned(), params: params.to_value() };
    if let Some(name) = &key {
        if let Some(saved) = state.account.keys.find(name, &fingerprint, now.as_second())? {
            let (status, body, first) = (saved.status, saved.body.clone(), saved.request_id.clone());
            return Ok(Reply { status, body, key, replay_of: Some(first) });
        }
        if fault == Fault::KeyInUse {
            return Err(idempotency::in_use(name));
        }
    }
    let ask = requests::read(&request.method, path, params)?;

    // From here on, whatever the answer is, it is saved under the key.
    let cause = Cause { request_id: Some(request_id.to_owned()), idempotency_key: key.clone() };
    let mut call = Call { account: &mut state.account, options, now: now.as_second(), cause };
    let result = match fault {
        Fault::ServerErrorBefore => Err(server_error()),
        Fault::ServerErrorAfter => {
            // Whatever came of it, nobody is told.
            drop(call.execute(ask));
            Err(server_error())
        }
        Fault::None | Fault::RateLimited | Fault::KeyInUse => call.execute(ask),
    };
    let (status, body) = match result {
        Ok(body) => (200, body.to_string()),
        Err(error) => (error.status, error.body().to_string()),
    };
    if let Some(name) = &key {
        let answer = (status, body.clone());
        state.account.keys.save(name.clone(), fingerprint, answer, request_id.to_owned(), now.as_second());
    }
    Ok(Reply { status, body, key, replay_of: None })
}

/// The key comes as a bearer token, or as the user name of basic authentication, as `curl -u` sends it.
///
/// Source: docs.stripe.com/api/authentication.
fn authorize(headers: &HeaderMap, api_key: &str) -> Result<(), ApiError> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim().to_owned()),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("basic") => user_name(token),
        _ => None,
    };
    match given {
        Some(given) if given == api_key => Ok(()),
        Some(_) => Err(ApiError::new(401, "invalid_request_error", "Invalid API Key provided.")),
        None => {
            let message = "You did not provide an API key. You need to provide your API key in the Authorization header, \
                           using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
            Err(ApiError::new(401, "invalid_request_error", message))
        }
    }
}

fn user_name(basic: &str) -> Option<String> {
    let decoded = String::from_utf8(BASE64_STANDARD.decode(basic.trim()).ok()?).ok()?;
    decoded.split(':').next().map(str::to_owned)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    match headers.get(IDEMPOTENCY_KEY).map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(key)) => Ok(Some(key.to_owned())),
        Some(Err(_)) => Err(ApiError::invalid("Idempotency keys must be printable ASCII.")),
    }
}

fn server_error() -> ApiError {
    let message = "An unknown error occurred while processing the request.";
    ApiError::new(500, "api_error", message)
}

fn respond(reply: Reply, request_id: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(reply.body.into_bytes());
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, "application/json");
    set(REQUEST_ID, request_id);
    set(STRIPE_VERSION, API_VERSION);
    if let Some(key) = &reply.key {
        set(IDEMPOTENCY_KEY, key);
        set(ORIGINAL_REQUEST, reply.replay_of.as_deref().unwrap_or(request_id));
    }
    if reply.replay_of.is_some() {
        set(IDEMPOTENT_REPLAYED, "true");
    }
    response
}

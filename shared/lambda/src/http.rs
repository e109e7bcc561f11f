//! Functions that the HTTP API triggers (API Gateway HTTP API, payload format 2.0).

use std::{collections::HashMap, future::Future};

use ::http::{HeaderMap, HeaderName, HeaderValue};
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{CustomerId, IdempotencyKey};
use serde::{Serialize, de::DeserializeOwned};
use tracing::{error, info};

use crate::{FunctionError, Handler, Invocation, Problem, function::handler};

/// Who is asking: the gateway has checked the token's signature, issuer, audience, expiry and scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token's subject.
    pub id: CustomerId,
    /// The token's scopes.
    pub scopes: Vec<String>,
}

impl Caller {
    /// Whether the token carries this scope, by itself or behind the name of the API, as a user pool has it: `shop/admin`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held.rsplit('/').next() == Some(scope))
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    path: HashMap<String, String>,
    query: HashMap<String, String>,
    headers: HeaderMap,
    caller: Option<Caller>,
    body: Vec<u8>,
}

impl Request {
    /// The part of the path that the route calls `name`, or nothing when it has none.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A query parameter. One that comes several times is one text with commas, as API Gateway has it (payload format 2.0).
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Who is asking.
    ///
    /// # Errors
    /// 401 when nobody is: the route has no authorizer, or the token has no usable subject.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Problem::new(401, "unauthorized", "A token is needed"))
    }

    /// The client's name for this request, from the header `Idempotency-Key`: a quoted string, or the bare key, which many
    /// clients send.
    ///
    /// Source: draft-ietf-httpapi-idempotency-key-header-07 §2.1; RFC 9651 §3.3.3 (strings).
    ///
    /// # Errors
    /// 400 when there is none, or it is not a key.
    pub fn idempotency_key(&self) -> Result<IdempotencyKey, Problem> {
        let Some(text) = self.headers.get("idempotency-key") else {
            let problem = Problem::new(400, "missing-idempotency-key", "An Idempotency-Key header is needed");
            return Err(problem.detail("Send a key of your own making, the same one when you repeat the request."));
        };
        let key = text.to_str().ok().and_then(|text| match text.strip_prefix('"') {
            Some(rest) => unquoted(rest),
            None => Some(text.to_owned()),
        });
        let key = key.and_then(|key| IdempotencyKey::parse(key).ok());
        key.ok_or_else(|| Problem::new(400, "malformed-idempotency-key", "The Idempotency-Key is not one"))
            .map_err(|problem| problem.detail("It must be 1 to 255 printable ASCII characters, in quotes or bare."))
    }

    /// The body as the client sent it.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, parsed from JSON.
    ///
    /// # Errors
    /// 400 when it is not JSON; 422 with a pointer to the place when it is JSON of the wrong shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // serde takes an array for an object, field by field; an empty one would be all defaults.
        if self.body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::invalid().detail("The body is an array, and has to be an object."));
        }
        serde_json::from_slice(&self.body).map_err(|why| match why.classify() {
            serde_json::error::Category::Data => Problem::invalid().detail(why.to_string()),
            _ => Problem::malformed(format!("The body is not JSON: {why}")),
        })
    }
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Response {
    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: String::new() }
    }

    /// A JSON response.
    ///
    /// # Errors
    /// 500 when `body` cannot be written as JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(|why| {
            error!(%why, "a response cannot be written");
            Problem::internal()
        })?;
        let response = Self { status, headers: HeaderMap::new(), body };
        Ok(response.header("content-type", "application/json"))
    }

    /// Sets a header. A value that no header may have is left out and logged.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => error!(name, "a header's value is not legal"),
        }
        self
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let body = serde_json::to_string(&problem).unwrap_or_default();
        let response = Self { status: problem.status, headers: HeaderMap::new(), body };
        let response = response.header("content-type", "application/problem+json");
        if problem.status == 503 { response.header("retry-after", "1") } else { response }
    }
}

/// Answers an HTTP request. A problem is an answer too; nothing is ever an error to the gateway, which would hide it behind
/// its own words.
pub fn http<F, Fut>(f: F) -> Handler
where
    F: Fn(Request) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    handler(move |event, _: Invocation| {
        let request = serde_json::from_value::<ApiGatewayV2httpRequest>(event).map_err(FunctionError::broken);
        let f = f.clone();
        async move {
            let event = request?;
            let route = event.request_context.route_key.clone().unwrap_or_default();
            let response = match read(event) {
                Ok(request) => f(request).await.unwrap_or_else(Response::from),
                Err(problem) => Response::from(problem),
            };
            info!(route, status = response.status, "answered");
            serde_json::to_value(write(response)).map_err(FunctionError::broken)
        }
    })
}

/// What is between the opening quote and the closing one, with `\\"` and `\\\\` taken for what they stand for.
fn unquoted(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            other => text.push(other),
        }
    }
}

fn read(event: ApiGatewayV2httpRequest) -> Result<Request, Problem> {
    let body = event.body.unwrap_or_default();
    let body = match event.is_base64_encoded {
        true => STANDARD.decode(body).map_err(|_| Problem::malformed("The body is not base64."))?,
        false => body.into_bytes(),
    };
    let claims = event.request_context.authorizer.and_then(|authorizer| authorizer.jwt).map(|jwt| jwt.claims);
    let caller = claims.and_then(|claims| {
        let id = CustomerId::parse(claims.get("sub")?.as_str()).ok()?;
        let scopes = claims.get("scope").map(String::as_str).unwrap_or_default();
        Some(Caller { id, scopes: scopes.split_whitespace().map(str::to_owned).collect() })
    });
    let mut query: HashMap<String, String> = HashMap::new();
    for (name, value) in event.query_string_parameters.iter() {
        let so_far = query.entry(name.to_owned());
        so_far.and_modify(|text| text.extend([",", value])).or_insert_with(|| value.to_owned());
    }
    Ok(Request { path: event.path_parameters, query, headers: event.headers, caller, body })
}

fn write(response: Response) -> ApiGatewayV2httpResponse {
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(response.status);
    answer.headers = response.headers;
    answer.body = Some(response.body.into());
    answer
}

//! The front door: an API Gateway HTTP API (payload format 2.0) before functions in the same process.
//!
//! A request passes through `throttle.rs` (token buckets), `route.rs` (which function), `authorizer.rs` (whose token)
//! and `event.rs` (what the function sees); the function's answer, through `answer.rs`. [`Gateway::handle`] is all of
//! this without a socket, for tests and simulations; [`Gateway::router`] (`serve.rs`) puts it behind one.
//!
//! What API Gateway does and this does not: stages other than `$default`, mapped domains, access logs, mutual TLS, IAM
//! and Lambda authorizers, the limit of 10,240 bytes on headers, `x-amzn-trace-id` sampling, and its habit of cutting a
//! path at an encoded question mark.

mod answer;
mod authorizer;
mod cors;
mod event;
mod route;
mod serve;
#[cfg(test)]
mod tests;
mod throttle;

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header::ORIGIN};
use kernel::Clock;
use lambda::UniqueIds;
use serde_json::Value;
use tracing::warn;
use uuid::Uuid;

pub use cors::Cors;
pub use route::{RouteConfig, RouteError};
pub use throttle::Throttle;

use crate::issuer::{Claims, Issuer};
use answer::Refusal;
use route::{Match, Routes};
use throttle::Bucket;

/// API Gateway's limit on a request's body. Source: "Quotas for configuring and running an HTTP API".
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Lambda's limit on an event, and on an answer. Source: "Lambda quotas": 6 MB for synchronous invocations.
const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// Names a request in its response, as API Gateway does.
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// Runs functions.
#[async_trait]
pub trait Invoke: Send + Sync + 'static {
    /// Invokes the function `target` (`context/function`) and waits for its answer.
    ///
    /// # Errors
    /// It did not answer.
    async fn invoke(&self, target: &str, event: Value) -> Result<Value, InvokeError>;
}

/// A function that did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// It answered with an error, or crashed.
    #[error("the function failed")]
    Failed,
    /// It took longer than it may.
    #[error("the function did not answer in time")]
    TimedOut,
    /// Too many invocations at once.
    #[error("the function is throttled")]
    Throttled,
}

/// How the API is set up.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// What is routed where.
    pub routes: Vec<RouteConfig>,
    /// Whose tokens are taken. The audience is the issuer's.
    pub issuer: Arc<Issuer>,
    /// How much the whole API takes.
    pub throttle: Throttle,
    /// How much each route takes, where that is limited.
    pub route_throttle: Option<Throttle>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Which pages of other origins may call, where any may.
    pub cors: Option<Cors>,
    /// The AWS account.
    pub account_id: String,
    /// The API's domain name; its first label is the API's id.
    pub domain_name: String,
}

impl GatewayConfig {
    /// These routes, with everything else as a new API in a new AWS account has it.
    pub fn new(issuer: Arc<Issuer>, routes: Vec<RouteConfig>) -> Self {
        Self {
            routes,
            issuer,
            throttle: Throttle::ACCOUNT_DEFAULT,
            route_throttle: None,
            timeout: Duration::from_secs(30),
            cors: None,
            account_id: "000000000000".to_owned(),
            domain_name: "local.execute-api.localhost".to_owned(),
        }
    }
}

/// The API.
pub struct Gateway {
    config: GatewayConfig,
    routes: Routes,
    bucket: Bucket,
    route_buckets: Vec<Bucket>,
    invoker: Arc<dyn Invoke>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn UniqueIds>,
}

impl Gateway {
    /// The API that `config` describes.
    ///
    /// # Errors
    /// A route that API Gateway would refuse.
    pub fn new(
        config: GatewayConfig,
        invoker: Arc<dyn Invoke>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn UniqueIds>,
    ) -> Result<Self, RouteError> {
        let routes = Routes::new(&config.routes)?;
        let now = clock.now();
        let bucket = Bucket::full(config.throttle, now);
        let route_buckets = match config.route_throttle {
            Some(throttle) => config.routes.iter().map(|_| Bucket::full(throttle, now)).collect(),
            None => Vec::new(),
        };
        Ok(Self { config, routes, bucket, route_buckets, invoker, clock, ids })
    }

    /// Answers a request. The time limit is by tokio's clock; a client or a gateway that has stopped waiting does not
    /// stop the function, as in AWS.
    pub async fn handle(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        let request_id = self.ids.unique();
        let preflight = self.config.cors.is_some() && cors::is_preflight(&request);
        let response = match preflight {
            true => answer::empty(StatusCode::NO_CONTENT),
            false => self.answer(&request, source_ip, request_id).await.unwrap_or_else(Response::from),
        };
        self.finish(response, request_id, request.headers().get(ORIGIN), preflight)
    }

    async fn answer(
        &self,
        request: &Request<Bytes>,
        source_ip: IpAddr,
        request_id: Uuid,
    ) -> Result<Response<Bytes>, Refusal> {
        let now = self.clock.now();
        if !self.bucket.take(now) {
            return Err(Refusal::TooManyRequests);
        }
        if request.body().len() > BODY_LIMIT {
            return Err(Refusal::TooLarge);
        }
        let path = event::decoded(request.uri().path());
        let matched = self.routes.find(request.method(), &path).ok_or(Refusal::NotFound)?;
        if self.route_buckets.get(matched.index).is_some_and(|bucket| !bucket.take(now)) {
            return Err(Refusal::TooManyRequests);
        }
        let claims = authorizer::authorize(&self.config.issuer, matched.route.scope.as_deref(), request.headers())?;
        let event = self.event(request, &path, &matched, claims.as_ref(), source_ip, request_id);
        if answer::json_len(&event) > PAYLOAD_LIMIT {
            return Err(Refusal::TooLarge);
        }
        let result = self.invoke(&matched.route.target, event).await.inspect_err(|why| {
            warn!(function = matched.route.target, %request_id, %why, "no answer");
        })?;
        answer::from_result(result).inspect_err(|_| {
            warn!(function = matched.route.target, %request_id, "the answer is not an HTTP response");
        })
    }

    fn event(
        &self,
        request: &Request<Bytes>,
        path: &str,
        matched: &Match<'_>,
        claims: Option<&Claims>,
        source_ip: IpAddr,
        request_id: Uuid,
    ) -> Value {
        let seen = event::Seen {
            request,
            path,
            matched,
            claims,
            source_ip,
            request_id,
            now: self.clock.now(),
            account_id: &self.config.account_id,
            domain_name: &self.config.domain_name,
        };
        seen.event()
    }

    /// The invocation is a task of its own, so that it goes on when nobody waits for it any more.
    async fn invoke(&self, target: &str, event: Value) -> Result<Value, InvokeError> {
        let (invoker, target) = (Arc::clone(&self.invoker), target.to_owned());
        let invocation = tokio::spawn(async move { invoker.invoke(&target, event).await });
        match tokio::time::timeout(self.config.timeout, invocation).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(InvokeError::Failed),
            Err(_) => Err(InvokeError::TimedOut),
        }
    }

    /// What every response has.
    fn finish(
        &self,
        mut response: Response<Bytes>,
        request_id: Uuid,
        origin: Option<&HeaderValue>,
        preflight: bool,
    ) -> Response<Bytes> {
        if let Some(cors) = &self.config.cors {
            cors.apply(response.headers_mut(), origin, preflight);
        }
        if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
}

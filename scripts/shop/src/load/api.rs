//! Asks the API of a shop, over HTTP.

use std::{io, net::Ipv4Addr, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use super::{
    failure::Failure,
    target::{Target, is_localhost},
};

/// No answer of the shop is longer, so what is longer is not the shop's.
const LONGEST_ANSWER: usize = 1 << 20;

/// A request.
#[derive(Debug)]
pub struct Ask<'a> {
    /// `GET` or `POST`.
    pub method: Method,
    /// From the slash on.
    pub path: &'a str,
    /// Who asks, as the `Authorization` header has it.
    pub token: Option<&'a HeaderValue>,
    /// The `Idempotency-Key`.
    pub key: Option<&'a str>,
    /// JSON.
    pub body: Bytes,
}

impl<'a> Ask<'a> {
    /// Reads something.
    pub fn get(path: &'a str, token: &'a HeaderValue) -> Self {
        Self { method: Method::GET, path, token: Some(token), key: None, body: Bytes::new() }
    }
}

/// An answer, of any status.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What is in it.
    pub body: Bytes,
    retry_after: Option<Duration>,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// It is none.
    pub fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body).map_err(|_| Failure::Unreadable)
    }

    /// The answer, if it has the status that was hoped for.
    ///
    /// # Errors
    /// It has another.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status { Ok(self) } else { Err(self.refusal()) }
    }

    /// What it is, taken as one that refuses.
    pub fn refusal(&self) -> Failure {
        let kind =
            self.json().ok().and_then(|body| body["type"].as_str()?.strip_prefix("/problems/").map(str::to_owned));
        Failure::Answer { status: self.status, problem: kind, retry_after: self.retry_after }
    }
}

/// The API of a shop. It follows no redirects and knows no proxies: what it asks is what was named.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    target: Target,
    timeout: Duration,
}

impl Api {
    /// The API at `target`. A request that takes longer than `timeout` has failed.
    ///
    /// # Errors
    /// It is to be asked in secret, and there are no certificates on this machine to trust.
    pub fn new(target: Target, timeout: Duration) -> anyhow::Result<Self> {
        let mut connector = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = HttpsConnectorBuilder::new();
        let tls = if target.is_secret() {
            tls.with_provider_and_native_roots(provider).context("there are no certificates to trust")?
        } else {
            // Small machines have no certificates, and need none to reach a shop on themselves.
            let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
            tls.with_tls_config(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
        };
        let connector = tls.https_or_http().enable_http1().wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Ok(Self { client, target, timeout })
    }

    /// Asks once.
    ///
    /// # Errors
    /// There is no answer. An answer that refuses is one.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, Failure> {
        match tokio::time::timeout(self.timeout, self.answer(ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Timeout),
        }
    }

    async fn answer(&self, ask: Ask<'_>) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(ask.method).uri(self.target.url(ask.path));
        if !ask.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = ask.token {
            request = request.header(header::AUTHORIZATION, token);
        }
        if let Some(key) = ask.key {
            request = request.header("idempotency-key", key);
        }
        // It is put together from checked parts, so it can only be the path that is none: nothing is sent.
        let request = request.body(Full::new(ask.body)).map_err(|_| Failure::Connect)?;
        let lost = |why: hyper_util::client::legacy::Error| {
            if why.is_connect() { Failure::Connect } else { Failure::ConnectionLost }
        };
        let (head, body) = self.client.request(request).await.map_err(lost)?.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await.map_err(|_| Failure::ConnectionLost)?.to_bytes();
        Ok(Answer { status: head.status.as_u16(), body, retry_after: retry_after(&head.headers) })
    }
}

/// The header's seconds. Its other form, a date, is not what the shop sends.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The system's resolver, which is not asked for names of this machine.
#[derive(Debug, Clone)]
struct Resolver(GaiResolver);

impl tower::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<io::Result<()>> {
        tower::Service::poll_ready(&mut self.0, context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if is_localhost(name.as_str()) {
            let here = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
            return futures::future::ready(Ok(here.into_iter())).boxed();
        }
        let found = tower::Service::call(&mut self.0, name);
        async move { Ok(found.await?.collect::<Vec<_>>().into_iter()) }.boxed()
    }
}

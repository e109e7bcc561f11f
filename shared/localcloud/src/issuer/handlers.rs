//! Where clients find the issuer.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::CustomerId;
use lambda::Problem;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::error;

use super::{Issuer, Scope};

/// Where the public key is.
pub(super) const JWKS: &str = "/.well-known/jwks.json";
/// Where tokens are.
pub(super) const TOKEN: &str = "/_local/token";
const CONFIGURATION: &str = "/.well-known/openid-configuration";

/// How long a token lasts that does not ask for less or more, and how long one may last.
const HOUR: u64 = 3_600;
const LONGEST: u64 = 24 * HOUR;

/// A wish for a token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    subject: CustomerId,
    scope: Scope,
    expires_in: Option<u64>,
}

pub(super) fn router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route(TOKEN, post(token))
        .route(JWKS, get(async |State(issuer): State<Arc<Issuer>>| Json(issuer.jwks())))
        .route(CONFIGURATION, get(async |State(issuer): State<Arc<Issuer>>| Json(issuer.openid_configuration())))
        .with_state(issuer)
}

async fn token(State(issuer): State<Arc<Issuer>>, body: Result<Bytes, BytesRejection>) -> Response {
    let answer = body.map_err(Problem::malformed).and_then(|body| issue(&issuer, &body));
    answer
        .map_or_else(|problem| refuse(&problem), |answer| ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The answer has the shape of RFC 6749 §5.1, which also wants that nobody caches it.
fn issue(issuer: &Issuer, body: &[u8]) -> Result<Value, Problem> {
    let wish: Wish = serde_json::from_slice(body).map_err(Problem::malformed)?;
    let seconds = wish.expires_in.unwrap_or(HOUR);
    if !(1..=LONGEST).contains(&seconds) {
        return Err(Problem::malformed(format!("expires_in must be 1 to {LONGEST}")));
    }
    let token = issuer.token(&wish.subject, wish.scope, Duration::from_secs(seconds)).map_err(|why| {
        error!(%why, "no token");
        Problem::internal()
    })?;
    Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds }))
}

fn refuse(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/problem+json")], Json(problem)).into_response()
}

//! What programs ask: RFC 6749, RFC 7009, and Cognito's `/logout`.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tracing::error;

use super::{
    CLIENT_ID, TokenError, UserPool,
    flow::{is_at, parameters},
    grants::Grant,
    pages,
};

type Pool = State<Arc<UserPool>>;

pub(super) fn router() -> Router<Arc<UserPool>> {
    Router::new()
        .route("/oauth2/token", post(token))
        .route("/oauth2/revoke", post(revoke))
        .route("/logout", get(logout))
}

/// Why a client gets no token, in the words of RFC 6749 §5.2.
struct Refused(&'static str, &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.0, "error_description": self.1 });
        (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

async fn token(State(pool): Pool, body: Bytes) -> Response {
    let asked = parameters(&body);
    let get = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    if get("client_id") != CLIENT_ID {
        return Refused("invalid_client", "there is no such client").into_response();
    }
    let answer = match get("grant_type") {
        "authorization_code" => redeem(&pool, &asked).await,
        "refresh_token" => refresh(&pool, get("refresh_token")).await,
        _ => Err(Refused("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")),
    };
    answer.map_or_else(IntoResponse::into_response, |answer| {
        ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
    })
}

async fn redeem(pool: &UserPool, asked: &BTreeMap<String, String>) -> Result<Value, Refused> {
    let get = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let code = pool.grants.redeem(get("code"));
    let code = code.ok_or(Refused("invalid_grant", "the code is unknown, was used, or is too old"))?;
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, get("code_verifier").as_bytes()));
    if hash != code.challenge {
        return Err(Refused("invalid_grant", "code_verifier is not what code_challenge was made of"));
    }
    if get("redirect_uri") != code.redirect_uri {
        return Err(Refused("invalid_grant", "redirect_uri is not that of the authorization request"));
    }
    let mut answer = issue(pool, &code.grant).await?;
    answer["refresh_token"] = pool.grants.begin(code.grant).into();
    Ok(answer)
}

async fn refresh(pool: &UserPool, token: &str) -> Result<Value, Refused> {
    let (grant, next) = pool
        .grants
        .rotate(token)
        .ok_or(Refused("invalid_grant", "the refresh token is unknown, was used, was revoked, or is too old"))?;
    // A nonce belongs to the sign-in: OpenID Connect Core §12.2.
    let mut answer = issue(pool, &Grant { nonce: None, ..grant }).await?;
    answer["refresh_token"] = next.into();
    Ok(answer)
}

async fn issue(pool: &UserPool, grant: &Grant) -> Result<Value, Refused> {
    pool.tokens(grant).await.map_err(|why| match why {
        TokenError::Gone => Refused("invalid_grant", "the account is gone"),
        TokenError::Trigger | TokenError::Issue(_) => {
            error!(%why, "no token");
            Refused("invalid_request", "the token cannot be issued now; try again")
        }
    })
}

/// RFC 7009 §2.2: what is revoked, and what never was, is answered the same.
async fn revoke(State(pool): Pool, body: Bytes) -> Response {
    let asked = parameters(&body);
    if asked.get("client_id").map(String::as_str) != Some(CLIENT_ID) {
        return Refused("invalid_client", "there is no such client").into_response();
    }
    pool.grants.revoke(asked.get("token").map(String::as_str).unwrap_or_default());
    StatusCode::OK.into_response()
}

/// Ends the browser's session. Source: Cognito Developer Guide, "Logout endpoint".
async fn logout(State(pool): Pool, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let asked = parameters(query.unwrap_or_default().as_bytes());
    let get = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    if get("client_id") != CLIENT_ID || !is_at(get("logout_uri"), "/") {
        return pages::untrusted("logout_uri is not one of the client's.");
    }
    if let Some(session) = pages::session_id(&headers) {
        pool.grants.close_session(session);
    }
    pages::leave(get("logout_uri"), Some(pages::FORGET_SESSION.to_owned()))
}

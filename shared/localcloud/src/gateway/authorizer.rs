//! The JWT authorizer: who may call.

use http::{HeaderMap, header::AUTHORIZATION};

use super::answer::Refusal;
use crate::issuer::{Claims, Issuer};

/// Checks the request's token, where the route asks for a scope.
pub(super) fn authorize(issuer: &Issuer, scope: Option<&str>, headers: &HeaderMap) -> Result<Option<Claims>, Refusal> {
    let Some(scope) = scope else { return Ok(None) };
    let token = token(headers).ok_or(Refusal::NoToken)?;
    let claims = issuer.verify(token).map_err(|why| Refusal::BadToken { scope: scope.to_owned(), why })?;
    if !claims.scopes().contains(&scope) {
        return Err(Refusal::NoScope { scope: scope.to_owned() });
    }
    Ok(Some(claims))
}

/// The token, with or without `Bearer` before it: "the identitySource can include only the token, or the token prefixed
/// with Bearer" (API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers"). A scheme's name may
/// be written in capitals or not (RFC 9110 §11.1).
fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
        _ => value,
    };
    (!token.is_empty()).then_some(token)
}

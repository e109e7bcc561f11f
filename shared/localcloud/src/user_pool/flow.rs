//! What a client may ask for.

use std::{collections::BTreeMap, net::IpAddr};

use http::Uri;

use super::{CLIENT_ID, SCOPES};

/// Where the client's page that takes codes is.
const CALLBACK: &str = "/signed-in.html";

/// A request for authorization that may be answered to its client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub redirect_uri: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub scopes: Vec<String>,
    pub challenge: String,
}

/// Why a request is not granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It may not even be answered by a redirect: that would send people wherever somebody likes (RFC 6749 §4.1.2.1).
    Untrusted(&'static str),
    /// The client hears of it: where it is, and the error with its description.
    Refused { redirect_uri: String, state: Option<String>, error: &'static str, why: &'static str },
}

/// Parameters, each of which may come once (RFC 6749 §3.1).
pub(super) fn parameters(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

impl Asked {
    /// Checks the parameters of an authorization request: RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1.
    pub fn check(parameters: &BTreeMap<String, String>) -> Result<Self, Wrong> {
        let get = |name: &str| parameters.get(name).cloned();
        if get("client_id").as_deref() != Some(CLIENT_ID) {
            return Err(Wrong::Untrusted("There is no such client."));
        }
        let redirect_uri = get("redirect_uri").unwrap_or_default();
        if !is_at(&redirect_uri, CALLBACK) {
            return Err(Wrong::Untrusted("redirect_uri is not one of the client's."));
        }
        let state = get("state");
        let refused =
            |error, why| Err(Wrong::Refused { redirect_uri: redirect_uri.clone(), state: state.clone(), error, why });
        if get("response_type").as_deref() != Some("code") {
            return refused("unsupported_response_type", "response_type must be code");
        }
        let challenge = get("code_challenge").unwrap_or_default();
        // A SHA-256 is 43 characters of base64url.
        if get("code_challenge_method").as_deref() != Some("S256") || challenge.len() != 43 {
            return refused("invalid_request", "code_challenge is needed, with code_challenge_method S256");
        }
        let wanted = get("scope").unwrap_or_else(|| SCOPES.join(" "));
        let scopes: Vec<String> = wanted.split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() || !scopes.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
            return refused("invalid_scope", "the client may ask for openid, email and customer");
        }
        Ok(Self { redirect_uri, state, nonce: get("nonce"), scopes, challenge })
    }

    /// Where the browser goes with its code.
    pub fn answer(&self, code: &str) -> String {
        redirect(&self.redirect_uri, &[("code", code)], self.state.as_deref())
    }
}

/// An address with more parameters.
pub(super) fn redirect(address: &str, parameters: &[(&str, &str)], state: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    format!("{address}?{}", query.finish())
}

/// Whether this is an address of a shop that runs on this machine, on any port, with this path. In AWS the pool knows the
/// addresses of its clients; here the shop may be opened under each of the machine's names (RFC 8252 §7.3).
pub(super) fn is_at(address: &str, path: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let local = host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let no_user = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    ["http", "https"].contains(&uri.scheme_str().unwrap_or_default())
        && local
        && no_user
        && uri.path() == path
        && uri.query().is_none()
        && !address.contains('#')
}

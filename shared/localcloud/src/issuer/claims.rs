//! What a token says.

use kernel::Timestamp;
use serde_json::{Map, Value};

use super::Refused;

/// The claims of a token whose signature has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl From<Map<String, Value>> for Claims {
    fn from(claims: Map<String, Value>) -> Self {
        Self(claims)
    }
}

impl Claims {
    /// All of them, in the token's order.
    pub fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The scopes, from `scope` and from `scp`, which other issuers use for the same: text with spaces, or a list.
    pub fn scopes(&self) -> Vec<&str> {
        ["scope", "scp"].iter().filter_map(|name| self.0.get(*name)).flat_map(words).collect()
    }

    /// Whether the token is meant for `audience`. Only a token without `aud` is judged by its `client_id`.
    ///
    /// Source: API Gateway Developer Guide, "Troubleshooting issues with HTTP API JWT authorizers".
    pub(super) fn is_for(&self, audience: &str) -> bool {
        match self.0.get("aud") {
            None => self.text("client_id") == Some(audience),
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
            Some(one) => one.as_str() == Some(audience),
        }
    }

    /// RFC 7519 §4.1: `exp` must be after now; `nbf` and `iat`, where there are any, must not be.
    pub(super) fn check_times(&self, now: Timestamp) -> Result<(), Refused> {
        let now = now.as_duration().as_secs_f64();
        let expires = self.0.get("exp").and_then(Value::as_f64);
        if !expires.is_some_and(|expires| expires > now) {
            return Err(Refused::Expired);
        }
        let has_come = |name: &str| match self.0.get(name) {
            None => true,
            Some(start) => start.as_f64().is_some_and(|start| start <= now),
        };
        if has_come("nbf") && has_come("iat") { Ok(()) } else { Err(Refused::NotYet) }
    }
}

fn words(claim: &Value) -> Vec<&str> {
    match claim {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

//! Functions that a user pool asks before it issues a token.

use std::future::Future;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{FunctionError, Handler, Invocation, function::handler};

/// A token that is about to be issued.
///
/// Source: Cognito Developer Guide, "Pre token generation Lambda trigger", event version 2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenRequest {
    /// The groups that its user is in.
    pub groups: Vec<String>,
    /// The scopes that it will have.
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "groupConfiguration", default)]
    configuration: Configuration,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(rename = "groupsToOverride", default)]
    groups: Option<Vec<String>>,
}

/// Answers which scopes an access token gets on top of those that it was asked with. Without an answer, no token is issued.
pub fn token<F, Fut>(f: F) -> Handler
where
    F: Fn(TokenRequest) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = Result<Vec<String>, FunctionError>> + Send + 'static,
{
    handler(move |mut event: Value, _: Invocation| {
        let asked = serde_json::from_value::<Asked>(event["request"].clone()).map_err(FunctionError::broken);
        let f = f.clone();
        async move {
            let asked = asked?;
            let groups = asked.configuration.groups.unwrap_or_default();
            let scopes = f(TokenRequest { groups, scopes: asked.scopes.unwrap_or_default() }).await?;
            event["response"] = json!({
                "claimsAndScopeOverrideDetails": { "accessTokenGeneration": { "scopesToAdd": scopes } },
            });
            Ok(event)
        }
    })
}

//! A user pool, as Cognito has them: accounts, and the pages and addresses of its sign-in, before the [issuer](crate::issuer)
//! that signs what comes of it.
//!
//! The flow is OpenID Connect's authorization code flow with PKCE (RFC 7636), under Cognito's paths. `accounts.rs` knows who
//! there is, `grants.rs` what was handed out (codes, refresh tokens, sessions), `flow.rs` what a request may ask for;
//! `oauth.rs` answers programs, and `pages.rs` people. Before a token is issued, the function with the trigger
//! `user_pool: pre_token_generation` says which scopes it gets.
//!
//! What Cognito does and this does not: forgotten passwords, second factors, passkeys, other identity providers, rate limits and
//! lockouts, `/oauth2/userInfo`, clients with secrets, and a design of one's own.

mod accounts;
mod flow;
mod grants;
mod oauth;
mod pages;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use kernel::Clock;
use lambda::UniqueIds;
use serde_json::{Value, json};
use tracing::warn;

use crate::{
    gateway::Invoke,
    issuer::{Holder, IssueError, Issuer},
    mailbox::Mailbox,
    store::Store,
};
use accounts::Accounts;
pub use accounts::{Account, SignUpError};
use grants::{Grant, Grants};

/// The one client: a public one, as a page can keep no secret.
pub(crate) const CLIENT_ID: &str = "storefront";

/// What the client may ask for. `admin` is not among it.
pub(crate) const SCOPES: [&str; 3] = ["openid", "email", "customer"];

/// How long access and ID tokens last. Cognito's default.
const TOKENS_LAST: Duration = Duration::from_secs(3_600);

/// A user pool.
pub struct UserPool {
    issuer: Arc<Issuer>,
    accounts: Accounts,
    grants: Grants,
    /// The function that says what a token allows, `context/name`, and who reaches it.
    trigger: Option<String>,
    invoker: Arc<dyn Invoke>,
    mailbox: Arc<Mailbox>,
    clock: Arc<dyn Clock>,
}

/// What a user pool needs from its cloud.
pub(crate) struct Surroundings {
    pub issuer: Arc<Issuer>,
    pub trigger: Option<String>,
    pub invoker: Arc<dyn Invoke>,
    pub mailbox: Arc<Mailbox>,
    pub store: Arc<Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn UniqueIds>,
}

impl UserPool {
    pub(crate) fn new(surroundings: Surroundings) -> Self {
        let Surroundings { issuer, trigger, invoker, mailbox, store, clock, ids } = surroundings;
        let accounts = Accounts::new(Arc::clone(&store), Arc::clone(&ids));
        let grants = Grants::new(store, Arc::clone(&clock), ids);
        Self { issuer, accounts, grants, trigger, invoker, mailbox, clock }
    }

    /// Adds an account that needs no confirmation, as an administrator does. One with this address is left as it is.
    ///
    /// # Errors
    /// The address or the password is none.
    pub fn add(&self, subject: &str, email: &str, password: &str, groups: &[&str]) -> Result<(), SignUpError> {
        match self.accounts.add(subject, email, password, groups) {
            Ok(_) | Err(SignUpError::Exists) => Ok(()),
            Err(why) => Err(why),
        }
    }

    /// Its pages and addresses.
    pub(crate) fn router(self: Arc<Self>) -> axum::Router {
        oauth::router().merge(pages::router()).with_state(self)
    }

    /// The tokens for what was granted: RFC 6749 §5.1 and OpenID Connect Core §3.1.3.3.
    async fn tokens(&self, grant: &Grant) -> Result<Value, TokenError> {
        let account = self.accounts.find(&grant.email).ok_or(TokenError::Gone)?;
        let mut scopes = grant.scopes.clone();
        scopes.extend(self.scopes_to_add(&account, &scopes).await?);
        let holder = Holder {
            subject: account.subject.clone(),
            email: account.email.clone(),
            groups: account.groups.clone(),
            signed_in_at: grant.signed_in_at,
        };
        let access_token = self.issuer.access_token(&holder, &scopes.join(" "), TOKENS_LAST)?;
        let mut answer =
            json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": TOKENS_LAST.as_secs() });
        if scopes.iter().any(|scope| scope == "openid") {
            let id_token = self.issuer.id_token(&holder, CLIENT_ID, grant.nonce.as_deref(), TOKENS_LAST)?;
            answer["id_token"] = id_token.into();
        }
        Ok(answer)
    }

    /// What the trigger adds.
    ///
    /// Source: Cognito Developer Guide, "Pre token generation Lambda trigger", event version 2.
    async fn scopes_to_add(&self, account: &Account, scopes: &[String]) -> Result<Vec<String>, TokenError> {
        let Some(trigger) = &self.trigger else { return Ok(Vec::new()) };
        let event = json!({
            "version": "2",
            "triggerSource": "TokenGeneration_HostedAuth",
            "region": "local",
            "userPoolId": "local_pool",
            "userName": account.subject.as_str(),
            "callerContext": { "awsSdkVersion": "none", "clientId": CLIENT_ID },
            "request": {
                "userAttributes": { "sub": account.subject.as_str(), "email": account.email, "email_verified": "true" },
                "groupConfiguration": { "groupsToOverride": account.groups, "iamRolesToOverride": [], "preferredRole": null },
                "scopes": scopes,
            },
            "response": { "claimsAndScopeOverrideDetails": null },
        });
        let answer = self.invoker.invoke(trigger, event).await.map_err(|why| {
            warn!(%why, trigger, "no token: the trigger did not answer");
            TokenError::Trigger
        })?;
        let added = &answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]["scopesToAdd"];
        let added = added.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(added.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}

impl std::fmt::Debug for UserPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserPool").field("trigger", &self.trigger).finish_non_exhaustive()
    }
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
enum TokenError {
    #[error("the account is gone")]
    Gone,
    #[error("the function that says what a token allows did not answer")]
    Trigger,
    #[error(transparent)]
    Issue(#[from] IssueError),
}

/// 244 random bits as text: nobody guesses them.
fn secret(ids: &dyn UniqueIds) -> String {
    format!("{}{}", ids.unique().simple(), ids.unique().simple())
}

//! A local OpenID Connect issuer: who signs the tokens that the [gateway](crate::gateway) checks.
//!
//! In AWS, a user pool issues tokens and API Gateway reads its public key from `/.well-known/jwks.json`. Here, one RSA
//! key does both: [`Issuer::token`] signs for anybody who asks (it is a development tool; who has an account and signs in,
//! the [user pool](crate::user_pool) knows), and [`Issuer::verify`] checks as an API Gateway JWT authorizer does. `key.rs` is the key, `claims.rs` what a token says,
//! `handlers.rs` the three addresses under which a client finds all this.

mod claims;
mod handlers;
mod key;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation, errors::ErrorKind};
use kernel::{Clock, CustomerId, Timestamp};
use lambda::UniqueIds;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use claims::Claims;
pub use key::{KeyError, SigningKey};

/// The application that tokens are issued to.
const CLIENT_ID: &str = crate::user_pool::CLIENT_ID;

/// Whom a token speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Who it is.
    pub subject: CustomerId,
    /// The address.
    pub email: String,
    /// The groups.
    pub groups: Vec<String>,
    /// When the password was given.
    pub signed_in_at: Timestamp,
}

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// To buy.
    Customer,
    /// To run the shop, and to buy.
    Admin,
}

impl Scope {
    /// The token's `scope` claim: scopes with spaces between them (RFC 6749 §3.3).
    pub fn claim(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Admin => "customer admin",
        }
    }
}

/// Why a token is no good. The texts go out in `www-authenticate`. API Gateway's own words are those of
/// [`Refused::Audience`] (Developer Guide, "Troubleshooting issues with HTTP API JWT authorizers") and
/// [`Refused::Expired`] (seen in its answers); it publishes no others, so the rest are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no JWT, or one that is signed with something other than RS256.
    #[error("the token cannot be decoded")]
    Undecodable,
    /// Its `kid` names no key of the issuer.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("the token does not have a valid signature")]
    Signature,
    /// Another issuer's token.
    #[error("the token does not have a valid issuer")]
    Issuer,
    /// Meant for another API.
    #[error("the token does not have a valid audience")]
    Audience,
    /// Its time is over, or it does not say when that is.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come: `nbf` or `iat` is in the future, or no number.
    #[error("the token is not valid yet")]
    NotYet,
}

/// A token could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// It would outlive the calendar.
    #[error("the token's lifetime is too long")]
    Lifetime,
    /// The key did not sign.
    #[error("the token cannot be signed: {0}")]
    Signing(String),
}

/// Issues tokens and checks them.
pub struct Issuer {
    key: Arc<SigningKey>,
    url: String,
    audience: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn UniqueIds>,
}

impl Issuer {
    /// The issuer that is called `issuer_url` and signs with `key` for the API that is called `audience`.
    pub fn new(
        key: impl Into<Arc<SigningKey>>,
        issuer_url: impl Into<String>,
        audience: impl Into<String>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn UniqueIds>,
    ) -> Self {
        let url = issuer_url.into().trim_end_matches('/').to_owned();
        Self { key: key.into(), url, audience: audience.into(), clock, ids }
    }

    /// The key, for those who keep it from one run to the next.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// A token for `subject`, from now on for `lifetime`.
    ///
    /// # Errors
    /// A lifetime beyond the calendar's end, or a failure of the cryptography.
    pub fn token(&self, subject: &CustomerId, scope: Scope, lifetime: Duration) -> Result<String, IssueError> {
        self.access(json!({ "sub": subject.as_str() }), scope.claim(), lifetime)
    }

    /// An access token for somebody who has signed in.
    ///
    /// Source: Cognito Developer Guide, "Understanding the access token".
    ///
    /// # Errors
    /// As [`Issuer::token`].
    pub fn access_token(&self, holder: &Holder, scope: &str, lifetime: Duration) -> Result<String, IssueError> {
        let claims = json!({
            "sub": holder.subject.as_str(),
            "username": holder.subject.as_str(),
            "cognito:groups": holder.groups,
            "auth_time": holder.signed_in_at.as_second(),
        });
        self.access(claims, scope, lifetime)
    }

    /// An ID token: who has signed in, for the client to read.
    ///
    /// Source: OpenID Connect Core §2; Cognito Developer Guide, "Understanding the identity (ID) token".
    ///
    /// # Errors
    /// As [`Issuer::token`].
    pub fn id_token(
        &self,
        holder: &Holder,
        client: &str,
        nonce: Option<&str>,
        lifetime: Duration,
    ) -> Result<String, IssueError> {
        let mut claims = json!({
            "aud": client,
            "sub": holder.subject.as_str(),
            "token_use": "id",
            "email": holder.email,
            "email_verified": true,
            "cognito:username": holder.subject.as_str(),
            "cognito:groups": holder.groups,
            "auth_time": holder.signed_in_at.as_second(),
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        self.sign_for(claims, lifetime)
    }

    fn access(&self, mut claims: Value, scope: &str, lifetime: Duration) -> Result<String, IssueError> {
        claims["aud"] = self.audience.as_str().into();
        claims["client_id"] = CLIENT_ID.into();
        claims["scope"] = scope.into();
        claims["token_use"] = "access".into();
        claims["nbf"] = self.clock.now().as_second().into();
        self.sign_for(claims, lifetime)
    }

    /// Signs these claims of ours, from now on for `lifetime`.
    fn sign_for(&self, mut claims: Value, lifetime: Duration) -> Result<String, IssueError> {
        let now = self.clock.now().as_second();
        let expires = i64::try_from(lifetime.as_secs()).ok().and_then(|seconds| now.checked_add(seconds));
        claims["iss"] = self.url.as_str().into();
        claims["iat"] = now.into();
        claims["exp"] = expires.ok_or(IssueError::Lifetime)?.into();
        claims["jti"] = self.ids.unique().to_string().into();
        self.sign(&claims)
    }

    /// Checks a token as an API Gateway JWT authorizer does: signature, issuer, audience (`client_id` stands in for an
    /// `aud` that is missing), and the times by the cloud's clock, without leeway.
    ///
    /// Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers". API Gateway also takes
    /// the other RSA signatures; this issuer makes none, so they are refused.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Undecodable)?;
        if header.alg != Algorithm::RS256 {
            return Err(Refused::Undecodable);
        }
        if header.kid.as_deref() != Some(self.key.id()) {
            return Err(Refused::UnknownKey);
        }
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, self.key.public(), &signature_only());
        let claims = decoded.map(|data| Claims::from(data.claims)).map_err(|why| match why.kind() {
            ErrorKind::InvalidSignature => Refused::Signature,
            _ => Refused::Undecodable,
        })?;
        if claims.text("iss") != Some(&self.url) {
            return Err(Refused::Issuer);
        }
        if !claims.is_for(&self.audience) {
            return Err(Refused::Audience);
        }
        claims.check_times(self.clock.now())?;
        Ok(claims)
    }

    /// The public key as a JSON Web Key Set (RFC 7517 §5).
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.key.jwk()] })
    }

    /// What OpenID Connect Discovery 1.0 §3 asks for, as far as it exists here.
    pub fn openid_configuration(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}{}", self.url, handlers::JWKS),
            "authorization_endpoint": format!("{}/oauth2/authorize", self.url),
            "token_endpoint": format!("{}/oauth2/token", self.url),
            "revocation_endpoint": format!("{}/oauth2/revoke", self.url),
            "end_session_endpoint": format!("{}/logout", self.url),
            "scopes_supported": ["openid", "email", "customer", "admin"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": [
                "iss", "aud", "sub", "client_id", "scope", "token_use", "iat", "nbf", "exp", "jti", "email",
                "email_verified", "nonce", "auth_time", "cognito:groups",
            ],
        })
    }

    /// The issuer's addresses.
    pub fn router(self: Arc<Self>) -> axum::Router {
        handlers::router(self)
    }

    /// A JWT in the compact form of RFC 7515 §3.1. `jsonwebtoken::encode` would parse the private key anew for every
    /// token.
    fn sign(&self, claims: &Value) -> Result<String, IssueError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key.id().to_owned());
        let header = serde_json::to_vec(&header).map_err(|why| IssueError::Signing(why.to_string()))?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.key.sign(message.as_bytes()).map_err(|why| IssueError::Signing(why.to_string()))?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("url", &self.url).field("audience", &self.audience).finish_non_exhaustive()
    }
}

/// The signature is the library's to check; the claims are ours, because the library asks the system for the time.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

//! Who buys, and who looks: tokens, which are never shown. As header values that are marked sensitive, they are left out of all
//! that is printed of them.

use std::{env, path::Path, time::Duration};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Ask};

/// Customers' tokens, with blanks or commas between them.
pub const CUSTOMERS: &str = "EMPORIUM_CUSTOMER_TOKENS";
/// An admin's token.
pub const ADMIN: &str = "EMPORIUM_ADMIN_TOKEN";

/// Tokens, as the `Authorization` header has them.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Of the customers that buy; at least one.
    pub customers: Vec<HeaderValue>,
    /// Of an admin, who may look at stock and payments.
    pub admin: Option<HeaderValue>,
}

/// What is in a file with tokens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    customers: Vec<String>,
    admin: Option<String>,
}

impl Tokens {
    /// These.
    ///
    /// # Errors
    /// There is no customer, or one of them cannot be a token.
    pub fn new(customers: &[String], admin: Option<&str>) -> anyhow::Result<Self> {
        ensure!(!customers.is_empty(), "there is no customer's token");
        let customers = customers.iter().map(|token| bearer(token)).collect::<anyhow::Result<_>>()?;
        Ok(Self { customers, admin: admin.map(bearer).transpose()? })
    }

    /// Those in a JSON file, `{"customers": ["…"], "admin": "…"}`.
    ///
    /// # Errors
    /// It cannot be read. What is in it is not told.
    pub fn of_file(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{name}"))?;
        let Ok(Written { customers, admin }) = serde_json::from_str(&text) else {
            bail!(r#"{name} is not of the form {{"customers": ["a token"], "admin": "a token"}}"#);
        };
        Self::new(&customers, admin.as_deref()).with_context(|| format!("{name}"))
    }

    /// Those of the environment, if it has any.
    ///
    /// # Errors
    /// They cannot be tokens.
    pub fn of_environment() -> anyhow::Result<Option<Self>> {
        let Ok(customers) = env::var(CUSTOMERS) else { return Ok(None) };
        let between = |letter: char| letter == ',' || letter.is_whitespace();
        let customers: Vec<_> = customers.split(between).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self::new(&customers, env::var(ADMIN).ok().as_deref()).context("the tokens of the environment").map(Some)
    }

    /// Those that the local shop's issuer gives to so many customers of a run, and to an admin.
    ///
    /// # Errors
    /// It gives none: only a shop of `cargo shop up` does.
    pub async fn of_local_issuer(api: &Api, run: &str, customers: usize, lifetime: Duration) -> anyhow::Result<Self> {
        let mut tokens = Vec::new();
        for customer in 0..customers {
            tokens.push(issued(api, &format!("load-{run}-{customer}"), "customer", lifetime).await?);
        }
        let admin = issued(api, &format!("load-{run}-admin"), "admin", lifetime).await?;
        Self::new(&tokens, Some(&admin))
    }
}

async fn issued(api: &Api, subject: &str, scope: &str, lifetime: Duration) -> anyhow::Result<String> {
    let wish = json!({ "subject": subject, "scope": scope, "expires_in": lifetime.as_secs() });
    let body = Bytes::from(wish.to_string());
    let ask = Ask { method: Method::POST, path: "/_local/token", token: None, key: None, body };
    let given = async { api.ask(ask).await?.expect(200)?.json() };
    let answer = given.await.map_err(|why| {
        anyhow::anyhow!(
            "the target gives no tokens ({why}), as a shop of `cargo shop up` does; name others: --help says how"
        )
    })?;
    answer["access_token"].as_str().map(str::to_owned).context("the local issuer's answer has no token")
}

fn bearer(token: &str) -> anyhow::Result<HeaderValue> {
    let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", token.trim())) else {
        bail!("one of the tokens has letters that no token has");
    };
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_customers_and_may_have_an_admin_and_none_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        std::fs::write(&path, r#"{"customers": ["secret-1", "secret-2"], "admin": "secret-3"}"#).unwrap();
        let tokens = Tokens::of_file(&path).unwrap();
        assert_eq!(tokens.customers, ["Bearer secret-1", "Bearer secret-2"]);
        assert!(!format!("{tokens:?}").contains("secret-"), "{tokens:?}");

        std::fs::write(&path, r#"{"customers": ["secret-1"]}"#).unwrap();
        assert!(Tokens::of_file(&path).unwrap().admin.is_none());
        for wrong in [
            r#"{"customers": []}"#,
            r#"{"customers": ["secret-1\n"#,
            r#"["secret-1"]"#,
            r#"{"customers": ["secret\u0007-1"]}"#,
        ] {
            std::fs::write(&path, wrong).unwrap();
            let error = format!("{:?}", Tokens::of_file(&path).unwrap_err());
            assert!(!error.contains("secret-"), "{error}");
        }
    }
}

//! What the issuer signs, and what it refuses.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair},
};
use axum::body::{Body, to_bytes};
use http::Request;
use jsonwebtoken::EncodingKey;
use kernel::{ManualClock, SignedDuration, Timestamp};
use proptest::prelude::*;
use tower::ServiceExt;

use super::*;

static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| SigningKey::generate().unwrap().to_pkcs8().unwrap());
static OTHER_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| SigningKey::generate().unwrap().to_pkcs8().unwrap());

const NOW: i64 = 1_750_000_000;
const HOUR: Duration = Duration::from_secs(3_600);

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_second(NOW).unwrap()))
}

fn issuer_with(key: &[u8], url: &str, audience: &str, clock: Arc<ManualClock>) -> Issuer {
    Issuer::new(SigningKey::from_pkcs8(key).unwrap(), url, audience, clock, Arc::new(lambda::Uuids))
}

fn issuer() -> Issuer {
    issuer_with(&KEY, "http://localhost:3000", "shop", clock())
}

fn ada() -> CustomerId {
    CustomerId::parse("ada").unwrap()
}

/// A token of our making: any header, any claims, any signature.
fn forge(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(sign(message.as_bytes())))
}

fn rsa(key: &'static [u8], encoding: &'static dyn RsaEncoding) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| {
        let pair = RsaKeyPair::from_pkcs8(key).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

fn good_header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": issuer().key().id() })
}

fn good_claims() -> Value {
    json!({ "iss": "http://localhost:3000", "aud": "shop", "sub": "ada", "exp": NOW + 60, "scope": "customer" })
}

/// The outcome for good claims in which some are replaced, or removed by `null`.
fn verify_claims(changes: Value) -> Result<Claims, Refused> {
    let mut claims = good_claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    issuer().verify(&forge(&good_header(), &claims, rsa(&KEY, &RSA_PKCS1_SHA256)))
}

#[test]
fn a_token_says_who_may_what_until_when() {
    let issuer = issuer();
    let token = issuer.token(&ada(), Scope::Admin, HOUR).unwrap();
    let claims = issuer.verify(&token).unwrap();
    assert_eq!(claims.scopes(), ["customer", "admin"]);
    let mut all = Value::Object(claims.all().clone());
    assert!(all.as_object_mut().unwrap().remove("jti").unwrap().is_string());
    assert_eq!(
        all,
        json!({
            "iss": "http://localhost:3000", "aud": "shop", "sub": "ada", "client_id": "storefront",
            "scope": "customer admin", "token_use": "access", "iat": NOW, "nbf": NOW, "exp": NOW + 3600,
        })
    );
    let customer = issuer.verify(&issuer.token(&ada(), Scope::Customer, HOUR).unwrap()).unwrap();
    assert_eq!(customer.scopes(), ["customer"]);
}

#[test]
fn a_key_that_was_stored_is_the_same_key() {
    let (before, after) = (issuer(), issuer());
    assert_eq!(before.key().id(), after.key().id());
    assert!(after.verify(&before.token(&ada(), Scope::Customer, HOUR).unwrap()).is_ok());
    assert!(SigningKey::from_pkcs8(b"not a key").is_err());
    assert!(!format!("{before:?} {:?}", before.key()).contains("pair"));
}

#[test]
fn a_library_that_knows_only_the_published_key_accepts_the_token() {
    let issuer = issuer();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(issuer.jwks()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(set.find(issuer.key().id()).unwrap()).unwrap();
    let token = issuer.token(&ada(), Scope::Customer, HOUR).unwrap();
    assert!(jsonwebtoken::decode::<Value>(&token, &key, &signature_only()).is_ok());
    assert_eq!(issuer.jwks()["keys"][0]["use"], "sig");
    assert_eq!(issuer.jwks()["keys"][0]["alg"], "RS256");
    assert_eq!(issuer.jwks()["keys"][0]["kid"], issuer.key().id());
    assert!(issuer.jwks()["keys"][0].get("d").is_none(), "the private exponent is private");
}

#[test]
fn times_are_the_clouds() {
    let clock = clock();
    let issuer = issuer_with(&KEY, "http://localhost:3000", "shop", clock.clone());
    let token = issuer.token(&ada(), Scope::Customer, HOUR).unwrap();
    clock.advance(SignedDuration::from_millis(3_599_999));
    assert!(issuer.verify(&token).is_ok());
    clock.advance(SignedDuration::from_millis(1));
    assert_eq!(issuer.verify(&token), Err(Refused::Expired));
    clock.advance(SignedDuration::from_millis(-3_600_001));
    assert_eq!(issuer.verify(&token), Err(Refused::NotYet));
    assert_eq!(issuer.token(&ada(), Scope::Customer, Duration::MAX), Err(IssueError::Lifetime));
}

#[test]
fn claims_are_checked_as_api_gateway_checks_them() {
    assert!(verify_claims(json!({})).is_ok());
    for (changes, outcome) in [
        (json!({ "iss": "http://localhost:3001" }), Err(Refused::Issuer)),
        (json!({ "iss": null }), Err(Refused::Issuer)),
        (json!({ "aud": "another" }), Err(Refused::Audience)),
        (json!({ "aud": ["another", "shop"] }), Ok(())),
        (json!({ "aud": ["another"] }), Err(Refused::Audience)),
        (json!({ "aud": null }), Err(Refused::Audience)),
        (json!({ "aud": null, "client_id": "shop" }), Ok(())),
        (json!({ "aud": "another", "client_id": "shop" }), Err(Refused::Audience)),
        (json!({ "exp": NOW }), Err(Refused::Expired)),
        (json!({ "exp": NOW as f64 + 0.5 }), Ok(())),
        (json!({ "exp": null }), Err(Refused::Expired)),
        (json!({ "exp": "tomorrow" }), Err(Refused::Expired)),
        (json!({ "nbf": NOW }), Ok(())),
        (json!({ "nbf": NOW + 1 }), Err(Refused::NotYet)),
        (json!({ "iat": NOW + 1 }), Err(Refused::NotYet)),
        (json!({ "nbf": "yesterday" }), Err(Refused::NotYet)),
    ] {
        assert_eq!(verify_claims(changes.clone()).map(drop), outcome, "{changes}");
    }
}

#[test]
fn scopes_are_found_in_every_form() {
    for changes in [
        json!({ "scope": "a b" }),
        json!({ "scope": null, "scp": "a b" }),
        json!({ "scope": null, "scp": ["a", "b"] }),
        json!({ "scope": "a", "scp": ["b", 7] }),
    ] {
        assert_eq!(verify_claims(changes.clone()).unwrap().scopes(), ["a", "b"], "{changes}");
    }
    assert!(verify_claims(json!({ "scope": 7 })).unwrap().scopes().is_empty());
}

#[test]
fn only_the_issuers_own_rs256_signature_counts() {
    let (issuer, claims) = (issuer(), good_claims());
    let kid = issuer.key().id().to_owned();
    let ours = || rsa(&KEY, &RSA_PKCS1_SHA256);
    let with = |alg: &str| json!({ "alg": alg, "typ": "JWT", "kid": kid });

    let unsigned = forge(&with("none"), &claims, |_| Vec::new());
    let other = forge(&good_header(), &claims, rsa(&OTHER_KEY, &RSA_PKCS1_SHA256));
    let longer = forge(&with("RS512"), &claims, rsa(&KEY, &RSA_PKCS1_SHA512));
    let no_kid = forge(&json!({ "alg": "RS256" }), &claims, ours());
    let other_kid = forge(&json!({ "alg": "RS256", "kid": "other" }), &claims, ours());
    // The public key is public: whoever takes it for a shared secret must not get in (RFC 8725 §2.1).
    let jwk = issuer.jwks()["keys"][0].clone();
    let mut hs256 = Header::new(Algorithm::HS256);
    hs256.kid = Some(kid.clone());
    let secrets = [jwk["n"].as_str().unwrap().as_bytes().to_vec(), jwk.to_string().into_bytes()];
    let confused =
        secrets.map(|secret| jsonwebtoken::encode(&hs256, &claims, &EncodingKey::from_secret(&secret)).unwrap());

    let (message, signature) = issuer
        .token(&ada(), Scope::Customer, HOUR)
        .unwrap()
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let promoted = good_claims().to_string().replace("customer", "admin");
    let promoted = format!("{}.{}.{signature}", message.split('.').next().unwrap(), URL_SAFE_NO_PAD.encode(promoted));

    for (token, refused) in [
        (unsigned, Refused::Undecodable),
        (longer, Refused::Undecodable),
        (confused[0].clone(), Refused::Undecodable),
        (confused[1].clone(), Refused::Undecodable),
        (other, Refused::Signature),
        (promoted, Refused::Signature),
        (format!("{message}."), Refused::Signature),
        (message, Refused::Undecodable),
        (no_kid, Refused::UnknownKey),
        (other_kid, Refused::UnknownKey),
        (forge(&good_header(), &json!(["no", "object"]), ours()), Refused::Undecodable),
        ("a.b.c".to_owned(), Refused::Undecodable),
        (String::new(), Refused::Undecodable),
    ] {
        assert_eq!(issuer.verify(&token), Err(refused), "{token}");
    }
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in "[A-Za-z0-9_.=-]{0,200}|\\PC{0,40}") {
        prop_assert!(issuer().verify(&text).is_err());
    }
}

async fn ask(method: &str, path: &str, body: &str) -> (u16, String, Value) {
    let request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned())).unwrap();
    let response = Arc::new(issuer()).router().oneshot(request).await.unwrap();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, kind.unwrap_or_default(), serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn tokens_are_handed_out_over_http() {
    let (status, kind, answer) =
        ask("POST", "/_local/token", r#"{"subject":"ada","scope":"admin","expires_in":60}"#).await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(60)));
    let claims = issuer().verify(answer["access_token"].as_str().unwrap()).unwrap();
    assert_eq!((claims.text("sub"), claims.all()["exp"].as_i64()), (Some("ada"), Some(NOW + 60)));

    let (_, _, answer) = ask("POST", "/_local/token", r#"{"subject":"ada","scope":"customer"}"#).await;
    assert_eq!(answer["expires_in"], 3600);

    for bad in [
        "",
        "[]",
        "{",
        r#"{"subject":"ada"}"#,
        r#"{"subject":"","scope":"admin"}"#,
        r#"{"subject":"a b","scope":"admin"}"#,
        r#"{"subject":"ada","scope":"root"}"#,
        r#"{"subject":"ada","scope":"admin","expires_in":0}"#,
        r#"{"subject":"ada","scope":"admin","expires_in":-1}"#,
        r#"{"subject":"ada","scope":"admin","expires_in":18446744073709551615}"#,
        r#"{"subject":"ada","scope":"admin","more":1}"#,
    ] {
        let (status, kind, answer) = ask("POST", "/_local/token", bad).await;
        assert_eq!((status, kind.as_str()), (400, "application/problem+json"), "{bad}");
        assert_eq!(answer["type"], "/problems/malformed-request", "{bad}");
    }
}

#[tokio::test]
async fn discovery_leads_to_the_key() {
    let (status, _, configuration) = ask("GET", "/.well-known/openid-configuration", "").await;
    assert_eq!((status, &configuration["issuer"]), (200, &json!("http://localhost:3000")));
    let jwks = configuration["jwks_uri"].as_str().unwrap().strip_prefix("http://localhost:3000").unwrap();
    assert_eq!(ask("GET", jwks, "").await.2, issuer().jwks());
    assert_eq!(configuration["token_endpoint"], "http://localhost:3000/oauth2/token");
    assert_eq!(configuration["code_challenge_methods_supported"], json!(["S256"]));
}

//! Signing in as a browser and a page do it, and everything that must not work.

use std::sync::LazyLock;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Router,
    body::{Body, to_bytes},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, StatusCode};
use kernel::{ManualClock, SignedDuration, Timestamp};
use tower::ServiceExt;

use super::*;
use crate::{gateway::InvokeError, issuer::SigningKey};

static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(SigningKey::generate().unwrap()));

const SITE: &str = "http://localhost:8080";
const PASSWORD: &str = "correct horse battery";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

/// A trigger that gives everybody in a group the scope of that name, or does not answer.
struct Trigger(bool);

#[async_trait]
impl Invoke for Trigger {
    async fn invoke(&self, target: &str, mut event: Value) -> Result<Value, InvokeError> {
        assert_eq!(target, "accounts/grant-scopes");
        if !self.0 {
            return Err(InvokeError::TimedOut);
        }
        let groups = event["request"]["groupConfiguration"]["groupsToOverride"].take();
        event["response"] =
            json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": { "scopesToAdd": groups } } });
        Ok(event)
    }
}

struct Pool {
    router: Router,
    issuer: Arc<Issuer>,
    mailbox: Arc<Mailbox>,
    clock: Arc<ManualClock>,
}

/// An answer: status, `location`, `set-cookie` and body.
struct Answer {
    status: StatusCode,
    location: String,
    cookie: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn parameter(&self, name: &str) -> String {
        let query = self.location.split_once('?').unwrap().1;
        flow::parameters(query.as_bytes()).remove(name).unwrap_or_default()
    }
}

fn pool() -> Pool {
    pool_with(Trigger(true))
}

fn pool_with(trigger: Trigger) -> Pool {
    let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_750_000_000).unwrap()));
    let ids: Arc<dyn UniqueIds> = Arc::new(lambda::Uuids);
    let issuer = Arc::new(Issuer::new(Arc::clone(&KEY), SITE, "shop", clock.clone(), Arc::clone(&ids)));
    let store = Arc::new(Store::memory());
    let mailbox = Arc::new(Mailbox::new(Arc::clone(&store)));
    let pool = Arc::new(UserPool::new(Surroundings {
        issuer: Arc::clone(&issuer),
        trigger: Some("accounts/grant-scopes".to_owned()),
        invoker: Arc::new(trigger),
        mailbox: Arc::clone(&mailbox),
        store,
        clock: clock.clone(),
        ids,
    }));
    pool.add("ada", "ada@example.com", PASSWORD, &[]).unwrap();
    pool.add("root", "root@example.com", PASSWORD, &["admin"]).unwrap();
    Pool { router: pool.router(), issuer, mailbox, clock }
}

/// The parameters of a good authorization request, of which some are replaced or, by "", removed.
fn request(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let redirect_uri = format!("{SITE}/signed-in.html");
    let mut all = std::collections::BTreeMap::from([
        ("response_type", "code"),
        ("client_id", "storefront"),
        ("redirect_uri", &redirect_uri),
        ("scope", "openid email customer"),
        ("state", "a state"),
        ("nonce", "a nonce"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    all.extend(changes.iter().copied());
    all.retain(|_, value| !value.is_empty());
    form(&all.into_iter().collect::<Vec<_>>())
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Pool {
    async fn send(&self, request: http::request::Builder, body: String) -> Answer {
        let request = request.header("host", "localhost:8080").body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let (status, location, cookie) = (response.status(), header("location"), header("set-cookie"));
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, location, cookie, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    async fn get(&self, address: &str, cookie: &str) -> Answer {
        self.send(Request::get(address).header("cookie", cookie), String::new()).await
    }

    async fn post(&self, address: &str, pairs: &[(&str, &str)]) -> Answer {
        self.send(Request::post(address), form(pairs)).await
    }

    async fn sign_in(&self, email: &str) -> Answer {
        self.post(&format!("/login?{}", request(&[])), &[("email", email), ("password", PASSWORD)]).await
    }

    async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let redirect_uri = format!("{SITE}/signed-in.html");
        let mut all = std::collections::BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("client_id", "storefront"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ]);
        all.extend(changes.iter().copied());
        self.post("/oauth2/token", &all.into_iter().collect::<Vec<_>>()).await
    }

    async fn refresh(&self, token: &str) -> Answer {
        let pairs = [("grant_type", "refresh_token"), ("client_id", "storefront"), ("refresh_token", token)];
        self.post("/oauth2/token", &pairs).await
    }

    /// The first refresh token of somebody who signs in.
    async fn refresh_token(&self) -> String {
        let code = self.sign_in("ada@example.com").await.parameter("code");
        text(&self.redeem(&code, &[]).await.json()["refresh_token"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What a token says.
fn claims(token: &Value) -> Value {
    let token = text(token);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn who_signs_in_gets_tokens_that_the_gateway_takes() {
    let pool = pool();
    let authorize = pool.get(&format!("/oauth2/authorize?{}", request(&[])), "").await;
    assert_eq!(authorize.status, StatusCode::SEE_OTHER);
    assert!(authorize.location.starts_with("/login?"));
    let page = pool.get(&authorize.location, "").await;
    assert!(page.body.contains("autocomplete=\"current-password\""));

    let signed_in = pool.sign_in("Ada@Example.com").await;
    assert!(signed_in.location.starts_with(&format!("{SITE}/signed-in.html?")), "{}", signed_in.location);
    assert_eq!(signed_in.parameter("state"), "a state");
    assert!(signed_in.cookie.contains("HttpOnly") && signed_in.cookie.contains("SameSite=Lax"));

    let tokens = pool.redeem(&signed_in.parameter("code"), &[]).await.json();
    let access = pool.issuer.verify(&text(&tokens["access_token"])).unwrap();
    assert_eq!((access.text("sub"), access.scopes()), (Some("ada"), vec!["openid", "email", "customer"]));
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        (&id["aud"], &id["nonce"], &id["email"]),
        (&json!("storefront"), &json!("a nonce"), &json!("ada@example.com"))
    );
    assert!(pool.issuer.verify(&text(&tokens["id_token"])).is_err(), "an ID token opens no API");
}

#[tokio::test]
async fn the_trigger_gives_admins_their_scope_and_without_it_nobody_gets_a_token() {
    let pool = pool();
    let code = pool.sign_in("root@example.com").await.parameter("code");
    let tokens = pool.redeem(&code, &[]).await.json();
    assert_eq!(claims(&tokens["access_token"])["scope"], "openid email customer admin");

    let broken = pool_with(Trigger(false));
    let code = broken.sign_in("root@example.com").await.parameter("code");
    assert_eq!(broken.redeem(&code, &[]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_is_redeemed_once_by_whoever_asked_for_it() {
    for wrong in [
        ("code_verifier", "another-verifier-of-at-least-forty-three-characters"),
        ("redirect_uri", "http://localhost:8081/signed-in.html"),
        ("client_id", "somebody"),
        ("grant_type", "password"),
    ] {
        let pool = pool();
        let code = pool.sign_in("ada@example.com").await.parameter("code");
        let refused = pool.redeem(&code, &[wrong]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong:?}");
        assert!(refused.json()["access_token"].is_null());
    }
    let pool = pool();
    let code = pool.sign_in("ada@example.com").await.parameter("code");
    assert_eq!(pool.redeem(&code, &[]).await.status, StatusCode::OK);
    assert_eq!(pool.redeem(&code, &[]).await.json()["error"], "invalid_grant");
    let late = pool.sign_in("ada@example.com").await.parameter("code");
    pool.clock.advance(SignedDuration::from_secs(300));
    assert_eq!(pool.redeem(&late, &[]).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_that_was_used_ends_its_family() {
    let pool = pool();
    let first = pool.refresh_token().await;
    let second = pool.refresh(&first).await.json();
    assert!(second["id_token"].is_string() && claims(&second["id_token"])["nonce"].is_null());
    let second = text(&second["refresh_token"]);
    assert_ne!(first, second);
    // The answer may have been lost.
    assert_eq!(text(&pool.refresh(&first).await.json()["refresh_token"]), second);
    pool.clock.advance(SignedDuration::from_secs(10));
    assert_eq!(pool.refresh(&first).await.json()["error"], "invalid_grant");
    assert_eq!(pool.refresh(&second).await.json()["error"], "invalid_grant", "whoever has it, the family is over");
}

#[tokio::test]
async fn what_is_revoked_or_too_old_refreshes_nothing() {
    let pool = pool();
    let revoked = pool.refresh_token().await;
    assert_eq!(pool.post("/oauth2/revoke", &[("token", &revoked)]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        pool.post("/oauth2/revoke", &[("token", &revoked), ("client_id", "storefront")]).await.status,
        StatusCode::OK
    );
    assert_eq!(pool.refresh(&revoked).await.status, StatusCode::BAD_REQUEST);
    let old = pool.refresh_token().await;
    pool.clock.advance(SignedDuration::from_secs(30 * 86_400));
    assert_eq!(pool.refresh(&old).await.status, StatusCode::BAD_REQUEST);
    for nonsense in ["", ".", "a.b", "a"] {
        assert_eq!(pool.refresh(nonsense).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn nobody_is_sent_where_the_client_is_not() {
    let pool = pool();
    for redirect_uri in [
        "https://evil.example/signed-in.html",
        "http://localhost.evil.example/signed-in.html",
        "http://localhost:8080@evil.example/signed-in.html",
        "http://localhost:8080/signed-in.html?next=https://evil.example",
        "http://localhost:8080/elsewhere",
        "javascript:alert(1)",
        "//evil.example/signed-in.html",
    ] {
        for path in ["/oauth2/authorize", "/login", "/signup", "/confirm"] {
            let answer = pool.get(&format!("{path}?{}", request(&[("redirect_uri", redirect_uri)])), "").await;
            assert_eq!(
                (answer.status, answer.location.as_str()),
                (StatusCode::BAD_REQUEST, ""),
                "{path} {redirect_uri}"
            );
        }
        let logout = format!("/logout?{}", form(&[("client_id", "storefront"), ("logout_uri", redirect_uri)]));
        assert_eq!(pool.get(&logout, "").await.status, StatusCode::BAD_REQUEST, "{redirect_uri}");
    }
    assert_eq!(
        pool.get(&format!("/login?{}", request(&[("client_id", "other")])), "").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_client_hears_what_is_wrong_with_its_request() {
    let pool = pool();
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "openid admin"), "invalid_scope"),
        (("scope", " "), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let answer = pool.get(&format!("/oauth2/authorize?{}", request(&[change])), "").await;
        assert_eq!((answer.parameter("error"), answer.parameter("state")), (error.to_owned(), "a state".to_owned()));
    }
}

#[tokio::test]
async fn the_pool_remembers_a_browser_until_it_signs_out() {
    let pool = pool();
    let cookie = pool.sign_in("ada@example.com").await.cookie.split(';').next().unwrap().to_owned();
    let authorize = format!("/oauth2/authorize?{}", request(&[]));
    assert!(!pool.get(&authorize, &cookie).await.parameter("code").is_empty());
    let again = format!("/oauth2/authorize?{}", request(&[("prompt", "login")]));
    assert!(pool.get(&again, &cookie).await.location.starts_with("/login?"));
    let logout = format!("/logout?{}", form(&[("client_id", "storefront"), ("logout_uri", "http://localhost:8080/")]));
    let out = pool.get(&logout, &cookie).await;
    assert_eq!((out.location.as_str(), out.cookie.contains("Max-Age=0")), ("http://localhost:8080/", true));
    assert!(pool.get(&authorize, &cookie).await.location.starts_with("/login?"), "the session itself is over");
    let cookie = pool.sign_in("ada@example.com").await.cookie.split(';').next().unwrap().to_owned();
    pool.clock.advance(SignedDuration::from_secs(3_600));
    assert!(pool.get(&authorize, &cookie).await.location.starts_with("/login?"), "an hour later");
}

#[tokio::test]
async fn an_account_is_made_and_its_address_confirmed() {
    let pool = pool();
    let form = [("email", "new@example.com"), ("password", "long enough for it")];
    let signed_up = pool.post(&format!("/signup?{}", request(&[])), &form).await;
    assert!(signed_up.location.starts_with("/confirm?"), "{}", signed_up.body);
    // Not before the address is confirmed; and there is another code then.
    let early = pool.post(&format!("/login?{}", request(&[])), &form).await;
    assert!(early.location.starts_with("/confirm?"));
    let mails = pool.mailbox.mails();
    let code = mails.last().unwrap().text.trim().trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
    assert_eq!((mails.len(), mails[0].to.as_slice()), (2, &["new@example.com".to_owned()][..]));

    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = pool.post(&signed_up.location, &[("code", wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let confirmed = pool.post(&signed_up.location, &[("code", &code)]).await;
    let tokens = pool.redeem(&confirmed.parameter("code"), &[]).await.json();
    assert_eq!(claims(&tokens["id_token"])["email"], "new@example.com");
    assert_eq!(pool.post(&signed_up.location, &[("code", &code)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_refused() {
    let pool = pool();
    let form = [("email", "new@example.com"), ("password", "long enough for it")];
    let confirm = pool.post(&format!("/signup?{}", request(&[])), &form).await.location;
    let code = pool.mailbox.mails()[0].text.trim().trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
    for _ in 0..5 {
        assert_eq!(pool.post(&confirm, &[("code", "wrong")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(pool.post(&confirm, &[("code", &code)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_bad_sign_up_or_sign_in_says_why_and_shows_what_was_typed_as_text() {
    let pool = pool();
    let address = format!("/signup?{}", request(&[]));
    for (email, password, why) in [
        ("ada@example.com", "long enough for it", "already exists"),
        ("nobody", "long enough for it", "not an email address"),
        ("new@example.com", "short", "12 to 256"),
    ] {
        let answer = pool.post(&address, &[("email", email), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(why), "{}", answer.body);
    }
    for email in ["ada@example.com", "nobody@example.com"] {
        let form = [("email", email), ("password", "not the password")];
        let answer = pool.post(&format!("/login?{}", request(&[])), &form).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.body.contains("Incorrect email address or password."));
    }
    let answer = pool.post(&address, &[("email", "\"><script>alert(1)</script>"), ("password", "x")]).await;
    assert!(!answer.body.contains("<script>"));
}

#[tokio::test]
async fn a_form_of_another_site_is_not_taken() {
    let pool = pool();
    let body = form(&[("email", "ada@example.com"), ("password", PASSWORD)]);
    for path in ["/login", "/signup", "/confirm"] {
        for origin in ["https://evil.example", "http://localhost:9090", "null"] {
            let request = Request::post(format!("{path}?{}", request(&[]))).header("origin", origin);
            assert_eq!(pool.send(request, body.clone()).await.status, StatusCode::BAD_REQUEST, "{path} {origin}");
        }
    }
    let own = Request::post(format!("/login?{}", request(&[]))).header("origin", "http://localhost:8080");
    assert_eq!(pool.send(own, body).await.status, StatusCode::SEE_OTHER);
}

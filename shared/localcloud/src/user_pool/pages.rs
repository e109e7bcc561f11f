//! What people see: the pages of sign-in and sign-up.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use minijinja::{Environment, context};
use tracing::error;

use super::{
    UserPool,
    accounts::{PASSWORD_MIN, SignIn},
    flow::{Asked, Wrong, parameters, redirect},
    grants::Grant,
};

type Pool = State<Arc<UserPool>>;

/// The cookie that keeps a browser signed in at the pool.
const SESSION: &str = "emporium-session";
/// What makes a browser forget it.
pub(super) const FORGET_SESSION: &str = "emporium-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";

pub(super) fn router() -> Router<Arc<UserPool>> {
    Router::new()
        .route("/oauth2/authorize", get(authorize))
        .route("/login", get(show_login).post(login))
        .route("/signup", get(show_signup).post(signup))
        .route("/confirm", get(show_confirm).post(confirm))
        .route("/_local/pages.css", get(async || ([(CONTENT_TYPE, "text/css")], include_str!("templates/pages.css"))))
}

/// OpenID Connect Core §3.1.2. Who is signed in already goes on at once.
async fn authorize(State(pool): Pool, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let asked = match asked(&query) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let session = session_id(&headers).and_then(|id| pool.grants.session(id));
    let again = parameters(query.as_bytes()).get("prompt").is_some_and(|prompt| prompt == "login");
    match session {
        Some((email, signed_in_at)) if !again => {
            let grant = Grant { email, scopes: asked.scopes.clone(), nonce: asked.nonce.clone(), signed_in_at };
            let code = pool.grants.code(grant, asked.redirect_uri.clone(), asked.challenge.clone());
            leave(&asked.answer(&code), None)
        }
        _ => leave(&format!("/login?{query}"), None),
    }
}

async fn show_login(RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    asked(&query).map_or_else(|response| *response, |_| page(StatusCode::OK, "login.html", &query, "", None))
}

async fn login(State(pool): Pool, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let (query, form) = (query.unwrap_or_default(), parameters(&body));
    let asked = match own(&headers).and_then(|()| asked(&query)) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let (email, password) = (field(&form, "email"), field(&form, "password"));
    match pool.accounts.sign_in(email, password) {
        SignIn::Welcome => enter(&pool, &asked, email),
        SignIn::Unconfirmed => {
            send_code(&pool, email, pool.accounts.another_code(email));
            leave(&confirm_address(&query, email), None)
        }
        // The same words whoever it is: no page says which addresses have accounts.
        SignIn::Refused => {
            page(StatusCode::UNAUTHORIZED, "login.html", &query, email, Some("Incorrect email address or password."))
        }
    }
}

async fn show_signup(RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    asked(&query).map_or_else(|response| *response, |_| page(StatusCode::OK, "signup.html", &query, "", None))
}

async fn signup(State(pool): Pool, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let (query, form) = (query.unwrap_or_default(), parameters(&body));
    if let Err(response) = own(&headers).and_then(|()| asked(&query)) {
        return *response;
    }
    let email = field(&form, "email");
    match pool.accounts.sign_up(email, field(&form, "password")) {
        Ok(code) => {
            send_code(&pool, email, Some(code));
            leave(&confirm_address(&query, email), None)
        }
        Err(why) => page(StatusCode::UNPROCESSABLE_ENTITY, "signup.html", &query, email, Some(&why.to_string())),
    }
}

async fn show_confirm(RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let email = parameters(query.as_bytes()).remove("email").unwrap_or_default();
    asked(&query).map_or_else(|response| *response, |_| page(StatusCode::OK, "confirm.html", &query, &email, None))
}

async fn confirm(State(pool): Pool, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let (query, form) = (query.unwrap_or_default(), parameters(&body));
    let asked = match own(&headers).and_then(|()| asked(&query)) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let email = parameters(query.as_bytes()).remove("email").unwrap_or_default();
    if pool.accounts.confirm(&email, field(&form, "code").trim()) {
        return enter(&pool, &asked, &email);
    }
    let why = "That is not the code. After five wrong ones, sign in to get another.";
    page(StatusCode::UNPROCESSABLE_ENTITY, "confirm.html", &query, &email, Some(why))
}

/// Signs the browser in, and sends it back to the client with a code.
fn enter(pool: &UserPool, asked: &Asked, email: &str) -> Response {
    let (id, lasts) = pool.grants.open_session(email);
    let grant = Grant {
        email: email.to_owned(),
        scopes: asked.scopes.clone(),
        nonce: asked.nonce.clone(),
        signed_in_at: pool.clock.now(),
    };
    let code = pool.grants.code(grant, asked.redirect_uri.clone(), asked.challenge.clone());
    let cookie = format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", lasts.as_secs());
    leave(&asked.answer(&code), Some(cookie))
}

/// Mails the code that confirms an address.
fn send_code(pool: &UserPool, email: &str, code: Option<String>) {
    let Some(code) = code else { return };
    let text = format!("Your confirmation code is {code}.\n");
    pool.mailbox.deliver(email, "Your confirmation code", &text, pool.clock.now());
}

fn confirm_address(query: &str, email: &str) -> String {
    let mut all = parameters(query.as_bytes());
    all.insert("email".to_owned(), email.to_owned());
    let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    redirect("/confirm", &pairs, None)
}

/// The authorization request that a page's address carries.
fn asked(query: &str) -> Result<Asked, Box<Response>> {
    Asked::check(&parameters(query.as_bytes())).map_err(|wrong| {
        Box::new(match wrong {
            Wrong::Untrusted(why) => untrusted(why),
            Wrong::Refused { redirect_uri, state, error, why } => {
                let parameters = [("error", error), ("error_description", why)];
                leave(&redirect(&redirect_uri, &parameters, state.as_deref()), None)
            }
        })
    })
}

/// A form that another site sends along with the browser's cookies is not taken (cross-site request forgery): browsers
/// say with every such request where its page came from (Fetch standard, "Origin").
fn own(headers: &HeaderMap) -> Result<(), Box<Response>> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (origin, host) = (text(ORIGIN), text(HOST));
    let same = origin.is_none_or(|origin| origin.split_once("://").map(|(_, rest)| rest) == host);
    if same { Ok(()) } else { Err(Box::new(untrusted("This form was sent by another site's page."))) }
}

pub(super) fn session_id(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, id)| id)
}

/// Sends the browser elsewhere, by a GET.
pub(super) fn leave(address: &str, cookie: Option<String>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(CACHE_CONTROL, "no-store")]).into_response();
    let headers = [(LOCATION, Some(address.to_owned())), (SET_COOKIE, cookie)];
    for (name, value) in headers {
        match value.map(|value| value.parse()) {
            Some(Ok(value)) => drop(response.headers_mut().insert(name, value)),
            Some(Err(_)) => return untrusted("The address has characters that no header may have."),
            None => {}
        }
    }
    response
}

/// A request that is answered to nobody but the person who made it.
pub(super) fn untrusted(why: &str) -> Response {
    page(StatusCode::BAD_REQUEST, "wrong.html", "", "", Some(why))
}

fn field<'a>(form: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    form.get(name).map(String::as_str).unwrap_or_default()
}

/// The pages' policy: no script at all. Browsers apply `form-action` to the redirect that answers a form as well, which goes to
/// whichever of this machine's names the shop was opened under.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      form-action 'self' http://localhost:* http://127.0.0.1:*";

fn page(status: StatusCode, name: &str, query: &str, email: &str, wrong: Option<&str>) -> Response {
    let values = context! { query, email, wrong, password_min => PASSWORD_MIN };
    match render(name, &values) {
        Ok(html) => {
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
                (CONTENT_SECURITY_POLICY, POLICY),
            ];
            (status, headers, html).into_response()
        }
        Err(why) => {
            error!(%why, name, "a page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn render(name: &str, values: &minijinja::Value) -> Result<String, minijinja::Error> {
    let mut pages = Environment::new();
    pages.add_template("layout.html", include_str!("templates/layout.html"))?;
    pages.add_template("login.html", include_str!("templates/login.html"))?;
    pages.add_template("signup.html", include_str!("templates/signup.html"))?;
    pages.add_template("confirm.html", include_str!("templates/confirm.html"))?;
    pages.add_template("wrong.html", include_str!("templates/wrong.html"))?;
    pages.get_template(name)?.render(values)
}

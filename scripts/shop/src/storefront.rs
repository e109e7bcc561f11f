//! The pages of `storefront/`, as `cargo shop up` serves them: from the folder itself, so that a change is there after a reload.
//!
//! In AWS they come from a bucket behind CloudFront, with the same headers, Stripe's hosts where its form is used, and another
//! `/config.json`
//! (`terraform/modules/storefront`, `terraform/modules/edge`).

use std::path::{Path, PathBuf};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// What every page may load: what is the shop's own. `data:` is for small pictures in stylesheets.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Window {
    files: ServeDir,
    folder: PathBuf,
    /// What is behind the pages.
    api: Router,
}

/// The pages in `folder` before `api`: what is no file there is the API's to answer.
pub fn before(api: Router, folder: &Path) -> Router {
    let config = json!({
        "client_id": "storefront",
        "authorize_url": "/oauth2/authorize",
        "token_url": "/oauth2/token",
        "revoke_url": "/oauth2/revoke",
        "logout_url": "/logout",
        "scopes": "openid email customer",
        // Stripe's form would make payment methods that the stand-in does not know.
        "stripe_publishable_key": null,
        "local": true,
    });
    let config = move || std::future::ready(([(header::CACHE_CONTROL, "no-cache")], Json(config.clone())));
    let window = Window { files: ServeDir::new(folder), folder: folder.to_owned(), api };
    Router::new().route("/config.json", get(config)).fallback(serve).with_state(window)
}

async fn serve(State(window): State<Window>, request: Request) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return passed_on(window.api, request).await;
    }
    let mut question =
        Request::builder().method(request.method()).uri(request.uri()).body(Body::empty()).unwrap_or_default();
    *question.headers_mut() = request.headers().clone();
    let page = match window.files.oneshot(question).await {
        Ok(page) => page.map(Body::new),
        Err(never) => match never {},
    };
    if page.status() != StatusCode::NOT_FOUND {
        return with_headers(page);
    }
    if request.uri().path().ends_with(".html") {
        let text = tokio::fs::read(window.folder.join("404.html")).await.unwrap_or_default();
        let page = (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text);
        return with_headers(page.into_response());
    }
    passed_on(window.api, request).await
}

async fn passed_on(api: Router, request: Request) -> Response {
    api.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// The headers that CloudFront adds in AWS.
fn with_headers(mut page: Response) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        page.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    page
}

//! Cross-origin requests.
//!
//! Source: API Gateway Developer Guide, "Configure CORS for HTTP APIs": where it is configured, API Gateway answers
//! preflight requests itself and replaces whatever CORS headers a function sends.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

/// What pages of other origins may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The origins, as in `https://shop.example.com`, or `*`.
    pub allow_origins: Vec<String>,
    /// The methods.
    pub allow_methods: Vec<String>,
    /// The headers that a page may send.
    pub allow_headers: Vec<String>,
    /// The headers that a page may read.
    pub expose_headers: Vec<String>,
    /// Whether the browser may send cookies along. Without effect where any origin is allowed, as Fetch has it.
    pub allow_credentials: bool,
    /// How long a browser may remember all this.
    pub max_age_seconds: u32,
}

/// Whether a browser asks beforehand (Fetch standard, "CORS-preflight request").
pub(super) fn is_preflight<T>(request: &Request<T>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    /// Sets the headers that a request from `origin` gets.
    pub(super) fn apply(&self, headers: &mut HeaderMap, origin: Option<&HeaderValue>, preflight: bool) {
        let theirs: Vec<HeaderName> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in theirs {
            headers.remove(name);
        }
        let any = self.allow_origins.iter().any(|allowed| allowed == "*");
        let Some(origin) = origin.filter(|&origin| any || self.allow_origins.iter().any(|allowed| origin == allowed))
        else {
            return;
        };
        let mut set = |name: HeaderName, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        if self.allow_credentials && !any {
            set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true".to_owned());
        }
        if preflight {
            set(ACCESS_CONTROL_ALLOW_METHODS, self.allow_methods.join(","));
            set(ACCESS_CONTROL_ALLOW_HEADERS, self.allow_headers.join(","));
            set(ACCESS_CONTROL_MAX_AGE, self.max_age_seconds.to_string());
        } else if !self.expose_headers.is_empty() {
            set(ACCESS_CONTROL_EXPOSE_HEADERS, self.expose_headers.join(","));
        }
        if any {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        } else {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
    }
}

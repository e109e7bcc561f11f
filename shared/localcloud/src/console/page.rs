//! The page at `/_local`, and its files: they are a part of the binary, as the console has to be there wherever the cloud is.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

/// What the page may load: its own, and mails, which it shows without their scripts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files, by name.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("page/", $name)))),*]
    };
}

const INDEX: &str = include_str!("page/index.html");

const FILES: [(&str, &str); 22] = files![
    "actions.js",
    "beat.js",
    "bill.js",
    "console.css",
    "dom.js",
    "executions.js",
    "experiments.js",
    "faults.js",
    "feeds.js",
    "graph.js",
    "header.js",
    "layout.js",
    "mails.js",
    "main.js",
    "queues.js",
    "saga.js",
    "sections.css",
    "sparkline.js",
    "traffic.js",
    "types.js",
    "words.js",
    "index.html",
];

/// Whether the client would rather look than read.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|one| one.trim().starts_with("text/html"))
}

/// A mail, for a frame of the page: with its own styles, and without scripts, whatever is in it.
pub(super) fn mail(html: String) -> Response {
    const POLICY: &str =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, html).into_response()
}

/// The page.
pub(super) fn index() -> Response {
    served("index.html", INDEX)
}

/// One of its files.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _)| *known == name) {
        Some((name, text)) => served(name, text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn served(name: &str, text: &'static str) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_served() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/page");
        let there: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        for name in &there {
            assert!(FILES.iter().any(|(known, _)| known == name), "{name} is not in the list");
        }
        assert_eq!(there.len(), FILES.len());
    }

    #[test]
    fn browsers_get_the_page_and_scripts_get_json() {
        let accept = |text: &'static str| HeaderMap::from_iter([(header::ACCEPT, text.parse().unwrap())]);
        assert!(is_wanted(&accept("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(!is_wanted(&accept("*/*")) && !is_wanted(&accept("application/json")) && !is_wanted(&HeaderMap::new()));
    }
}

//! Errors on HTTP: RFC 9457 problem details.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A problem, as the client sees it. `kind` is stable: clients may rely on it. Nothing about our insides is ever in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{status} {kind}: {title}")]
pub struct Problem {
    /// A URI that names the kind of problem; `docs/API-ERRORS.md` lists them.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where, as a JSON pointer into the request (RFC 6901).
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Problem {
    /// A problem of the kind `slug`, such as `sold-out`: its `type` is `/problems/sold-out`, relative to the API's address.
    pub fn new(status: u16, slug: &str, title: &str) -> Self {
        Self { kind: format!("/problems/{slug}"), title: title.to_owned(), status, detail: None, errors: Vec::new() }
    }

    /// Says what is wrong this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names a field that is wrong.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.to_string() });
        self
    }

    /// The body cannot be read at all.
    pub fn malformed(detail: impl std::fmt::Display) -> Self {
        Self::new(400, "malformed-request", "The request cannot be read").detail(detail.to_string())
    }

    /// The body can be read, and something in it is wrong.
    pub fn invalid() -> Self {
        Self::new(422, "invalid-request", "The request has values that are not allowed")
    }

    /// There is no such thing, or not for this caller.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "not-found", "There is no such thing").detail(format!("There is no such {what}."))
    }

    /// Our fault, and trying again will not help. The log knows more.
    pub fn internal() -> Self {
        Self::new(500, "internal", "Something went wrong on our side")
    }

    /// Our fault, and trying again may help.
    pub fn unavailable() -> Self {
        Self::new(503, "unavailable", "The shop is busy").detail("Please try again in a moment.")
    }
}

//! Pages of a list: how many are wanted, and where they begin.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Problem, Request};

/// What a client asks the next page with: where this one ended. To clients it is opaque, and says nothing about what they may
/// see. URL-safe base64, so that it needs no escaping in a query.
pub fn cursor(position: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_vec(position).map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).map_err(|_| Problem::internal())
}

impl Request {
    /// How many are wanted, by the query parameter `limit`.
    ///
    /// # Errors
    /// 422: it is no number from 1 to `most`.
    pub fn limit(&self, default: usize, most: usize) -> Result<usize, Problem> {
        let limit = self.query("limit").map_or(Some(default), |text| text.parse().ok());
        let limit = limit.filter(|limit| (1..=most).contains(limit));
        limit.ok_or_else(|| Problem::invalid().detail(format!("The query parameter limit must be 1 to {most}.")))
    }

    /// Where the page before ended, by the query parameter `cursor`.
    ///
    /// # Errors
    /// 400: it was never given out.
    pub fn position<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        let read = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        let known =
            |text: &str| read(text).ok_or_else(|| Problem::new(400, "malformed-cursor", "There is no such cursor"));
        self.query("cursor").map(known).transpose()
    }
}

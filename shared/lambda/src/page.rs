//! Pages of a list: how many are wanted, and where they begin.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Problem, Request};

/// What a client asks the next page with: where this one ended. To clients it is opaque, and says nothing about what they may
/// see. URL-safe base64, so that it needs no escaping in a query.
///
/// # Errors
/// 500: the position cannot be written, which is a fault of ours.
pub fn cursor(position: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_vec(position).map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).map_err(|_| Problem::internal())
}

impl Request {
    /// How many are wanted, by the query parameter `limit`.
    ///
    /// # Errors
    /// 422: it is no number from 1 to `most`.
    pub fn limit(&self, default: usize, most: usize) -> Result<usize, Problem> {
        limit(self.query("limit"), default, most)
    }

    /// Where the page before ended, by the query parameter `cursor`.
    ///
    /// # Errors
    /// 400: it was never given out.
    pub fn position<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        self.query("cursor").map(position).transpose()
    }
}

fn limit(text: Option<&str>, default: usize, most: usize) -> Result<usize, Problem> {
    let limit = text.map_or(Some(default), |text| text.parse().ok()).filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| Problem::invalid().detail(format!("The query parameter limit must be 1 to {most}.")))
}

fn position<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let read = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    read().ok_or_else(|| {
        Problem::new(400, "malformed-cursor", "The cursor cannot be read")
            .detail("Use a next_cursor as it was given, or none to begin anew.")
    })
}

#[cfg(test)]
mod tests {
    use kernel::{OrderId, Sku, Timestamp};

    use super::*;

    #[test]
    fn what_was_given_out_is_read_again_and_needs_no_escaping() {
        for sku in ["A", "MUG-01", "0-9-Z", &"X-".repeat(16)] {
            let sku = Sku::parse(sku).unwrap();
            let text = cursor(&sku).unwrap();
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
            assert_eq!(position::<Sku>(&text), Ok(sku));
        }
        let at: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let place = (at, OrderId::from_bytes([1; 16]));
        assert_eq!(position(&cursor(&place).unwrap()), Ok(place));
    }

    #[test]
    fn what_was_never_given_out_is_refused() {
        let other = cursor(&"mug").unwrap();
        for bad in ["", "MUG-01", "!", "x", "%%%", "MjAyNg", "TVVHLTAx=", &other, &URL_SAFE_NO_PAD.encode([0xff])] {
            let refused = position::<Sku>(bad).unwrap_err();
            assert_eq!((refused.status, refused.kind.as_str()), (400, "/problems/malformed-cursor"), "{bad:?}");
        }
    }

    #[test]
    fn a_limit_is_within_its_bounds_and_has_a_default() {
        assert_eq!(limit(None, 50, 100), Ok(50));
        assert_eq!(limit(Some("1"), 50, 100), Ok(1));
        assert_eq!(limit(Some("100"), 50, 100), Ok(100));
        for bad in ["", "0", "101", "-1", "1.5", "ten", "256"] {
            assert_eq!(limit(Some(bad), 50, 100).unwrap_err().status, 422, "{bad:?}");
        }
    }
}

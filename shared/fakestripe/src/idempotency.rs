//! What a repeated request gets.
//!
//! The status and body of the first request with a key are saved once its execution has begun, whatever they are, and are
//! given again for 24 hours; after that the key means nothing, and a repetition does it again. The parameters must be the
//! same. Validation, rate limits and concurrent use come before execution and are not saved.
//!
//! Sources: docs.stripe.com/api/idempotent_requests, docs.stripe.com/error-low-level#idempotency.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ApiError;

/// "Keys expire after at least 24 hours": here, after exactly so long.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// The longest key.
const MAX_KEY_CHARS: usize = 255;

/// What a request is recognized by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As parsed: the order in which fields are sent does not matter.
    pub(crate) params: Value,
}

/// What the first request got.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Saved {
    since: i64,
    fingerprint: Fingerprint,
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The first request's id.
    pub(crate) request_id: String,
}

/// All keys that are remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Keys {
    saved: BTreeMap<String, Saved>,
    oldest_first: VecDeque<String>,
}

impl Keys {
    /// What was saved under this key, if anything.
    pub(crate) fn find(&mut self, key: &str, asked: &Fingerprint, now: i64) -> Result<Option<&Saved>, ApiError> {
        check(key)?;
        self.forget(now);
        let Some(saved) = self.saved.get(key) else { return Ok(None) };
        let first = &saved.fingerprint;
        if (&first.method, &first.path) != (&asked.method, &asked.path) {
            return Err(misused(
                key,
                &format!("for the same endpoint they were first used for ('{}' vs '{}')", asked.path, first.path),
            ));
        }
        if first.params != asked.params {
            return Err(misused(key, "with the same parameters they were first used with"));
        }
        Ok(Some(saved))
    }

    /// Remembers what the first request with this key got.
    pub(crate) fn save(
        &mut self,
        key: String,
        first: Fingerprint,
        answer: (u16, String),
        request_id: String,
        now: i64,
    ) {
        let (status, body) = answer;
        self.oldest_first.push_back(key.clone());
        self.saved.insert(key, Saved { since: now, fingerprint: first, status, body, request_id });
    }

    fn forget(&mut self, now: i64) {
        while let Some(key) = self.oldest_first.front() {
            if self.saved.get(key).is_some_and(|saved| now < saved.since.saturating_add(KEPT_SECONDS)) {
                return;
            }
            self.saved.remove(key);
            self.oldest_first.pop_front();
        }
    }
}

/// 409: an earlier request with the key is still being carried out.
pub(crate) fn in_use(key: &str) -> ApiError {
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
         twice, and the other request is still going through): {key}. Please try again later."
    );
    ApiError::new(409, "idempotency_error", message).code("idempotency_key_in_use")
}

fn check(key: &str) -> Result<(), ApiError> {
    match key.chars().count() {
        1..=MAX_KEY_CHARS => Ok(()),
        _ => Err(ApiError::invalid(format!("Idempotency keys must be 1 to {MAX_KEY_CHARS} characters long."))),
    }
}

fn misused(key: &str, how: &str) -> ApiError {
    let message = format!(
        "Keys for idempotent requests can only be used {how}. Try using a key other than '{key}' if you meant to execute a \
         different request."
    );
    ApiError::new(400, "idempotency_error", message)
}

//! How many requests a second are let through.

use crate::error::ApiError;

/// A token bucket, in thousandths of a token so that it can be filled by the millisecond. Not saved: a restart is a second.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    used: i64,
    at_ms: i64,
}

impl Bucket {
    /// Lets a request through, or answers 429.
    pub(crate) fn take(&mut self, per_second: u32, now_ms: i64) -> Result<(), ApiError> {
        let elapsed = now_ms.saturating_sub(self.at_ms).max(0);
        let rate = i64::from(per_second);
        self.used = self.used.saturating_sub(elapsed.saturating_mul(rate)).max(0);
        self.at_ms = now_ms.max(self.at_ms);
        if self.used.saturating_add(1000) > rate.saturating_mul(1000) {
            return Err(limited());
        }
        self.used += 1000;
        Ok(())
    }
}

/// 429. Source: docs.stripe.com/rate-limits.
pub(crate) fn limited() -> ApiError {
    let message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.";
    ApiError::new(429, "invalid_request_error", message).code("rate_limit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_second_and_no_more() {
        let mut bucket = Bucket::default();
        let let_through = |bucket: &mut Bucket, at: i64| (0..200).filter(|_| bucket.take(100, at).is_ok()).count();
        assert_eq!(let_through(&mut bucket, 1_000_000), 100);
        assert_eq!(let_through(&mut bucket, 1_000_500), 50);
        assert_eq!(let_through(&mut bucket, 1_000_400), 0, "a clock that goes back gives nothing");
        assert_eq!(let_through(&mut bucket, 1_010_000), 100, "what was not used is not saved up");
    }
}

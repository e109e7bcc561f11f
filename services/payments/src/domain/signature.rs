//! The signature of Stripe's webhooks.
//!
//! Source: Stripe, "Resolve webhook signature verification errors", manual verification: `Stripe-Signature` is
//! `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`; `v1` is HMAC-SHA256 over `<t>.<raw body>`, with the endpoint's secret as it
//! stands (`whsec_…`). While a secret is being rolled there is one `v1` per secret.

use hmac::{Hmac, KeyInit, Mac};
use kernel::{SignedDuration, Timestamp};
use sha2::Sha256;

/// A signature older or newer than this is refused, so that a captured request cannot be sent again for ever.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// The header is missing, or has no time or no signature.
    #[error("the header is missing or cannot be read")]
    Unreadable,
    /// It was made too long ago, or in the future.
    #[error("the signature is too old")]
    Stale,
    /// None of its signatures is of this body and secret.
    #[error("the signature is of something else")]
    Wrong,
}

/// Checks `header` against the body as it was received. Every comparison takes the same time, right or wrong.
///
/// # Errors
/// [`BadSignature`] says what is wrong.
pub fn verify(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), BadSignature> {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let time = fields().find(|(name, _)| *name == "t").map(|(_, value)| value).ok_or(BadSignature::Unreadable)?;
    let made_at = time.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let made_at = made_at.ok_or(BadSignature::Unreadable)?;
    let mut signatures = fields().filter(|(name, _)| *name == "v1").peekable();
    signatures.peek().ok_or(BadSignature::Unreadable)?;
    if now.duration_since(made_at).abs() > TOLERANCE {
        return Err(BadSignature::Stale);
    }
    // HMAC takes keys of any length (RFC 2104, section 2), so this cannot fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| BadSignature::Wrong)?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let matches = |hex: &str| hex::decode(hex).is_ok_and(|bytes| mac.clone().verify_slice(&bytes).is_ok());
    signatures.any(|(_, hex)| matches(hex)).then_some(()).ok_or(BadSignature::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const SIGNED_AT: i64 = 1_790_000_000;

    fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn header() -> String {
        format!("t={SIGNED_AT},v1={},v0=00ff", sign(SECRET, SIGNED_AT, BODY))
    }

    #[test]
    fn a_known_signature_holds() {
        // Computed with: printf '1790000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let known = "e32657f3e678d33b41ec084c16ac0e125d25480a06cb3902286dc5942c6fd259";
        assert_eq!(sign(SECRET, SIGNED_AT, BODY), known);
        assert_eq!(verify(SECRET, &format!("t={SIGNED_AT},v1={known}"), BODY, at(SIGNED_AT)), Ok(()));
    }

    #[test]
    fn a_tampered_body_time_or_signature_does_not() {
        let wrong = Err(BadSignature::Wrong);
        assert_eq!(verify(SECRET, &header(), br#"{"id":"evt_2"}"#, at(SIGNED_AT)), wrong);
        assert_eq!(verify("whsec_other", &header(), BODY, at(SIGNED_AT)), wrong);
        let later = header().replace(&SIGNED_AT.to_string(), &(SIGNED_AT + 1).to_string());
        assert_eq!(verify(SECRET, &later, BODY, at(SIGNED_AT)), wrong);
        for signature in ["", "00", "zz", "é"] {
            assert_eq!(
                verify(SECRET, &format!("t={SIGNED_AT},v1={signature}"), BODY, at(SIGNED_AT)),
                wrong,
                "{signature}"
            );
        }
    }

    #[test]
    fn an_old_or_early_signature_is_stale() {
        assert_eq!(verify(SECRET, &header(), BODY, at(SIGNED_AT + 300)), Ok(()));
        assert_eq!(verify(SECRET, &header(), BODY, at(SIGNED_AT + 301)), Err(BadSignature::Stale));
        assert_eq!(verify(SECRET, &header(), BODY, at(SIGNED_AT - 300)), Ok(()));
        assert_eq!(verify(SECRET, &header(), BODY, at(SIGNED_AT - 301)), Err(BadSignature::Stale));
    }

    #[test]
    fn any_of_several_signatures_is_enough() {
        let (old, new) = (sign("whsec_old", SIGNED_AT, BODY), sign(SECRET, SIGNED_AT, BODY));
        for header in [format!("t={SIGNED_AT},v1={old},v1={new}"), format!("v1={new}, v1={old}, t={SIGNED_AT}")] {
            assert_eq!(verify(SECRET, &header, BODY, at(SIGNED_AT)), Ok(()), "{header}");
        }
    }

    #[test]
    fn a_header_without_time_or_signature_is_unreadable() {
        let signature = sign(SECRET, SIGNED_AT, BODY);
        for header in [
            "",
            "nonsense",
            "t=1",
            &format!("v1={signature}"),
            &format!("t=x,v1={signature}"),
            "t=99999999999999999,v1=00",
        ] {
            assert_eq!(verify(SECRET, header, BODY, at(SIGNED_AT)), Err(BadSignature::Unreadable), "{header}");
        }
    }
}

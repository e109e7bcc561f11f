//! Where a listing goes on.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Sku;

/// A place in a listing: after this product. To clients it is opaque, so that what it holds may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Sku);

impl Cursor {
    /// The place after this product.
    pub fn after(sku: Sku) -> Self {
        Self(sku)
    }

    /// The product before this place.
    pub fn sku(&self) -> &Sku {
        &self.0
    }

    /// Reads what a client was given. None when no client was ever given this.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Sku::parse(String::from_utf8(bytes).ok()?).ok().map(Self)
    }
}

/// What a client is given: URL-safe base64, so that it needs no escaping in a query.
impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_never_given_out_is_refused() {
        for bad in ["", "MUG-01", "!", "TVVHLTAx=", &URL_SAFE_NO_PAD.encode("mug"), &URL_SAFE_NO_PAD.encode([0xff])] {
            assert_eq!(Cursor::parse(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_given_out_is_read_again(sku in "[A-Z0-9-]{1,32}") {
            let cursor = Cursor::after(Sku::parse(sku).unwrap());
            let text = cursor.to_string();
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Cursor::parse(&text), Some(cursor));
        }
    }
}

//! What makes a request the same request.

use kernel::{CustomerId, IdempotencyKey, OrderId};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The id of the order that this customer places under this key. The order itself is then the record of the key: a second
/// request finds it there, and no other write has to be made or kept together with it.
///
/// Each part is preceded by its length, so that no two pairs run together to the same bytes.
pub fn order_id(customer: &CustomerId, key: &IdempotencyKey) -> OrderId {
    let mut hash = Sha256::new();
    for part in [customer.as_str(), key.as_str()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    OrderId::from_bytes(first_half(hash))
}

/// What was asked, in 32 hexadecimal digits. It covers the request and never the prices: those may change between a request
/// and its repetition.
pub fn fingerprint(request: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    hash.update(serde_json::to_vec(request)?);
    Ok(uuid::Uuid::from_bytes(first_half(hash)).simple().to_string())
}

fn first_half(hash: Sha256) -> [u8; 16] {
    let digest: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(customer: &str, key: &str) -> OrderId {
        order_id(&CustomerId::parse(customer).unwrap(), &IdempotencyKey::parse(key).unwrap())
    }

    #[test]
    fn the_same_customer_and_key_name_the_same_order_and_others_do_not() {
        assert_eq!(id("ada", "key-1"), id("ada", "key-1"));
        assert_ne!(id("ada", "key-1"), id("ada", "key-2"));
        assert_ne!(id("ada", "key-1"), id("bob", "key-1"));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(id("ada", "b"), id("ad", "ab"));
    }
}

//! What the functions need of a database, as narrow as their grants.

use async_trait::async_trait;
use kernel::{Sku, Timestamp};

use crate::{
    Error,
    domain::{Cursor, Details, Expected, Precondition, Product},
};

/// Lists products.
#[async_trait]
pub trait ListProducts: Send + Sync {
    /// The products on sale among the next `limit` items after `after`, and where to go on. A page may be shorter than
    /// `limit`, even empty, and not be the last: tombstones count, and are left out.
    async fn list(&self, limit: u8, after: Option<Cursor>) -> Result<(Vec<Product>, Option<Cursor>), Error>;
}

/// Finds one product.
#[async_trait]
pub trait FindProduct: Send + Sync {
    /// The product as of every write that was answered before, or its tombstone.
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, Error>;
}

/// Creates and changes products.
#[async_trait]
pub trait PutProduct: Send + Sync {
    /// Writes `details` if the condition holds; none means that the product must not exist. A product that was deleted
    /// does not exist, and is created again under its next version.
    async fn put(&self, sku: &Sku, details: &Details, condition: &Precondition, now: Timestamp)
    -> Result<Write, Error>;
}

/// Takes products out of the catalogue.
#[async_trait]
pub trait RemoveProduct: Send + Sync {
    /// Turns the product into a tombstone if it is in an expected version.
    async fn remove(&self, sku: &Sku, expected: &Expected, now: Timestamp) -> Result<Write, Error>;
}

/// What became of a conditional write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// It was made; this is the product now.
    Made(Product),
    /// Its condition does not hold: this version exists, or none.
    Refused {
        /// The current version; none when the product does not exist, or not any more.
        current: Option<u64>,
    },
}

//! What the functions need of a database, of buckets and of a queue, as narrow as their grants.

use async_trait::async_trait;
use kernel::{Sku, Timestamp};

use crate::{
    Error,
    domain::{Announced, Details, Expected, File, Image, ImageId, Picture, Precondition, Product},
};

/// Lists products.
#[async_trait]
pub trait ListProducts: Send + Sync {
    /// The products on sale among the next `limit` items after `after`, and after which to go on. A page may be shorter than
    /// `limit`, even empty, and not be the last: tombstones count, and are left out.
    async fn list(&self, limit: usize, after: Option<Sku>) -> Result<(Vec<Product>, Option<Sku>), Error>;
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

/// Writes down that a picture was announced.
#[async_trait]
pub trait AddImage: Send + Sync {
    /// Writes `image`, which nobody has written before.
    async fn add(&self, image: &Image) -> Result<(), Error>;
}

/// Lets somebody upload a file without going through a function.
#[async_trait]
pub trait SignUpload: Send + Sync {
    /// An address to which exactly what was announced can be put.
    async fn sign(&self, key: &str, announced: &Announced, now: Timestamp) -> Result<SignedUpload, Error>;
}

/// An address that takes an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUpload {
    /// The address.
    pub url: String,
    /// Until when it takes it.
    pub expires_at: Timestamp,
}

/// Lists a product's pictures.
#[async_trait]
pub trait ListImages: Send + Sync {
    /// All that were announced and not removed, oldest first.
    async fn images(&self, sku: &Sku) -> Result<Vec<Image>, Error>;
}

/// Takes pictures off their products.
#[async_trait]
pub trait RemoveImage: Send + Sync {
    /// Takes the picture off, whatever has become of it. Whether there is such a picture, or was.
    async fn remove(&self, sku: &Sku, image_id: &ImageId, now: Timestamp) -> Result<bool, Error>;
}

/// Decides what becomes of pictures.
#[async_trait]
pub trait DecideImage: Send + Sync {
    /// What was announced, if it was.
    async fn find(&self, sku: &Sku, image_id: &ImageId) -> Result<Option<Image>, Error>;

    /// Puts the picture on its product, whose version goes up, and says so of the image: both or neither.
    async fn ready(&self, image: &Image, picture: &Picture, now: Timestamp) -> Result<Ready, Error>;

    /// Says why the picture cannot be used, unless something else has become of it.
    async fn reject(&self, image: &Image, reason: &str, now: Timestamp) -> Result<(), Error>;
}

/// What became of a picture that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// It is on its product.
    Shown,
    /// Something else became of it meanwhile.
    Decided,
    /// The product is not on sale any more.
    NoProduct,
    /// The product has as many as it may have.
    TooMany,
}

/// Gets what was uploaded.
#[async_trait]
pub trait FetchUpload: Send + Sync {
    /// The object, unless it is larger than anybody may upload.
    async fn fetch(&self, bucket: &str, key: &str) -> Result<Fetched, Error>;
}

/// What was found where something was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// These bytes.
    Bytes(Vec<u8>),
    /// More than may be uploaded.
    TooLarge,
    /// Nothing any more.
    Gone,
}

/// Keeps what is shown.
#[async_trait]
pub trait KeepFile: Send + Sync {
    /// Keeps a file under this key. What is there is the same.
    async fn keep(&self, key: &str, file: File) -> Result<(), Error>;
}

/// Gives messages up.
#[async_trait]
pub trait GiveUp: Send + Sync {
    /// Puts a message among the dead letters, with the reason for it.
    async fn give_up(&self, message: &str, reason: &str) -> Result<(), Error>;
}

//! Products and their pictures, and the conditions under which they are written.

mod etag;
mod event;
mod image;
mod jpeg;
mod precondition;
mod product;
mod thumbnails;

pub use etag::{MalformedTags, Tag, Tags, etag};
pub use event::event;
pub use image::{
    Alt, Announced, Format, IMAGES_MAX, Image, ImageId, Picture, SHOWN, State, UPLOAD_MAX_BYTES, shown_key, upload_key,
    uploaded,
};
pub use jpeg::jpeg_scans;
pub use precondition::{Expected, Precondition};
pub use product::{Description, Details, PRICE_MAX_MINOR, Price, Product, ProductName};
pub use thumbnails::{File, Thumbnails, Unusable};

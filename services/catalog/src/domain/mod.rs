//! Products, and the conditions under which they are written.

mod cursor;
mod etag;
mod event;
mod precondition;
mod product;

pub use cursor::Cursor;
pub use etag::{MalformedTags, Tag, Tags, etag};
pub use event::event;
pub use precondition::{Expected, Precondition};
pub use product::{Description, Details, PRICE_MAX_MINOR, Price, Product, ProductName};

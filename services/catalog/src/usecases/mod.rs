//! What the functions do, where that is more than a few lines.

mod make_thumbnails;

pub use make_thumbnails::{Workshop, make_thumbnails};

//! The only place that knows DynamoDB, S3 and SQS.

mod dead_letters;
mod files;
mod images;
mod products;
mod shared;
mod uploads;

pub(crate) use dead_letters::DeadLetters;
pub(crate) use files::Files;
pub(crate) use images::{Images, ProductImages};
pub(crate) use products::Products;
pub(crate) use uploads::{Uploaded, Uploads};

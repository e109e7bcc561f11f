//! One file per Lambda.

use kernel::Sku;
use lambda::{Function, Problem, Request, Response};

use crate::{
    Error,
    api::ProductBody,
    domain::{Precondition, Product, etag},
};

pub(crate) mod delete_product;
pub(crate) mod get_product;
pub(crate) mod list_images;
pub(crate) mod list_products;
pub(crate) mod make_thumbnails;
pub(crate) mod publish_product_events;
pub(crate) mod put_product;
pub(crate) mod remove_image;
pub(crate) mod request_image_upload;

/// The functions of this context, as `service.yaml` names them.
pub fn functions() -> Vec<Function> {
    vec![
        Function::new(list_products::NAME, list_products::start),
        Function::new(get_product::NAME, get_product::start),
        Function::new(put_product::NAME, put_product::start),
        Function::new(delete_product::NAME, delete_product::start),
        Function::new(request_image_upload::NAME, request_image_upload::start),
        Function::new(list_images::NAME, list_images::start),
        Function::new(remove_image::NAME, remove_image::start),
        Function::new(make_thumbnails::NAME, make_thumbnails::start),
        Function::new(publish_product_events::NAME, publish_product_events::start),
    ]
}

/// The product that the path names. An id that no product can have is an id that no product has.
fn existing(request: &Request) -> Result<Sku, Error> {
    Sku::parse(request.path("id")).map_err(|_| Error::NotFound)
}

/// The condition of a write.
fn precondition(request: &Request) -> Result<Precondition, Error> {
    Precondition::parse(request.header("if-match"), request.header("if-none-match")).map_err(Error::MalformedCondition)
}

/// A product, with its version as an ETag.
fn found(status: u16, product: Product) -> Result<Response, Problem> {
    let tag = etag(product.version);
    Ok(Response::json(status, &ProductBody::from(product))?.header("etag", &tag))
}

/// 412, with the version that there is, if there is one.
fn precondition_failed(current: Option<u64>) -> Response {
    let problem = Problem::new(412, "precondition-failed", "The condition does not hold");
    match current {
        Some(version) => {
            let problem =
                problem.detail("The product exists, in the version that ETag names. Read it and decide again.");
            Response::from(problem).header("etag", &etag(version))
        }
        None => Response::from(problem.detail("There is no such product.")),
    }
}

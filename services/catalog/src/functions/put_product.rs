//! `PUT /products/{id}`: creates a product, or changes the version that If-Match names.

use std::sync::Arc;

use kernel::{Sku, Timestamp};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};
use tracing::info;

use super::{found, precondition, precondition_failed};
use crate::{
    Error,
    adapters::Products,
    api::{ProductBody, PutProductBody},
    domain::{Details, Precondition},
    ports::{PutProduct, Write},
};

pub(crate) const NAME: &str = "put-product";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (products, clock) = (Arc::new(Products::new(&runtime)?), runtime.clock);
    Ok(http(move |request| {
        let (products, clock) = (Arc::clone(&products), Arc::clone(&clock));
        async move { answer(&request, &*products, clock.now()).await }
    }))
}

#[utoipa::path(
    put,
    path = "/products/{id}",
    operation_id = NAME,
    tag = "catalog",
    security(("jwt" = ["admin"])),
    params(
        ("id" = String, Path, description = "The product's sku: 1 to 32 of A-Z, 0-9 and -."),
        ("If-Match" = Option<String>, Header, description = "Changes the product only in this version."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: creates the product only."),
    ),
    request_body = PutProductBody,
    responses(
        (status = 200, description = "Changed.", body = ProductBody,
            headers(("ETag" = String, description = "The product's new version."))),
        (status = 201, description = "Created.", body = ProductBody,
            headers(("ETag" = String, description = "The product's version."))),
        (status = 400, description = "The body or the condition cannot be read.", body = Problem,
            content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 412, description = "The condition does not hold.", body = Problem,
            content_type = "application/problem+json",
            headers(("ETag" = String, description = "The product's current version, if it exists."))),
        (status = 422, description = "A value is not allowed.", body = Problem,
            content_type = "application/problem+json"),
        (status = 428, description = "The product exists: name its version.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, products: &impl PutProduct, now: Timestamp) -> Result<Response, Problem> {
    let sku = Sku::parse(request.path("id")).map_err(|why| Error::Address(format!("The id in the path: {why}.")))?;
    let condition = precondition(request)?;
    let details = Details::try_from(request.json::<PutProductBody>()?)?;
    match products.put(&sku, &details, &condition, now).await? {
        Write::Made(product) => {
            info!(%sku, version = product.version, "product written");
            found(if matches!(condition, Precondition::Present(_)) { 200 } else { 201 }, product)
        }
        Write::Refused { .. } if condition == Precondition::None => Err(Error::PreconditionRequired.into()),
        Write::Refused { current } => Ok(precondition_failed(current)),
    }
}

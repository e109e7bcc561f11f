//! `DELETE /products/{id}`: takes the version that If-Match names out of the catalogue.

use std::sync::Arc;

use kernel::Timestamp;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};
use tracing::info;

use super::{existing, precondition, precondition_failed};
use crate::{
    Error,
    adapters::Products,
    domain::Precondition,
    ports::{RemoveProduct, Write},
};

pub(crate) const NAME: &str = "delete-product";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (products, clock) = (Arc::new(Products::new(&runtime)?), runtime.clock);
    Ok(http(move |request| {
        let (products, clock) = (Arc::clone(&products), Arc::clone(&clock));
        async move { answer(&request, &*products, clock.now()).await }
    }))
}

#[utoipa::path(
    delete,
    path = "/products/{id}",
    operation_id = NAME,
    tag = "catalog",
    security(("jwt" = ["admin"])),
    params(
        ("id" = String, Path, description = "The product's sku."),
        ("If-Match" = String, Header, description = "Removes the product only in this version."),
    ),
    responses(
        (status = 204, description = "Removed."),
        (status = 400, description = "The condition cannot be read.", body = Problem,
            content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "There is no such product.", body = Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The condition does not hold.", body = Problem,
            content_type = "application/problem+json",
            headers(("ETag" = String, description = "The product's current version."))),
        (status = 428, description = "Name the product's version.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    request: &Request,
    products: &impl RemoveProduct,
    now: Timestamp,
) -> Result<Response, Problem> {
    let sku = existing(request)?;
    let expected = match precondition(request)? {
        Precondition::Present(expected) => expected,
        Precondition::None => return Err(Error::PreconditionRequired.into()),
        Precondition::Absent => return Err(Error::MalformedCondition("DELETE takes If-Match.".to_owned()).into()),
    };
    match products.remove(&sku, &expected, now).await? {
        Write::Made(tombstone) => {
            info!(%sku, version = tombstone.version, "product removed");
            Ok(Response::empty(204))
        }
        Write::Refused { current: None } => Err(Error::NotFound.into()),
        Write::Refused { current } => Ok(precondition_failed(current)),
    }
}

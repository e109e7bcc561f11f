//! `GET /products/{id}`: one product, with its version as an ETag.

use std::sync::Arc;

use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use super::{existing, found};
use crate::{
    Error,
    adapters::Products,
    api::ProductBody,
    domain::{Tags, etag},
    ports::FindProduct,
};

pub(crate) const NAME: &str = "get-product";

/// A product may be kept, and is asked for again each time: its ETag is what a change has to name, and must not be old.
const CACHE_CONTROL: &str = "public, no-cache";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let products = Arc::new(Products::new(&runtime)?);
    Ok(http(move |request| {
        let products = Arc::clone(&products);
        async move { answer(&request, &*products).await }
    }))
}

#[utoipa::path(
    get,
    path = "/products/{id}",
    operation_id = NAME,
    tag = "catalog",
    params(
        ("id" = String, Path, description = "The product's sku."),
        ("If-None-Match" = Option<String>, Header, description = "The ETags of the versions that the client has."),
    ),
    responses(
        (status = 200, description = "The product.", body = ProductBody,
            headers(("ETag" = String, description = "The product's version."))),
        (status = 304, description = "The client has the current version."),
        (status = 404, description = "There is no such product.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, products: &impl FindProduct) -> Result<Response, Problem> {
    let sku = existing(request)?;
    let product = products.find(&sku).await?.filter(|product| !product.deleted).ok_or(Error::NotFound)?;
    // A header that cannot be read names nothing that the client could have from us.
    let seen = request.header("if-none-match").and_then(|header| Tags::parse(header).ok());
    let response = match seen {
        // RFC 9110 §15.4.5: a 304 has the ETag and Cache-Control that a 200 would have had.
        Some(tags) if tags.match_weakly(product.version) => Response::empty(304).header("etag", &etag(product.version)),
        _ => found(200, product)?,
    };
    Ok(response.header("cache-control", CACHE_CONTROL))
}

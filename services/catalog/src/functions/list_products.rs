//! `GET /products`: the products on sale, a page at a time.
//!
//! It scans the table. An item is 0.3 to 3 KB, so a page of 50 is 15 to 150 KB, which is 2 to 20 read units (8 KB each,
//! as the read may be a moment old): at most $2.50 for a million pages at $0.125 per million units, and answers may be
//! cached. This is right while customers see the catalogue whole: some hundred products. It stops being right when they
//! want an order (a scan has none that means anything), a choice (a filter pays for what it leaves out), or when
//! tombstones outnumber products. Then the table gets an index by category and name, or a search engine that is fed by
//! the events.

use std::sync::Arc;

use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{adapters::Products, api::ProductPage, ports::ListProducts};

pub(crate) const NAME: &str = "list-products";

/// How long a page may be shown after it was read: browsers and content delivery networks take most of the load.
const CACHE_CONTROL: &str = "public, max-age=5";

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 100;

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let products = Arc::new(Products::new(&runtime)?);
    Ok(http(move |request| {
        let products = Arc::clone(&products);
        async move { answer(&request, &*products).await }
    }))
}

#[utoipa::path(
    get,
    path = "/products",
    operation_id = NAME,
    tag = "catalog",
    params(
        ("limit" = Option<u8>, Query, description = "The most products in a page; 50 without it.",
            minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "The next_cursor of the page before."),
    ),
    responses(
        (status = 200, description = "A page of products.", body = ProductPage,
            headers(("Cache-Control" = String, description = "For how long the page may be shown."))),
        (status = 400, description = "The cursor cannot be read.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The limit is not allowed.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, products: &impl ListProducts) -> Result<Response, Problem> {
    let limit = request.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let (products, last) = products.list(limit, request.position()?).await?;
    let page = ProductPage {
        items: products.into_iter().map(Into::into).collect(),
        next_cursor: last.map(|last| lambda::cursor(&last)).transpose()?,
    };
    Ok(Response::json(200, &page)?.header("cache-control", CACHE_CONTROL))
}

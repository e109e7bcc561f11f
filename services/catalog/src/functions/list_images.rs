//! `GET /products/{id}/images`: a product's pictures, and what became of each.

use std::sync::Arc;

use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use super::existing;
use crate::{adapters, api, ports::ListImages};

pub(crate) const NAME: &str = "list-images";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let images = Arc::new(adapters::Images::new(&runtime)?);
    Ok(http(move |request| {
        let images = Arc::clone(&images);
        async move { answer(&request, &*images).await }
    }))
}

#[utoipa::path(
    get,
    path = "/products/{id}/images",
    operation_id = NAME,
    tag = "catalog",
    security(("jwt" = ["admin"])),
    params(("id" = String, Path, description = "The product's sku.")),
    responses(
        (status = 200, description = "All that were announced and not removed; none, too, if there is no such product.",
            body = api::Images),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "No product can have this id.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn answer(request: &Request, images: &impl ListImages) -> Result<Response, Problem> {
    let items = images.images(&existing(request)?).await?.into_iter().map(Into::into).collect();
    Response::json(200, &api::Images { items })
}

//! `DELETE /products/{id}/images/{image_id}`: takes a picture off its product, or its announcement back.

use std::sync::Arc;

use kernel::Timestamp;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};
use tracing::info;

use super::existing;
use crate::{Error, adapters::ProductImages, domain::ImageId, ports::RemoveImage};

pub(crate) const NAME: &str = "remove-image";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (images, clock) = (Arc::new(ProductImages::new(&runtime)?), runtime.clock);
    Ok(http(move |request| {
        let (images, clock) = (Arc::clone(&images), Arc::clone(&clock));
        async move { answer(&request, &*images, clock.now()).await }
    }))
}

#[utoipa::path(
    delete,
    path = "/products/{id}/images/{image_id}",
    operation_id = NAME,
    tag = "catalog",
    security(("jwt" = ["admin"])),
    params(
        ("id" = String, Path, description = "The product's sku."),
        ("image_id" = String, Path, description = "The picture's id."),
    ),
    responses(
        (status = 204, description = "Removed, now or before."),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "There is no such image.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn answer(request: &Request, images: &impl RemoveImage, now: Timestamp) -> Result<Response, Problem> {
    let sku = existing(request)?;
    let image_id = ImageId::parse(request.path("image_id")).map_err(|_| Error::NoSuchImage)?;
    if !images.remove(&sku, &image_id, now).await? {
        return Err(Error::NoSuchImage.into());
    }
    info!(%sku, %image_id, "image removed");
    Ok(Response::empty(204))
}

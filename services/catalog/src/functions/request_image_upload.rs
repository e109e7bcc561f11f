//! `POST /products/{id}/images`: announces a picture, and answers where to upload it.

use std::sync::Arc;

use kernel::Clock;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, UniqueIds, http};
use tracing::info;

use super::existing;
use crate::{
    Error,
    adapters::{Images, Products, Uploads},
    api::{RequestUploadBody, RequestedBody},
    domain::{Announced, IMAGES_MAX, Image, ImageId, State, upload_key},
    ports::{AddImage, FindProduct, SignUpload},
};

pub(crate) const NAME: &str = "request-image-upload";

struct Ports {
    products: Products,
    images: Images,
    uploads: Uploads,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn UniqueIds>,
}

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (products, images, uploads) = (Products::new(&runtime)?, Images::new(&runtime)?, Uploads::new(&runtime)?);
    let ports = Arc::new(Ports { products, images, uploads, clock: runtime.clock, ids: runtime.ids });
    Ok(http(move |request| {
        let ports = Arc::clone(&ports);
        async move { answer(&request, &ports).await }
    }))
}

#[utoipa::path(
    post,
    path = "/products/{id}/images",
    operation_id = NAME,
    tag = "catalog",
    security(("jwt" = ["admin"])),
    params(("id" = String, Path, description = "The product's sku.")),
    request_body = RequestUploadBody,
    responses(
        (status = 201, description = "It may be uploaded now.", body = RequestedBody),
        (status = 400, description = "The body cannot be read.", body = Problem,
            content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "There is no such product.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The product has too many images.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A value is not allowed.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn answer(request: &Request, ports: &Ports) -> Result<Response, Problem> {
    let sku = existing(request)?;
    let announced = Announced::try_from(request.json::<RequestUploadBody>()?)?;
    let product = ports.products.find(&sku).await?.filter(|product| !product.deleted).ok_or(Error::NotFound)?;
    // It is counted again when the picture is there. Now it saves an upload for nothing.
    if product.images.len() >= IMAGES_MAX {
        return Err(Error::TooManyImages.into());
    }
    let (now, image_id) = (ports.clock.now(), ImageId::new(ports.ids.unique()));
    let upload = ports.uploads.sign(&upload_key(&sku, &image_id), &announced, now).await?;
    let image = Image {
        sku,
        image_id,
        state: State::Requested,
        alt: announced.alt,
        format: announced.format,
        size: announced.size,
        requested_at: now,
        reason: None,
        picture: None,
    };
    ports.images.add(&image).await?;
    info!(sku = %image.sku, image_id = %image.image_id, "an image was announced");
    Response::json(201, &RequestedBody::new(&image, upload))
}

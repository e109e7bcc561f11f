//! `GET /stock/{sku}`: how much there is of a sku.

use std::sync::Arc;

use kernel::Sku;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{Error, adapters::StockTable, api::StockBody, ports::ReadStock};

pub(crate) const NAME: &str = "get-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let stock = Arc::new(StockTable::new(&runtime)?);
    Ok(http(move |request| {
        let stock = Arc::clone(&stock);
        async move { answer(&request, &*stock).await }
    }))
}

/// How much there is of a sku, over all of its shards.
#[utoipa::path(
    get,
    path = "/stock/{sku}",
    operation_id = NAME,
    tag = "inventory",
    security(("jwt" = ["admin"])),
    params(("sku" = String, Path, description = "The sku.", example = "MUG-01")),
    responses(
        (status = 200, description = "The sku's stock.", body = StockBody),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "Nothing was ever received of this sku.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, stock: &impl ReadStock) -> Result<Response, Problem> {
    // What is no sku names no stock.
    let sku = Sku::parse(request.path("sku")).map_err(|_| Error::UnknownSku)?;
    let shards = stock.stock(&sku).await?;
    Response::json(200, &StockBody::of(sku, &shards)?)
}

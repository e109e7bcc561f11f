//! `PUT /stock/{sku}/shards`: over how many shards a sku is spread.

use std::sync::Arc;

use kernel::{Clock, Sku};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{
    Error,
    adapters::{RecentShards, ShardsTable},
    api::{SetShardsBody, ShardsBody},
    ports::{FindShards, MoveUnits, OpenShards},
    usecases::set_shards,
};

pub(crate) const NAME: &str = "set-stock-shards";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let ports = Arc::new((RecentShards::new(&runtime)?, ShardsTable::new(&runtime)?, runtime.clock));
    Ok(http(move |request| {
        let ports = Arc::clone(&ports);
        async move {
            let (shards, stock, clock) = &*ports;
            answer(&request, shards, stock, &**clock).await
        }
    }))
}

/// Spreads a sku over so many shards, while orders come in. Before a sale: more of them, so that more orders a second can
/// have units; afterwards one.
#[utoipa::path(
    put,
    path = "/stock/{sku}/shards",
    operation_id = NAME,
    tag = "inventory",
    security(("jwt" = ["admin"])),
    params(("sku" = String, Path, description = "The sku.", example = "MUG-01")),
    request_body = SetShardsBody,
    responses(
        (status = 200, description = "In use from now on.", body = ShardsBody),
        (status = 400, description = "malformed-request", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "Nothing was ever received of this sku.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "invalid-request", body = Problem, content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    request: &Request,
    shards: &impl FindShards,
    stock: &(impl OpenShards + MoveUnits),
    clock: &dyn Clock,
) -> Result<Response, Problem> {
    let sku = Sku::parse(request.path("sku")).map_err(|_| Error::UnknownSku)?;
    let in_use = request.json::<SetShardsBody>()?.in_use();
    let in_use = in_use.map_err(|why| Problem::invalid().field("/shards", why))?;
    set_shards(shards, stock, stock, clock, &sku, in_use).await?;
    Response::json(200, &ShardsBody { sku, shards: in_use })
}

//! `GET /holds/{order}`: what an order holds, or held.

use std::sync::Arc;

use kernel::OrderId;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{adapters::HoldsTable, api::HoldsBody, ports::ReadHolds};

pub(crate) const NAME: &str = "list-holds";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let holds = Arc::new(HoldsTable::new(&runtime)?);
    Ok(http(move |request| {
        let holds = Arc::clone(&holds);
        async move { answer(&request, &*holds).await }
    }))
}

/// What an order holds or held, by sku. Of an order for which nothing was decided yet, there is nothing.
#[utoipa::path(
    get,
    path = "/holds/{order}",
    operation_id = NAME,
    tag = "inventory",
    security(("jwt" = ["admin"])),
    params(("order" = String, Path, description = "The order's id.")),
    responses(
        (status = 200, description = "The holds.", body = HoldsBody),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "No order is called this.", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(request: &Request, holds: &impl ReadHolds) -> Result<Response, Problem> {
    let order_id = OrderId::parse(request.path("order")).map_err(|_| Problem::not_found("order"))?;
    let holds = holds.holds(&order_id).await?;
    let body = HoldsBody { order_id: order_id.to_string(), holds: holds.into_iter().map(Into::into).collect() };
    Ok(Response::json(200, &body)?.header("cache-control", "private, no-store"))
}

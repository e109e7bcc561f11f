//! `POST /stock/{sku}`: receives units of a sku, or writes them off, once per idempotency key.

use std::sync::Arc;

use kernel::{Clock, IdempotencyKey, Sku, Timestamp};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError, http};

use crate::{
    Error,
    adapters::{Adjustments, RecentShards, ShardsTable},
    api::{AdjustStockBody, AdjustmentBody},
    domain::{Adjustment, AdjustmentReason, Delta},
    ports::{AdjustStock, FindShards, MoveUnits},
    usecases::adjust,
};

pub(crate) const NAME: &str = "adjust-stock";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (stock, shards) = (Adjustments::new(&runtime)?, RecentShards::new(&runtime)?);
    let ports = Arc::new((stock, shards, ShardsTable::new(&runtime)?, runtime.clock));
    Ok(http(move |request| {
        let ports = Arc::clone(&ports);
        async move {
            let (stock, shards, units, clock) = &*ports;
            answer(&request, stock, shards, units, &**clock).await
        }
    }))
}

/// Receives units of a sku, or writes them off. Asked again with the same key and body, it answers the same bytes, and
/// nothing more happens.
#[utoipa::path(
    post,
    path = "/stock/{sku}",
    operation_id = NAME,
    tag = "inventory",
    security(("jwt" = ["admin"])),
    params(
        ("sku" = String, Path, description = "The sku: 1 to 32 of A-Z, 0-9 and -.", example = "MUG-01"),
        ("Idempotency-Key" = String, Header, description = "The client's name for this adjustment.",
            example = "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""),
    ),
    request_body = AdjustStockBody,
    responses(
        (status = 200, description = "Adjusted, now or before.", body = AdjustmentBody),
        (status = 400, description = "missing-idempotency-key, malformed-idempotency-key, malformed-request",
            body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "No sku is called this.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "not-enough-stock, too-much-stock", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "invalid-request, idempotency-key-reused", body = Problem,
            content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    request: &Request,
    stock: &impl AdjustStock,
    shards: &impl FindShards,
    units: &impl MoveUnits,
    clock: &dyn Clock,
) -> Result<Response, Problem> {
    let sku = Sku::parse(request.path("sku")).map_err(|_| Error::UnknownSku)?;
    let key = request.idempotency_key()?;
    let adjustment = adjustment(sku, key, request.json()?, clock.now())?;
    Response::json(200, &AdjustmentBody::from(adjust(stock, shards, units, clock, adjustment).await?))
}

/// Checks every field, so that the client hears of everything that is wrong at once.
fn adjustment(sku: Sku, id: IdempotencyKey, body: AdjustStockBody, at: Timestamp) -> Result<Adjustment, Problem> {
    match (Delta::new(body.delta), AdjustmentReason::parse(body.reason)) {
        (Ok(delta), Ok(reason)) => Ok(Adjustment { sku, id, delta, reason, at }),
        (delta, reason) => {
            let problem = delta.err().into_iter().fold(Problem::invalid(), |problem, why| problem.field("/delta", why));
            Err(reason.err().into_iter().fold(problem, |problem, why| problem.field("/reason", why)))
        }
    }
}

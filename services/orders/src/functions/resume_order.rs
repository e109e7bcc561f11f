//! `POST /orders/{id}/resume`: starts an order's saga again, for an admin who does not want to wait for the watchdog.

use std::sync::Arc;

use kernel::{Clock, OrderId};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use crate::{
    adapters::{OrdersTable, Sagas},
    api::OrderBody,
    usecases::resume_now,
};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = OrdersTable::new(&runtime)?;
    let saga = Arc::new(Sagas::new(&runtime)?);
    let clock = runtime.clock;
    Ok(lambda::http(move |request| {
        let (orders, saga, clock) = (orders.clone(), saga.clone(), clock.clone());
        async move { answer(&orders, &saga, clock.as_ref(), &request).await }
    }))
}

/// Starts an order's saga again, which may be done at any time: what has happened already does not happen twice. An order that
/// is settled stays as it is.
#[utoipa::path(
    post,
    path = "/orders/{id}/resume",
    operation_id = "resume-order",
    tag = "orders",
    security(("jwt" = ["admin"])),
    params(("id" = String, Path, description = "The order's id")),
    responses(
        (status = 202, description = "The order as it was found", body = OrderBody),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "The token lacks the scope (worded by the gateway)"),
        (status = 404, description = "not-found", content_type = "application/problem+json"),
        (status = 503, description = "unavailable", content_type = "application/problem+json")
    )
)]
pub(crate) async fn answer(
    orders: &OrdersTable,
    saga: &Sagas,
    clock: &dyn Clock,
    request: &Request,
) -> Result<Response, Problem> {
    let not_found = || Problem::not_found("order");
    let id = OrderId::parse(request.path("id")).map_err(|_| not_found())?;
    let order = resume_now(orders, saga, &id, clock.now()).await?.ok_or_else(not_found)?;
    Response::json(202, &OrderBody::now(&order).for_admin(&order))
}

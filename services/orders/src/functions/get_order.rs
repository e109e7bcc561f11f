//! `GET /orders/{id}`: one order, for the customer who placed it.

use kernel::{OrderId, Timestamp};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use super::pace;
use crate::{adapters::OrdersTable, api::OrderBody, domain::Pace, ports::FindOrder};

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (orders, pace) = (OrdersTable::new(&runtime)?, pace(&runtime)?);
    let clock = runtime.clock;
    Ok(lambda::http(move |request| {
        let (orders, now) = (orders.clone(), clock.now());
        async move { answer(&orders, pace, now, &request).await }
    }))
}

async fn answer(orders: &dyn FindOrder, pace: Pace, now: Timestamp, request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let not_found = || Problem::not_found("order");
    let id = OrderId::parse(request.path("id")).map_err(|_| not_found())?;
    let order = orders.find(&id).await?.ok_or_else(not_found)?;
    // Another customer's order looks like one that does not exist.
    if order.customer_id != caller.id && !caller.has_scope("admin") {
        return Err(not_found());
    }
    Ok(Response::json(200, &OrderBody::now(&order).in_queue(&order, pace, now))?
        .header("cache-control", "private, no-store"))
}

/// Describes the route.
#[utoipa::path(
    get,
    path = "/orders/{id}",
    operation_id = "get-order",
    tag = "orders",
    summary = "Reads an order",
    params(("id" = String, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order", body = OrderBody),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "The token lacks the scope (worded by the gateway)"),
        (status = 404, description = "not-found: there is no such order, or it is somebody else's", content_type = "application/problem+json"),
        (status = 503, description = "unavailable", content_type = "application/problem+json")
    ),
    security(("jwt" = ["customer"]))
)]
#[allow(dead_code, reason = "exists for its attribute")]
pub(crate) fn describe() {}

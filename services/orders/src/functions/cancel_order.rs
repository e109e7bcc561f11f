//! `POST /orders/{id}/cancel`: takes an order back that is not confirmed yet, and starts its undo at once.

use std::sync::Arc;

use kernel::{Clock, OrderId};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use crate::{
    adapters::{OrdersTable, Sagas},
    api::OrderBody,
    usecases::{Cancelled, Canceller, cancel},
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

async fn answer(orders: &OrdersTable, saga: &Sagas, clock: &dyn Clock, request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let by = if caller.has_scope("admin") { Canceller::Admin } else { Canceller::Customer(&caller.id) };
    let id = OrderId::parse(request.path("id")).map_err(|_| Problem::not_found("order"))?;
    match cancel(orders, saga, &id, by, clock.now()).await? {
        Cancelled::Order(order) => Response::json(202, &OrderBody::now(&order)),
        Cancelled::NotFound => Err(Problem::not_found("order")),
        Cancelled::TooLate(order) => Err(Problem::new(409, "order-confirmed", "The order can no longer be cancelled")
            .detail(format!("The order is {}. It can be refunded.", order.status.as_str()))),
    }
}

/// Describes the route.
#[utoipa::path(
    post,
    path = "/orders/{id}/cancel",
    operation_id = "cancel-order",
    tag = "orders",
    summary = "Takes an order back",
    description = "Until it is confirmed. An admin may do it for any customer. Nothing stays held and nothing stays charged. May be sent again.",
    params(("id" = String, Path, description = "The order's id")),
    responses(
        (status = 202, description = "The order, which is being undone or has been", body = OrderBody),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "The token lacks the scope (worded by the gateway)"),
        (status = 404, description = "not-found: there is no such order, or it is somebody else's", content_type = "application/problem+json"),
        (status = 409, description = "order-confirmed", content_type = "application/problem+json"),
        (status = 503, description = "unavailable", content_type = "application/problem+json")
    ),
    security(("jwt" = ["customer"]))
)]
#[allow(dead_code, reason = "exists for its attribute")]
pub(crate) fn describe() {}

//! `GET /orders`: a customer's orders, newest first, a page at a time.

use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use crate::{
    adapters::OrdersTable,
    api::{OrderBody, OrdersPage},
    domain::{Cursor, Position},
    ports::ListOrders,
};

const LIMIT_DEFAULT: usize = 20;
const LIMIT_MAX: usize = 100;

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let orders = OrdersTable::new(&runtime)?;
    Ok(lambda::http(move |request| {
        let orders = orders.clone();
        async move { answer(&orders, &request).await }
    }))
}

async fn answer(orders: &dyn ListOrders, request: &Request) -> Result<Response, Problem> {
    let customer = &request.caller()?.id;
    let limit = request.query("limit").map_or(Some(LIMIT_DEFAULT), |text| text.parse().ok());
    let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
    let limit = limit
        .ok_or_else(|| Problem::invalid().detail(format!("The query parameter limit must be 1 to {LIMIT_MAX}.")))?;
    let after = match request.query("cursor") {
        None => None,
        Some(text) => {
            Some(Cursor::read(text).ok_or_else(|| Problem::new(400, "malformed-cursor", "There is no such cursor"))?)
        }
    };
    let (page, more) = orders.list(customer, after.as_ref(), limit).await?;
    let last = page.last().filter(|_| more);
    let next = last.map(|last| Position { created_at: last.created_at, order_id: last.order_id.clone() });
    let body = OrdersPage {
        items: page.iter().map(OrderBody::now).collect(),
        next_cursor: next.map(|position| Cursor::new(&position).into_text()),
    };
    Ok(Response::json(200, &body)?.header("cache-control", "private, no-store"))
}

/// Describes the route.
#[utoipa::path(
    get,
    path = "/orders",
    operation_id = "list-orders",
    tag = "orders",
    summary = "Lists the caller's orders",
    params(
        ("limit" = Option<u32>, Query, description = "Orders per page, 1 to 100; 20 unless told"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before")
    ),
    responses(
        (status = 200, description = "A page, newest first", body = OrdersPage),
        (status = 400, description = "malformed-cursor", content_type = "application/problem+json"),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "The token lacks the scope (worded by the gateway)"),
        (status = 422, description = "invalid-request: the limit is not allowed", content_type = "application/problem+json"),
        (status = 503, description = "unavailable", content_type = "application/problem+json")
    ),
    security(("jwt" = ["customer"]))
)]
#[allow(dead_code, reason = "exists for its attribute")]
pub(crate) fn describe() {}

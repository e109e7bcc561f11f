//! `GET /orders/{id}`: one order, for the customer who placed it, and for admins with its history.

use std::{sync::Arc, time::Duration};

use kernel::{Clock, OrderId};
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use super::pace;
use crate::{
    adapters::OrdersTable,
    api::OrderBody,
    domain::{Order, Pace, Status},
    ports::FindOrder,
};

/// A function that waits is paid for, and counts as one that runs.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// How often a function that waits looks at the order, which costs a read unit.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let (orders, pace) = (OrdersTable::new(&runtime)?, pace(&runtime)?);
    let clock = runtime.clock;
    Ok(lambda::http(move |request| {
        let (orders, clock) = (orders.clone(), Arc::clone(&clock));
        async move { answer(&orders, pace, &*clock, &request).await }
    }))
}

async fn answer(orders: &dyn FindOrder, pace: Pace, clock: &dyn Clock, request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let not_found = || Problem::not_found("order");
    let id = OrderId::parse(request.path("id")).map_err(|_| not_found())?;
    let order = orders.find(&id).await?.ok_or_else(not_found)?;
    // Another customer's order looks like one that does not exist.
    let admin = caller.has_scope("admin");
    if order.customer_id != caller.id && !admin {
        return Err(not_found());
    }
    // Its place in the queue moves by itself, so no tag names it; and those who are there are too many to wait with.
    if order.queued && order.status == Status::Pending {
        let body = body(&order, admin).in_queue(&order, pace, clock.now());
        return Ok(Response::json(200, &body)?.header("cache-control", "private, no-store"));
    }
    let known = request.header("if-none-match").unwrap_or_default();
    let wait = wait(request.header("prefer").unwrap_or_default());
    let order = changed(orders, order, known, wait, admin).await?;
    let response = match is_known(known, &order, admin) {
        true => Response::empty(304),
        false => Response::json(200, &body(&order, admin))?,
    };
    let response = response.header("etag", &etag(&order, admin)).header("cache-control", "private, no-cache");
    Ok(if wait.is_zero() {
        response
    } else {
        response.header("preference-applied", &format!("wait={}", wait.as_secs()))
    })
}

fn body(order: &Order, admin: bool) -> OrderBody {
    let body = OrderBody::now(order);
    if admin { body.for_admin(order) } else { body }
}

/// The order as soon as it is not as `known` any more, or as it is after `wait`.
async fn changed(
    orders: &dyn FindOrder,
    mut order: Order,
    known: &str,
    wait: Duration,
    admin: bool,
) -> Result<Order, Problem> {
    let mut left = wait;
    while is_known(known, &order, admin) && !left.is_zero() {
        let pause = LOOK_EVERY.min(left);
        tokio::time::sleep(pause).await;
        left -= pause;
        order = orders.find(&order.order_id).await?.ok_or_else(|| Problem::not_found("order"))?;
    }
    Ok(order)
}

/// Names what this function answers about an order that is in no queue (RFC 9110 §8.8.3): whatever customers are told changes
/// the version, and whatever admins are told besides is in the history.
fn etag(order: &Order, admin: bool) -> String {
    if admin { format!("\"{}-{}\"", order.version, order.history.len()) } else { format!("\"{}\"", order.version) }
}

/// Whether the header `If-None-Match` names the order as it is; the comparison is the weak one (RFC 9110 §13.1.2).
fn is_known(if_none_match: &str, order: &Order, admin: bool) -> bool {
    let tag = etag(order, admin);
    if_none_match.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// How long the client would like to wait for something new, by `Prefer: wait=5` (RFC 7240 §4.3); no longer than
/// [`WAIT_MAX`]. What cannot be read is no preference.
fn wait(prefer: &str) -> Duration {
    let seconds = prefer.split([',', ';']).filter_map(|one| one.trim().strip_prefix("wait=")?.parse().ok()).next();
    Duration::from_secs(seconds.unwrap_or_default()).min(WAIT_MAX)
}

/// Describes the route.
#[utoipa::path(
    get,
    path = "/orders/{id}",
    operation_id = "get-order",
    tag = "orders",
    summary = "Reads an order",
    description = "A customer sees their own orders; an admin sees everybody's, with more: `admin` has what happened to it.",
    params(
        ("id" = String, Path, description = "The order's id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the client knows already"),
        ("Prefer" = Option<String>, Header, description = "wait=N: answers when the order is not that any more, or after N \
            seconds, at most 5. Not while it is in the queue of a sale.", example = "wait=5"),
    ),
    responses(
        (status = 200, description = "The order. It has an ETag unless it is in the queue of a sale", body = OrderBody),
        (status = 304, description = "The order is as the client knows it"),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "The token lacks the scope (worded by the gateway)"),
        (status = 404, description = "not-found: there is no such order, or it is somebody else's", content_type = "application/problem+json"),
        (status = 503, description = "unavailable", content_type = "application/problem+json")
    ),
    security(("jwt" = ["customer"]))
)]
#[allow(dead_code, reason = "exists for its attribute")]
pub(crate) fn describe() {}

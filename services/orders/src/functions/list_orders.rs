//! `GET /orders`: a customer's orders, newest first, a page at a time; for admins also others.

use kernel::CustomerId;
use lambda::{Handler, Problem, Request, Response, Runtime, StartError};

use crate::{
    adapters::OrdersTable,
    api::{OrderBody, OrdersPage},
    domain::{Order, Position},
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
    let list = List::wanted(request)?;
    let limit = request.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let after = request.position()?;
    let (page, more) = match &list {
        List::Own(customer) | List::Of(customer) => orders.list(customer, after.as_ref(), limit).await?,
        List::NeedsOperator => orders.list_marked(after.as_ref(), limit).await?,
        List::All => orders.list_all(after.as_ref(), limit).await?,
    };
    let next = page.last().filter(|_| more).map(|last| list.position(last));
    let body = OrdersPage {
        items: page.iter().map(|order| list.body(order)).collect(),
        next_cursor: next.map(|position| lambda::cursor(&position)).transpose()?,
    };
    Ok(Response::json(200, &body)?.header("cache-control", "private, no-store"))
}

/// Which orders are wanted.
enum List {
    /// The caller's.
    Own(CustomerId),
    /// A customer's, for an admin.
    Of(CustomerId),
    /// Those that need an operator, for an admin.
    NeedsOperator,
    /// All, for an admin.
    All,
}

impl List {
    /// What the request asks for, which only an admin may unless it is their own.
    fn wanted(request: &Request) -> Result<Self, Problem> {
        let caller = request.caller()?;
        let wanted = match (request.query("customer"), request.query("list")) {
            (None, None) => return Ok(Self::Own(caller.id.clone())),
            (Some(customer), None) => CustomerId::parse(customer).ok().map(Self::Of),
            (None, Some("needs-operator")) => Some(Self::NeedsOperator),
            (None, Some("all")) => Some(Self::All),
            _ => None,
        };
        if !caller.has_scope("admin") {
            return Err(Problem::new(403, "admins-only", "Only an admin may see other customers' orders"));
        }
        wanted.ok_or_else(|| {
            Problem::invalid().detail("Say either customer, a customer's id, or list, which is needs-operator or all.")
        })
    }

    fn body(&self, order: &Order) -> OrderBody {
        match self {
            Self::Own(_) => OrderBody::now(order),
            Self::Of(_) | Self::NeedsOperator | Self::All => OrderBody::now(order).for_admin(order),
        }
    }

    /// Where the page ends that has this order last.
    fn position(&self, last: &Order) -> Position {
        let at = match self {
            Self::NeedsOperator => last.needs_operator_since.unwrap_or(last.created_at),
            Self::Own(_) | Self::Of(_) | Self::All => last.created_at,
        };
        Position { at, order_id: last.order_id.clone() }
    }
}

/// Describes the route.
#[utoipa::path(
    get,
    path = "/orders",
    operation_id = "list-orders",
    tag = "orders",
    summary = "Lists the caller's orders",
    description = "Or, for an admin, other orders: `customer` or `list` says which.",
    params(
        ("customer" = Option<String>, Query, description = "Admins only: the orders of this customer"),
        ("list" = Option<String>, Query, description = "Admins only: `needs-operator` lists orders that wait for somebody, those first that have waited longest; `all` lists every order, in no particular order"),
        ("limit" = Option<u32>, Query, description = "Orders per page, 1 to 100; 20 unless told"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before")
    ),
    responses(
        (status = 200, description = "A page, newest first unless said otherwise", body = OrdersPage),
        (status = 400, description = "malformed-cursor", content_type = "application/problem+json"),
        (status = 401, description = "No valid token (worded by the gateway)"),
        (status = 403, description = "admins-only; or the token lacks the scope (worded by the gateway)"),
        (status = 422, description = "invalid-request: the limit, or what is wanted, is not allowed", content_type = "application/problem+json"),
        (status = 503, description = "unavailable", content_type = "application/problem+json")
    ),
    security(("jwt" = ["customer"]))
)]
#[allow(dead_code, reason = "exists for its attribute")]
pub(crate) fn describe() {}
